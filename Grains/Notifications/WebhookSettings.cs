using System.Net;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;

namespace TPWallet.Grains.Notifications;

/// <summary>Where webhooks may lead.</summary>
/// <param name="Allowed">Networks that are reached although they are no public ones, and without TLS too; none by default.</param>
public sealed record WebhookSettings(ImmutableArray<IPNetwork> Allowed)
{
    /// <summary>Whether the silo has a stream provider, so that endpoints may be streams.</summary>
    public bool HasStreams { get; init; }

    /// <summary>Public addresses only, by https only.</summary>
    public static WebhookSettings Default { get; } = new([]);

    /// <summary>
    /// What can be said of an address before its name is looked up; null: nothing against it. The last word is spoken when something is sent
    /// (<see cref="WebhookTransport"/>).
    /// </summary>
    public Rejection? Check(string url)
    {
        if (WebhookStream.TryRead(url) is not null)
            return HasStreams ? null : new(RejectionCode.UnsupportedScheme, "an https address: this silo has no stream provider (Streams:Provider)", "a stream");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return null;
        if (address.Scheme != Uri.UriSchemeHttps && Allowed.IsEmpty) return new(RejectionCode.Malformed, "an https address", "another scheme");
        return IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal) && !PublicAddress.IsPublic(literal) && !PublicAddress.IsIn(Allowed, literal)
            ? new(RejectionCode.Malformed, "a public address, or one that the configuration allows", literal.ToString())
            : null;
    }
}
