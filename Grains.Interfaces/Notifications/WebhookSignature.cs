using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Notifications;

/// <summary>
/// The symmetric signature of the Standard Webhooks specification: "v1," and base64 of HMAC-SHA256 over id, timestamp and body, joined by full stops. Several stand side
/// by side, with a space between, while a secret is rotated.
/// </summary>
public static class WebhookSignature
{
    /// <summary>The event's id, the same in every attempt.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>When this attempt was made, in seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>The signatures.</summary>
    public const string SignatureHeader = "webhook-signature";

    private const string Version = "v1,";

    /// <summary>One signature.</summary>
    /// <param name="secret">The secret's bytes.</param>
    /// <param name="id">Holds no full stop.</param>
    public static string Sign(ReadOnlySpan<byte> secret, string id, long unixSeconds, ReadOnlySpan<byte> body) =>
        Version + Convert.ToBase64String(Mac(secret, id, unixSeconds, body));

    /// <summary>Whether one of the signatures was made with this secret. Takes the same time for each that has the right form.</summary>
    /// <param name="signatures">The whole header.</param>
    public static bool Verify(ReadOnlySpan<byte> secret, string id, long unixSeconds, ReadOnlySpan<byte> body, string signatures)
    {
        var expected = Mac(secret, id, unixSeconds, body);
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var found = false;
        foreach (var range in signatures.AsSpan().Split(' '))
        {
            var one = signatures.AsSpan()[range];
            if (!one.StartsWith(Version, StringComparison.Ordinal)) continue;
            found |= Convert.TryFromBase64Chars(one[Version.Length..], given, out var length) && CryptographicOperations.FixedTimeEquals(given[..length], expected);
        }

        return found;
    }

    /// <summary>Whole seconds, as the header has them.</summary>
    public static long Seconds(Instant at) => at.UnixMs / 1000;

    private static byte[] Mac(ReadOnlySpan<byte> secret, string id, long unixSeconds, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}.")));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }
}
