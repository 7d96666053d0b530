using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>How much a decoder forgives.</summary>
public enum AbiStrictness
{
    /// <summary>Only what the standard encoder writes: judged call data must have one reading, and the contract must read the same.</summary>
    Canonical,

    /// <summary>Any offsets inside the data, padding and trailing bytes of any content: for answers and logs of foreign contracts.</summary>
    Lenient,
}

/// <summary>Reads values out of a byte string, within named maxima. The first fault sticks.</summary>
internal ref struct AbiDecoder(ReadOnlySpan<byte> data, AbiStrictness strictness)
{
    /// <summary>Most values in one answer, counted one by one: a hostile offset may point many arrays at the same bytes.</summary>
    public const int MaxValues = 65_536;

    /// <summary>Most bytes of all byte strings and texts together; they too can share bytes.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _data = data;
    private int _values;
    private long _bytes;

    public DecodeRefusal? Fault { get; private set; }

    public Items<AbiValue> ReadAll(Items<AbiParameter> parameters)
    {
        var types = new AbiType[parameters.Count];
        for (var i = 0; i < types.Length; i++) types[i] = parameters[i].Type;
        return ReadMany(types, 0, depth: 0);
    }

    private Items<AbiValue> ReadMany(ReadOnlySpan<AbiType> types, long start, int depth)
    {
        var values = ImmutableArray.CreateBuilder<AbiValue>();
        var head = start;
        if (depth > AbiType.MaxDepth) Fail("abi.too-deep", $"at most {AbiType.MaxDepth} levels", "more");
        foreach (var type in types)
        {
            if (Fault is not null) break;
            var at = type.IsDynamic ? start + ReadLength(head, "offset") : head;
            if (Fault is null) values.Add(ReadOne(type, at, depth));
            head += type.HeadLength;
        }

        return new(values.ToImmutable());
    }

    private AbiValue ReadOne(AbiType type, long at, int depth)
    {
        if (++_values > MaxValues) Fail("abi.too-many", $"at most {MaxValues} values", "more");
        switch (type)
        {
            case AbiType.Array array:
                var count = ReadLength(at, "length");
                var room = (_data.Length - at - AbiType.Word) / Math.Max(1, array.Element.HeadLength);
                if (Fault is null && count > room) Fail("abi.truncated", $"{count} elements", $"room for {Math.Max(0, room)}");
                return new AbiValue.Sequence(ReadMany(Repeat(array.Element, count), at + AbiType.Word, depth + 1));
            case AbiType.FixedArray array:
                return new AbiValue.Sequence(ReadMany(Repeat(array.Element, array.Length), at, depth + 1));
            case AbiType.Tuple tuple:
                var types = new AbiType[tuple.Components.Count];
                for (var i = 0; i < types.Length; i++) types[i] = tuple.Components[i].Type;
                return new AbiValue.Sequence(ReadMany(types, at, depth + 1));
            case AbiType.Bytes:
                return new AbiValue.Bytes(HexBytes.From(ReadCounted(at)));
            case AbiType.Text:
                return new AbiValue.Text(ReadText(ReadCounted(at)));
            default:
                return ReadPlain(type, ReadWord(at));
        }
    }

    private readonly AbiType[] Repeat(AbiType type, long count)
    {
        if (Fault is not null || count > MaxValues) count = Math.Min(count, Fault is null ? MaxValues + 1 : 0);
        var types = new AbiType[count];
        types.AsSpan().Fill(type);
        return types;
    }

    private AbiValue ReadPlain(AbiType type, ReadOnlySpan<byte> word)
    {
        switch (type)
        {
            case AbiType.Unsigned unsigned:
                if (word[..(AbiType.Word - (unsigned.Bits / 8))].ContainsAnyExcept((byte)0)) Fail("abi.range", $"{type}", Hex.Encode(word));
                return new AbiValue.Number(new BigInteger(word, isUnsigned: true, isBigEndian: true));
            case AbiType.Signed signed:
                var value = new BigInteger(word, isUnsigned: false, isBigEndian: true);
                if (value.GetBitLength() >= signed.Bits) Fail("abi.range", $"{type}", Hex.Encode(word));
                return new AbiValue.Number(value);
            case AbiType.Bool:
                if (word[..^1].ContainsAnyExcept((byte)0) || word[^1] > 1) Fail("abi.bool", "0 or 1", Hex.Encode(word));
                return new AbiValue.Flag(word[^1] == 1);
            case AbiType.Account:
                if (word[..12].ContainsAnyExcept((byte)0)) Fail("abi.padding", "12 zero bytes before an address", Hex.Encode(word));
                return new AbiValue.Account(Address.From(word[12..]));
            case AbiType.FixedBytes or AbiType.Function:
                var length = type is AbiType.FixedBytes @fixed ? @fixed.Length : AbiType.Function.Length;
                if (strictness == AbiStrictness.Canonical && word[length..].ContainsAnyExcept((byte)0))
                    Fail("abi.padding", $"zero bytes after {type}", Hex.Encode(word));
                return new AbiValue.Bytes(HexBytes.From(word[..length]));
            default:
                throw new UnreachableException(type.GetType().Name);
        }
    }

    private ReadOnlySpan<byte> ReadCounted(long at)
    {
        var length = ReadLength(at, "length");
        var start = at + AbiType.Word;
        if (Fault is not null) return default;
        if (length > _data.Length - start)
        {
            Fail("abi.truncated", $"{length} bytes", $"{_data.Length - start}");
            return default;
        }

        _bytes += length;
        if (_bytes > MaxBytes) Fail("abi.too-long", $"at most {MaxBytes} bytes in all", "more");
        return Fault is null ? _data.Slice((int)start, (int)length) : default;
    }

    /// <summary>Invalid UTF-8 is refused in canonical reading; a contract's own text is shown with replacement characters.</summary>
    private string ReadText(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes) || strictness == AbiStrictness.Lenient) return Encoding.UTF8.GetString(bytes);
        Fail("abi.utf8", "valid UTF-8", "other bytes");
        return "";
    }

    private long ReadLength(long at, string what)
    {
        var word = ReadWord(at);
        if (Fault is null && (word[..28].ContainsAnyExcept((byte)0) || word[28] >= 0x80))
            Fail("abi." + what, $"an {what} inside the data", Hex.Encode(word));
        return Fault is null ? BinaryPrimitives.ReadInt32BigEndian(word[28..]) : 0;
    }

    private ReadOnlySpan<byte> ReadWord(long at)
    {
        if (Fault is null && at >= 0 && at <= _data.Length - AbiType.Word) return _data.Slice((int)at, AbiType.Word);
        Fail("abi.truncated", $"32 bytes at {at}", $"{_data.Length} bytes in all");
        return new byte[AbiType.Word];
    }

    private void Fail(string code, string expected, string actual) => Fault ??= new(code, expected, actual);
}
