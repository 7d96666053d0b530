using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
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

    private const int Lines = 8;
    private const int MaxDigits = 20;
    private const int OnStack = 2048;

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
        Span<byte> bodyHash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, bodyHash);
        var length = Encoding.UTF8.GetMaxByteCount(
            Scheme.Length + method.Length + pathAndQuery.Length + MaxDigits + nonce.Length + idempotencyKey.Length + (2 * bodyHash.Length) + keyId.Length + Lines);
        var lines = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        Span<char> bodyHex = stackalloc char[2 * SHA256.HashSizeInBytes];
        Convert.TryToHexStringLower(bodyHash, bodyHex, out _);
        Utf8.TryWrite(
            lines,
            CultureInfo.InvariantCulture,
            $"{Scheme}\n{method.ToUpperInvariant()}\n{pathAndQuery}\n{timestamp.UnixMs}\n{nonce}\n{idempotencyKey}\n{bodyHex}\n{keyId}",
            out length);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, lines[..length], mac);
        return Convert.ToHexStringLower(mac);
    }
}
