using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;

namespace TPWallet.Domain.Notifications;

/// <summary>What an endpoint must look like. Where its name leads is looked at each time something is sent: names change.</summary>
internal static class WebhookForm
{
    public static Rejection? Check(string url, ImmutableArray<string> types)
    {
        if (url.Length > WebhookLimits.MaxUrl) return new(RejectionCode.TooLarge, $"an address of at most {WebhookLimits.MaxUrl} characters", $"{url.Length}");
        if (WebhookStream.TryRead(url) is null && CheckAddress(url) is { } unfit) return unfit;
        if (types.IsDefault || types.Length > WebhookLimits.MaxTypes) return new(RejectionCode.TooLarge, $"at most {WebhookLimits.MaxTypes} types", $"{(types.IsDefault ? 0 : types.Length)}");
        foreach (var type in types)
        {
            if (!IsKnown(type))
                return new(RejectionCode.UnsupportedKind, "types of docs/webhooks.md, or a group and \".*\"", type.Length <= WebhookLimits.MaxType ? type : "a longer text");
        }

        return null;
    }

    private static Rejection? CheckAddress(string url)
    {
        const string form = $"an absolute https address without credentials or fragment, or {WebhookStream.Form}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.Host.Length == 0)
            return new(RejectionCode.Malformed, form, "another text");
        return address.UserInfo.Length > 0 || address.Fragment.Length > 0 ? new(RejectionCode.Malformed, form, "one with credentials or a fragment") : null;
    }

    private static bool IsKnown(string type) => NoticeReader.AllTypes.Contains(type)
        || (type.EndsWith(".*", StringComparison.Ordinal) && type.Length > 2 && NoticeReader.AllTypes.Any(known => known.StartsWith(type.AsSpan(0, type.Length - 1), StringComparison.Ordinal)));
}
