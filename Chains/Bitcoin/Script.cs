using System.Buffers.Binary;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>A script as bytes: any bytes are a script, whether they can be read as operations or not.</summary>
public readonly record struct Script(HexBytes Bytes)
{
    /// <summary>Longest script in bytes that can ever be run outside Tapscript.</summary>
    public const int MaxLength = 10_000;

    /// <summary>Longest single element in bytes on the stack.</summary>
    public const int MaxElement = 520;

    public int Length => Bytes.Length;

    public ReadOnlySpan<byte> Span => Bytes.Span;

    public static Script From(ReadOnlySpan<byte> bytes) => new(HexBytes.From(bytes));

    /// <summary>Reads hex without a prefix that the program itself holds.</summary>
    public static Script FromHex(string hex) => From(Convert.FromHexString(hex));

    /// <summary>The operations in order. Code: script.truncated, where a push asks for more bytes than there are.</summary>
    public Decoded<Items<ScriptOperation>> Parse()
    {
        var operations = ImmutableArray.CreateBuilder<ScriptOperation>();
        var reader = new ScriptReader(Span);
        while (reader.Next(out var opcode, out var data)) operations.Add(new(opcode, HexBytes.From(data)));
        return reader.Fault is { } fault ? fault : new Items<ScriptOperation>(operations.ToImmutable());
    }

    /// <summary>Hex without a prefix.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);
}

/// <summary>One operation: its code and, for a push, what is pushed.</summary>
public readonly record struct ScriptOperation(byte Opcode, HexBytes Data);

/// <summary>Walks over the operations of a script without copies.</summary>
public ref struct ScriptReader
{
    private readonly ReadOnlySpan<byte> _script;
    private int _position;

    public ScriptReader(ReadOnlySpan<byte> script) => _script = script;

    /// <summary>Where the next operation begins.</summary>
    public readonly int Position => _position;

    /// <summary>What stopped the walk, or null. Code: script.truncated.</summary>
    public DecodeRefusal? Fault { get; private set; }

    /// <summary>Steps over one operation; false at the end and at a fault.</summary>
    public bool Next(out byte opcode, out ReadOnlySpan<byte> data)
    {
        opcode = 0;
        data = default;
        if (Fault is not null || _position >= _script.Length) return false;
        opcode = _script[_position++];
        if (opcode > Op.PushData4) return true;
        var lengthBytes = opcode switch { Op.PushData1 => 1, Op.PushData2 => 2, Op.PushData4 => 4, _ => 0 };
        if (lengthBytes > _script.Length - _position) return Truncated(lengthBytes);
        var length = lengthBytes switch
        {
            1 => _script[_position],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(_script[_position..]),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(_script[_position..]),
            _ => (uint)opcode,
        };
        _position += lengthBytes;
        if (length > (uint)(_script.Length - _position)) return Truncated(length);
        data = _script.Slice(_position, (int)length);
        _position += (int)length;
        return true;
    }

    private bool Truncated(uint length) => Refuse($"{length} bytes", $"{_script.Length - _position}");

    private bool Truncated(int length) => Refuse($"a length of {length} bytes", $"{_script.Length - _position}");

    private bool Refuse(string expected, string actual)
    {
        Fault = new("script.truncated", expected, actual);
        return false;
    }
}
