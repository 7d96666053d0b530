using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Rest;

/// <summary>
/// What a caller names one intention with, so that sending it twice does it once: 1 to 64 printable ASCII characters without spaces, a GUID for
/// instance. Header <c>Idempotency-Key</c> of every POST and PUT.
/// </summary>
public readonly record struct IdempotencyKey(string Value) : IText<IdempotencyKey>
{
    /// <summary>Longest key in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>The name of the header.</summary>
    public const string Header = "Idempotency-Key";

    public static string Form => $"an idempotency key of 1 to {MaxLength} printable ASCII characters without spaces";

    /// <summary>A fresh random key.</summary>
    public static IdempotencyKey New() => new(Guid.NewGuid().ToString("D"));

    public static IdempotencyKey Parse(string text) => TryParse(text, out var value) ? value : throw new FormatException($"Expected {Form}.");

    public static bool TryParse(string? text, out IdempotencyKey value)
    {
        value = default;
        if (text is not { Length: > 0 and <= MaxLength } || text.Any(static letter => letter is <= ' ' or > '~')) return false;
        value = new(text);
        return true;
    }

    /// <summary>
    /// The command id that this key stands for: 16 bytes of a hash over tenant, route, subject and key, as UUID version 8 (RFC 9562). Always a
    /// hash, also of a GUID, so that a caller can never choose the id of a command that a grain sends to another.
    /// </summary>
    /// <param name="tenant">The tenant of the caller.</param>
    /// <param name="route">A stable name of the operation, see <see cref="Operations"/>.</param>
    /// <param name="subject">What it is done to; empty where the body alone tells.</param>
    public Guid CommandId(Name tenant, string route, string subject)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in new[] { "tpw.idempotency.v1", tenant.Value, route, subject, Value })
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            sha.AppendData(length);
            sha.AppendData(bytes);
        }

        var hash = sha.GetHashAndReset();
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    public override string ToString() => Value;
}
