using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// Reads canonical RLP (Ethereum yellow paper, appendix B) straight from the input, without copies. The first fault sticks: every later
/// read answers an empty value, so a decoder reads all its fields and looks at <see cref="Fault"/> once, at the end.
/// </summary>
public ref struct RlpReader
{
    /// <summary>Deepest nesting of lists that is read; the deepest protocol structure (a 7702 transaction) needs 4.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longest input in bytes: a block's transaction with nine blobs is 1.2 MB.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private const int ShortLength = 55;

    private readonly ReadOnlySpan<byte> _input;
    private int _position;
    private int _end;
    private int _depth;
    private DecodeRefusal? _fault;

    public RlpReader(ReadOnlySpan<byte> input)
    {
        _input = input;
        _end = input.Length;
        if (input.Length > MaxLength) Fail("rlp.too-long", $"at most {MaxLength} bytes", $"{input.Length}");
    }

    /// <summary>The first thing that was wrong, or null so far.</summary>
    public readonly DecodeRefusal? Fault => _fault;

    /// <summary>Whether another item follows in the current list. False after a fault, so that loops end.</summary>
    public readonly bool More => _fault is null && _position < _end;

    public readonly bool NextIsList => More && _input[_position] >= 0xc0;

    /// <summary>A byte string of any length.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        if (!Header(out var start, out var length, out var isList)) return default;
        if (isList)
        {
            Fail("rlp.expected-string", "a byte string", "a list");
            return default;
        }

        _position = start + length;
        return _input.Slice(start, length);
    }

    /// <summary>A byte string of exactly the given length; an array of zeros after a fault, so that callers may slice it.</summary>
    public ReadOnlySpan<byte> ReadFixed(int length)
    {
        var bytes = ReadBytes();
        if (_fault is null && bytes.Length != length) Fail("rlp.length", $"{length} bytes", $"{bytes.Length}");
        return _fault is null ? bytes : new byte[length];
    }

    /// <summary>An unsigned integer of at most 32 bytes without leading zeros; zero is the empty string.</summary>
    public UInt256 ReadUInt256()
    {
        var bytes = ReadInteger(UInt256.Size);
        return bytes.IsEmpty ? UInt256.Zero : UInt256.FromBigEndian(bytes);
    }

    /// <summary>An unsigned integer of at most 8 bytes without leading zeros.</summary>
    public ulong ReadUInt64()
    {
        ulong value = 0;
        foreach (var b in ReadInteger(sizeof(ulong))) value = (value << 8) | b;
        return value;
    }

    public Bytes32 ReadBytes32() => Bytes32.From(ReadFixed(32));

    public Address ReadAddress() => Address.From(ReadFixed(20));

    /// <summary>An address or, where a contract is created, the empty string.</summary>
    public Address? ReadAddressOrNone()
    {
        if (!More || _input[_position] != 0x80) return ReadAddress();
        _position++;
        return null;
    }

    /// <summary>The whole next item with its header, unread.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        var from = _position;
        if (!Header(out var start, out var length, out _)) return default;
        _position = start + length;
        return _input[from.._position];
    }

    /// <summary>Steps into a list. The answer goes back into <see cref="EndList"/>.</summary>
    public int BeginList()
    {
        if (!Header(out var start, out var length, out var isList)) return _end;
        if (!isList) Fail("rlp.expected-list", "a list", "a byte string");
        else if (_depth >= MaxDepth) Fail("rlp.too-deep", $"at most {MaxDepth} nested lists", "more");
        if (_fault is not null) return _end;
        var outer = _end;
        _position = start;
        _end = start + length;
        _depth++;
        return outer;
    }

    /// <summary>Steps out of a list whose items must all have been read.</summary>
    public void EndList(int outer)
    {
        if (_fault is null && _position != _end) Fail("rlp.list-too-long", "no further item in the list", $"{_end - _position} bytes more");
        _end = outer;
        _depth--;
    }

    /// <summary>Demands that the input ends here.</summary>
    public void Finish()
    {
        if (_fault is null && _position != _end) Fail("rlp.trailing", "the end of the input", $"{_end - _position} bytes more");
    }

    /// <summary>Records a fault that a decoder found in what it read; an earlier fault wins.</summary>
    public void Fail(string code, string expected, string actual) => _fault ??= new(code, expected, actual);

    private ReadOnlySpan<byte> ReadInteger(int maxLength)
    {
        var bytes = ReadBytes();
        if (bytes.Length > maxLength) Fail("rlp.integer-too-long", $"an integer of at most {maxLength} bytes", $"{bytes.Length}");
        else if (!bytes.IsEmpty && bytes[0] == 0) Fail("rlp.leading-zero", "an integer without leading zeros", "a leading zero");
        return _fault is null ? bytes : default;
    }

    /// <summary>Where the payload of the next item is; does not step over it.</summary>
    private bool Header(out int start, out int length, out bool isList)
    {
        (start, length, isList) = (_position, 0, false);
        if (_fault is not null) return false;
        if (_position >= _end) return Refuse("rlp.truncated", "another item", "the end");
        var first = _input[_position];
        if (first < 0x80)
        {
            length = 1;
            return true;
        }

        isList = first >= 0xc0;
        var code = first - (isList ? 0xc0 : 0x80);
        start = _position + 1;
        length = code;
        if (code > ShortLength && !LongLength(code - ShortLength, ref start, out length)) return false;
        if (length > _end - start) return Refuse("rlp.truncated", $"{length} bytes", $"{_end - start}");
        if (!isList && length == 1 && _input[start] < 0x80)
            return Refuse("rlp.non-minimal", "a byte below 0x80 as itself", "a byte with a length before it");
        return true;
    }

    private bool LongLength(int lengthOfLength, ref int start, out int length)
    {
        length = 0;
        if (lengthOfLength > _end - start) return Refuse("rlp.truncated", $"a length of {lengthOfLength} bytes", $"{_end - start}");
        if (_input[start] == 0) return Refuse("rlp.non-minimal", "a length without leading zeros", "a leading zero");
        ulong value = 0;
        foreach (var b in _input.Slice(start, lengthOfLength)) value = (value << 8) | b;
        if (value <= ShortLength) return Refuse("rlp.non-minimal", $"a short length for {value} bytes", "a long one");
        start += lengthOfLength;
        if (value > (ulong)(_end - start)) return Refuse("rlp.truncated", $"{value} bytes", $"{_end - start}");
        length = (int)value;
        return true;
    }

    private bool Refuse(string code, string expected, string actual)
    {
        Fail(code, expected, actual);
        return false;
    }
}
