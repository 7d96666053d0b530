using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Values;

/// <summary>
/// An unsigned 256-bit integer: the only number that amounts are made of. All arithmetic is checked:
/// a result outside 0 … 2^256 − 1 throws <see cref="OverflowException"/>. JSON and text form: canonical decimal digits.
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.uint256")]
[JsonConverter(typeof(UInt256JsonConverter))]
public readonly record struct UInt256(ulong High3, ulong High2, ulong High1, ulong Low)
    : IComparable<UInt256>
{
    /// <summary>Length of the big-endian form in bytes.</summary>
    public const int Size = 32;

    /// <summary>The longest decimal text: 2^256 − 1 has 78 digits.</summary>
    public const int MaxDigits = 78;

    public static UInt256 Zero => default;

    public static UInt256 One => new(0, 0, 0, 1);

    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public bool IsZero => (High3 | High2 | High1 | Low) == 0;

    public static implicit operator UInt256(ulong value) => new(0, 0, 0, value);

    public static explicit operator ulong(UInt256 value) =>
        (value.High3 | value.High2 | value.High1) == 0 ? value.Low : throw new OverflowException("The value does not fit 64 bits.");

    public static explicit operator UInt256(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (value.Sign < 0 || value.GetByteCount(isUnsigned: true) > Size)
            throw new OverflowException("The value is not in 0 … 2^256 − 1.");
        var length = value.GetByteCount(isUnsigned: true);
        value.TryWriteBytes(bytes[(Size - length)..], out _, isUnsigned: true, isBigEndian: true);
        return FromBigEndian(bytes);
    }

    public static implicit operator BigInteger(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        value.ToBigEndian(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    public static UInt256 operator +(UInt256 left, UInt256 right)
    {
        var low = (UInt128)left.Low + right.Low;
        var high1 = (UInt128)left.High1 + right.High1 + (low >> 64);
        var high2 = (UInt128)left.High2 + right.High2 + (high1 >> 64);
        var high3 = (UInt128)left.High3 + right.High3 + (high2 >> 64);
        if (high3 >> 64 != 0) throw new OverflowException("The sum exceeds 2^256 − 1.");
        return new((ulong)high3, (ulong)high2, (ulong)high1, (ulong)low);
    }

    public static UInt256 operator -(UInt256 left, UInt256 right)
    {
        if (left < right) throw new OverflowException("The difference is below zero.");
        var low = unchecked(left.Low - right.Low);
        ulong borrow = left.Low < right.Low ? 1UL : 0;
        var high1 = Borrow(left.High1, right.High1, ref borrow);
        var high2 = Borrow(left.High2, right.High2, ref borrow);
        var high3 = Borrow(left.High3, right.High3, ref borrow);
        return new(high3, high2, high1, low);
    }

    public static UInt256 operator *(UInt256 left, UInt256 right) => (UInt256)((BigInteger)left * right);

    public static UInt256 operator /(UInt256 left, UInt256 right) => (UInt256)BigInteger.Divide(left, right);

    public static UInt256 operator %(UInt256 left, UInt256 right) => (UInt256)BigInteger.Remainder(left, right);

    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;

    public static UInt256 Max(UInt256 left, UInt256 right) => left >= right ? left : right;

    public static UInt256 Min(UInt256 left, UInt256 right) => left <= right ? left : right;

    /// <summary>Reads 1 to 32 bytes, most significant first.</summary>
    public static UInt256 FromBigEndian(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Size) throw new OverflowException("More than 32 bytes.");
        Span<byte> full = stackalloc byte[Size];
        full.Clear();
        bytes.CopyTo(full[(Size - bytes.Length)..]);
        return new(
            BinaryPrimitives.ReadUInt64BigEndian(full),
            BinaryPrimitives.ReadUInt64BigEndian(full[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(full[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(full[24..]));
    }

    /// <summary>Writes exactly 32 bytes, most significant first.</summary>
    public void ToBigEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High3);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], High2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], High1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], Low);
    }

    /// <summary>Canonical decimal digits only: no sign, no spaces, no leading zero. Throws <see cref="FormatException"/> otherwise.</summary>
    public static UInt256 Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException("Expected canonical decimal digits of an unsigned 256-bit integer.");

    public static bool TryParse(string? text, out UInt256 value)
    {
        value = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxDigits || (text[0] == '0' && text.Length > 1)) return false;
        foreach (var digit in text)
            if (!char.IsAsciiDigit(digit)) return false;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var small))
        {
            value = small;
            return true;
        }

        var big = BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        if (big.GetByteCount(isUnsigned: true) > Size) return false;
        value = (UInt256)big;
        return true;
    }

    public int CompareTo(UInt256 other)
    {
        if (High3 != other.High3) return High3.CompareTo(other.High3);
        if (High2 != other.High2) return High2.CompareTo(other.High2);
        return High1 != other.High1 ? High1.CompareTo(other.High1) : Low.CompareTo(other.Low);
    }

    public override string ToString() =>
        (High3 | High2 | High1) == 0 ? Low.ToString(CultureInfo.InvariantCulture) : ((BigInteger)this).ToString(CultureInfo.InvariantCulture);

    private static ulong Borrow(ulong left, ulong right, ref ulong borrow)
    {
        var difference = (UInt128)left - right - borrow;
        borrow = (difference >> 64) == 0 ? 0UL : 1;
        return (ulong)difference;
    }
}

/// <summary>Decimal text in JSON, never a JSON number: a number loses digits in most readers.</summary>
public sealed class UInt256JsonConverter : JsonConverter<UInt256>
{
    public override UInt256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && UInt256.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException("Expected a string of canonical decimal digits (unsigned 256-bit).");

    public override void Write(Utf8JsonWriter writer, UInt256 value, JsonSerializerOptions options)
    {
        Span<byte> digits = stackalloc byte[UInt256.MaxDigits];
        if (value <= ulong.MaxValue && value.Low.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture))
            writer.WriteStringValue(digits[..length]);
        else
            writer.WriteStringValue(value.ToString());
    }
}
