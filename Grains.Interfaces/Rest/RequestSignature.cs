using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Rest;

/// <summary>
/// How a REST request is signed: HMAC-SHA256 under the API key's secret over eight lines joined by line feeds: "TPW-HMAC-SHA256-1", method, path with
/// query, timestamp, nonce, idempotency key (empty on a GET), hex SHA-256 of the body, key id. The idempotency key is covered so that nobody on the
/// way turns a repetition into a second command. It says which program speaks; it carries no authority over funds.
/// </summary>
public static class RequestSignature
{
    /// <summary>The API key's id.</summary>
    public const string KeyHeader = "TPW-Key";

    /// <summary>Unix milliseconds, decimal.</summary>
    public const string TimestampHeader = "TPW-Timestamp";

    /// <summary>Used once: 16 to 64 printable ASCII characters.</summary>
    public const string NonceHeader = "TPW-Nonce";

    /// <summary>The signature, 64 lower-case hex digits.</summary>
    public const string SignatureHeader = "TPW-Signature";

    /// <summary>The scheme in WWW-Authenticate, and the first signed line.</summary>
    public const string Scheme = "TPW-HMAC-SHA256-1";

    /// <summary>How far a timestamp may be from the server's time, either way.</summary>
    public static Span Window { get; } = Span.Seconds(300);

    /// <summary>The signature in hex.</summary>
    /// <param name="secret">The API key's secret.</param>
    /// <param name="pathAndQuery">As sent, escaped: "/v1/accounts/0x…?x=y".</param>
    public static string Compute(
        ReadOnlySpan<byte> secret,
        string keyId,
        string method,
        string pathAndQuery,
        Instant timestamp,
        string nonce,
        string idempotencyKey,
        ReadOnlySpan<byte> body)
    {
        var lines = string.Join(
            '\n',
            Scheme,
            method.ToUpperInvariant(),
            pathAndQuery,
            timestamp.UnixMs.ToString(CultureInfo.InvariantCulture),
            nonce,
            idempotencyKey,
            Convert.ToHexStringLower(SHA256.HashData(body)),
            keyId);
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(lines)));
    }
}
