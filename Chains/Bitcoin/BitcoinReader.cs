using System.Buffers.Binary;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// Reads Bitcoin's little-endian wire format straight from the input, without copies. The first fault sticks: every later read answers an empty value, so a
/// decoder reads all its fields and looks at <see cref="Fault"/> once, at the end. Codes: btc.too-long, btc.truncated, btc.compact-size, btc.trailing.
/// </summary>
public ref struct BitcoinReader
{
    /// <summary>Longest input in bytes: a block's weight is at most 4,000,000 (BIP-141), so no transaction is longer.</summary>
    public const int MaxLength = 4_000_000;

    private readonly ReadOnlySpan<byte> _input;
    private int _position;
    private DecodeRefusal? _fault;

    /// <summary>Reads an input of at most <paramref name="maxLength"/> bytes.</summary>
    public BitcoinReader(ReadOnlySpan<byte> input, int maxLength = MaxLength)
    {
        _input = input;
        if (input.Length > maxLength) Fail("btc.too-long", $"at most {maxLength} bytes", $"{input.Length}");
    }

    /// <summary>The first thing that was wrong, or null so far.</summary>
    public readonly DecodeRefusal? Fault => _fault;

    /// <summary>Whether bytes follow. False after a fault, so that loops end.</summary>
    public readonly bool More => _fault is null && _position < _input.Length;

    /// <summary>Bytes that follow; none after a fault.</summary>
    public readonly int Remaining => _fault is null ? _input.Length - _position : 0;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>Whether the next bytes are these; does not step over them.</summary>
    public readonly bool NextIs(ReadOnlySpan<byte> bytes) => _fault is null && _input[_position..].StartsWith(bytes);

    public byte ReadByte() => ReadFixed(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadFixed(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadFixed(4));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadFixed(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadFixed(8));

    public BitcoinHash ReadHash() => BitcoinHash.From(ReadFixed(BitcoinHash.Length));

    /// <summary>A compact size in its shortest form; a longer form is refused, since it would give one value two encodings.</summary>
    public ulong ReadCompactSize()
    {
        var first = ReadByte();
        var (value, least) = first switch
        {
            0xfd => (ReadUInt16(), 0xfdUL),
            0xfe => (ReadUInt32(), 0x1_0000UL),
            0xff => (BinaryPrimitives.ReadUInt64LittleEndian(ReadFixed(8)), 0x1_0000_0000UL),
            _ => (first, 0UL),
        };
        if (_fault is null && value < least) Fail("btc.compact-size", $"{value} in its shortest form", $"the form of 0x{first:x2}");
        return _fault is null ? value : 0;
    }

    /// <summary>A compact size that counts items of at least so many bytes each, which must all be there: no small input asks for a large list.</summary>
    public int ReadCount(int leastBytesEach)
    {
        var count = ReadCompactSize();
        if (_fault is null && count > (ulong)(Remaining / leastBytesEach))
            Fail("btc.truncated", $"{count} items of at least {leastBytesEach} bytes", $"{Remaining} bytes");
        return _fault is null ? (int)count : 0;
    }

    /// <summary>The next bytes; an array of zeros after a fault, so that callers may slice it.</summary>
    public ReadOnlySpan<byte> ReadFixed(int length)
    {
        if (_fault is null && length > _input.Length - _position) Fail("btc.truncated", $"{length} bytes", $"{_input.Length - _position}");
        if (_fault is not null) return new byte[length];
        _position += length;
        return _input.Slice(_position - length, length);
    }

    /// <summary>A byte string with its length before it.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadCount(1);
        return _fault is null ? ReadFixed(length) : default;
    }

    /// <summary>All bytes that are left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadFixed(Remaining);

    /// <summary>Demands that the input ends here.</summary>
    public void Finish()
    {
        if (_fault is null && _position != _input.Length) Fail("btc.trailing", "the end of the input", $"{_input.Length - _position} bytes more");
    }

    /// <summary>Records a fault that a decoder found in what it read; an earlier fault wins.</summary>
    public void Fail(string code, string expected, string actual) => _fault ??= new(code, expected, actual);
}
