using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Values;

/// <summary>Exactly 32 bytes: a hash, a block or transaction id, a digest to be signed. Text: 0x and 64 lower-case hex digits.</summary>
[GenerateSerializer, Immutable, Alias("tpw.bytes32")]
[JsonConverter(typeof(TextJsonConverter<Bytes32>))]
public readonly record struct Bytes32(UInt256 Number) : IText<Bytes32>, IComparable<Bytes32>, ISpanFormattable, IUtf8SpanFormattable
{
    private const int TextLength = 2 + (2 * UInt256.Size);

    public static string Form => "32 bytes as 0x and 64 lower-case hex digits";

    public static Bytes32 Zero => default;

    public bool IsZero => Number.IsZero;

    public static Bytes32 From(ReadOnlySpan<byte> bytes) =>
        bytes.Length == UInt256.Size ? new(UInt256.FromBigEndian(bytes)) : throw new FormatException($"Expected {Form}, got {bytes.Length} bytes.");

    public static Bytes32 Parse(string text) => TryParse(text, out var value) ? value : throw new FormatException($"Expected {Form}.");

    public static bool TryParse(string? text, out Bytes32 value)
    {
        value = default;
        if (text is null || text.Length != TextLength || !text.StartsWith("0x", StringComparison.Ordinal)) return false;
        var digits = text.AsSpan(2);
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        if (digits.ContainsAnyInRange('A', 'F')) return false;
        if (Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        value = From(bytes);
        return true;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[UInt256.Size];
        Number.ToBigEndian(bytes);
        return bytes;
    }

    public void CopyTo(Span<byte> destination) => Number.ToBigEndian(destination);

    public int CompareTo(Bytes32 other) => Number.CompareTo(other.Number);

    public override string ToString() => string.Create(TextLength, this, static (text, value) => value.TryFormat(text, out _, default, null));

    /// <summary>The one text; format and provider do not matter.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = 0;
        if (destination.Length < TextLength) return false;
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        Number.ToBigEndian(bytes);
        "0x".CopyTo(destination);
        Convert.TryToHexStringLower(bytes, destination[2..], out _);
        charsWritten = TextLength;
        return true;
    }

    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bytesWritten = 0;
        if (utf8Destination.Length < TextLength) return false;
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        Number.ToBigEndian(bytes);
        "0x"u8.CopyTo(utf8Destination);
        Convert.TryToHexStringLower(bytes, utf8Destination[2..], out _);
        bytesWritten = TextLength;
        return true;
    }
}

/// <summary>An immutable run of bytes, compared by content. Text: 0x and an even number of lower-case hex digits.</summary>
[GenerateSerializer, Immutable, Alias("tpw.hexbytes")]
[JsonConverter(typeof(TextJsonConverter<HexBytes>))]
public readonly struct HexBytes : IText<HexBytes>, IEquatable<HexBytes>
{
    /// <summary>The longest run that is accepted from outside, in bytes (call data of one leg fits many times).</summary>
    public const int MaxLength = 131_072;

    [Id(0)]
    private readonly ImmutableArray<byte> _bytes;

    public HexBytes(ImmutableArray<byte> bytes) => _bytes = bytes;

    public static string Form => "bytes as 0x and an even number of lower-case hex digits";

    public static HexBytes Empty => default;

    public ReadOnlySpan<byte> Span => _bytes.IsDefault ? default : _bytes.AsSpan();

    public ReadOnlyMemory<byte> Memory => _bytes.IsDefault ? default : _bytes.AsMemory();

    public int Length => _bytes.IsDefault ? 0 : _bytes.Length;

    public static implicit operator HexBytes(byte[] bytes) => new([.. bytes]);

    public static bool operator ==(HexBytes left, HexBytes right) => left.Equals(right);

    public static bool operator !=(HexBytes left, HexBytes right) => !left.Equals(right);

    public static HexBytes From(ReadOnlySpan<byte> bytes) => new([.. bytes]);

    public static HexBytes Parse(string text) => TryParse(text, out var value) ? value : throw new FormatException($"Expected {Form}.");

    public static bool TryParse(string? text, out HexBytes value)
    {
        value = default;
        if (text is null || text.Length % 2 != 0 || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length > 2 + (2 * MaxLength)) return false;
        var bytes = new byte[(text.Length / 2) - 1];
        if (text.AsSpan(2).ContainsAnyInRange('A', 'F')) return false;
        if (Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        value = bytes;
        return true;
    }

    public bool Equals(HexBytes other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is HexBytes other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public override string ToString() => string.Concat("0x", Convert.ToHexStringLower(Span));
}
