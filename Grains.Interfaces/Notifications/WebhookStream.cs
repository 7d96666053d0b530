using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>
/// An endpoint that is an Orleans stream and no URL: its address is "stream:" and a namespace. The stream is <see cref="Provider"/>'s, of that namespace and with the account id
/// as key, so that no account can send into another's.
/// </summary>
public static class WebhookStream
{
    /// <summary>The name of the stream provider in silos and clients.</summary>
    public const string Provider = "events";

    /// <summary>What an address looks like.</summary>
    public const string Form = "\"stream:\" and a name";

    private const string Prefix = "stream:";

    /// <summary>The namespace; null if the address is none of a stream.</summary>
    public static Name? TryRead(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.StartsWith(Prefix, StringComparison.Ordinal) && Name.TryParse(url[Prefix.Length..], out var name) ? name : default(Name?);
    }
}

/// <summary>An event on a stream: what a request to a URL carries, and checked in the same way (docs/webhooks.md).</summary>
/// <param name="Id">As in the header webhook-id.</param>
/// <param name="Timestamp">As in the header webhook-timestamp.</param>
/// <param name="Signature">As in the header webhook-signature.</param>
/// <param name="Body">A <see cref="Notification"/>, byte for byte what was signed.</param>
[GenerateSerializer, Immutable, Alias("tpw.webhook-item")]
public sealed record WebhookItem(string Id, string Timestamp, string Signature, ImmutableArray<byte> Body);
