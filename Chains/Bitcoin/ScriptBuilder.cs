namespace TPWallet.Chains.Bitcoin;

/// <summary>Writes a script, each push in its shortest form (BIP-62, rule 3).</summary>
public sealed class ScriptBuilder
{
    private readonly BitcoinWriter _writer = new();

    /// <summary>One operation code.</summary>
    public ScriptBuilder Add(byte opcode)
    {
        _writer.Write(opcode);
        return this;
    }

    /// <summary>Pushes bytes: as OP_0, OP_1 to OP_16 or OP_1NEGATE where these leave the same on the stack.</summary>
    public ScriptBuilder Push(ReadOnlySpan<byte> data)
    {
        if (ShortForm(data) is { } opcode) return Add(opcode);
        switch (data.Length)
        {
            case < Op.PushData1:
                _writer.Write((byte)data.Length);
                break;
            case <= byte.MaxValue:
                _writer.Write(Op.PushData1).Write((byte)data.Length);
                break;
            case <= ushort.MaxValue:
                _writer.Write(Op.PushData2).Write((ushort)data.Length);
                break;
            default:
                _writer.Write(Op.PushData4).Write((uint)data.Length);
                break;
        }

        _writer.WriteFixed(data);
        return this;
    }

    /// <summary>Pushes a number as the script's arithmetic reads it.</summary>
    public ScriptBuilder Push(long number) => Push(ScriptNumber.Encode(number));

    /// <summary>Operations that were written before, as they are.</summary>
    public ScriptBuilder Append(ReadOnlySpan<byte> script)
    {
        _writer.WriteFixed(script);
        return this;
    }

    public Script Build() => Script.From(_writer.Written);

    /// <summary>Whether the operation is the shortest that pushes this (BIP-62; the rule MINIMALDATA of Bitcoin's relay policy).</summary>
    public static bool IsMinimal(byte opcode, ReadOnlySpan<byte> data)
    {
        if (opcode > Op.PushData4) return true;
        if (ShortForm(data) is { } shorter) return opcode == shorter;
        return data.Length switch
        {
            < Op.PushData1 => opcode == data.Length,
            <= byte.MaxValue => opcode == Op.PushData1,
            <= ushort.MaxValue => opcode == Op.PushData2,
            _ => true,
        };
    }

    private static byte? ShortForm(ReadOnlySpan<byte> data) => data switch
    {
        [] => Op.Zero,
        [>= 1 and <= 16] => (byte)(Op.One + data[0] - 1),
        [0x81] => Op.Negate1,
        _ => null,
    };
}
