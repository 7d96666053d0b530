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

    /// <summary>Length of a signature's text.</summary>
    public const int Length = 2 * HMACSHA256.HashSizeInBytes;

    private const int Lines = 8;
    private const int MaxDigits = 20;
    private const int OnStack = 2048;

    /// <summary>The body's line of a request without one, as most are.</summary>
    private static readonly byte[] _nothing = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData([])));

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
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        Span<char> signature = stackalloc char[Length];
        Write(signature, mac, keyId, method, pathAndQuery, timestamp, nonce, idempotencyKey, body);
        return new string(signature);
    }

    /// <summary>As <see cref="Compute"/>, under a MAC that is kept: keying one costs more than using it.</summary>
    /// <param name="signature">Takes <see cref="Length"/> hex digits.</param>
    /// <param name="mac">HMAC-SHA256 under the API key's secret, with nothing appended; it is so again afterwards.</param>
    public static void Write(
        Span<char> signature,
        IncrementalHash mac,
        string keyId,
        string method,
        string pathAndQuery,
        Instant timestamp,
        string nonce,
        string idempotencyKey,
        ReadOnlySpan<byte> body)
    {
        var length = Encoding.UTF8.GetMaxByteCount(
            Scheme.Length + method.Length + pathAndQuery.Length + MaxDigits + nonce.Length + idempotencyKey.Length + Length + keyId.Length + Lines);
        var lines = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        var end = 0;
        Add(lines, ref end, Scheme);
        Add(lines, ref end, method.ToUpperInvariant());
        Add(lines, ref end, pathAndQuery);
        timestamp.UnixMs.TryFormat(lines[end..], out var digits, default, CultureInfo.InvariantCulture);
        End(lines, ref end, digits);
        Add(lines, ref end, nonce);
        Add(lines, ref end, idempotencyKey);
        WriteHash(lines[end..], body);
        End(lines, ref end, Length);
        Add(lines, ref end, keyId);
        // Lines are joined by line feeds: the last has none.
        mac.AppendData(lines[..(end - 1)]);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        mac.GetHashAndReset(hash);
        Convert.TryToHexStringLower(hash, signature, out _);
    }

    private static void Add(Span<byte> lines, ref int end, string line) => End(lines, ref end, Encoding.UTF8.GetBytes(line, lines[end..]));

    private static void End(Span<byte> lines, ref int end, int length)
    {
        lines[end + length] = (byte)'\n';
        end += length + 1;
    }

    private static void WriteHash(Span<byte> hex, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            _nothing.CopyTo(hex);
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        Convert.TryToHexStringLower(hash, hex, out _);
    }
}
