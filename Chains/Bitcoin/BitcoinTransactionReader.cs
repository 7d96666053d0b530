namespace TPWallet.Chains.Bitcoin;

/// <summary>Reads what <see cref="BitcoinTransaction.Encode"/> and <see cref="BitcoinTransaction.EncodeStripped"/> write, and nothing else.</summary>
internal static class BitcoinTransactionReader
{
    private const int LeastInput = 41;
    private const int LeastOutput = 9;

    public static Decoded<BitcoinTransaction> Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes);
        var transaction = ReadFrom(ref reader);
        reader.Finish();
        return reader.Fault is { } fault ? fault : transaction;
    }

    /// <summary>One transaction where several follow each other; what was wrong is the reader's fault.</summary>
    internal static BitcoinTransaction ReadFrom(ref BitcoinReader reader)
    {
        var version = reader.ReadInt32();
        var marked = reader.NextIs([0]);
        if (marked && Flag(ref reader) != 1) reader.Fail("tx.flag", "the flag 1 (BIP-144)", "another flag");
        var inputs = ReadInputs(ref reader);
        var outputs = ReadOutputs(ref reader);
        if (inputs.Length == 0) reader.Fail("tx.no-inputs", "at least one input", "none");
        if (outputs.Count == 0) reader.Fail("tx.no-outputs", "at least one output", "none");
        if (marked) ReadWitnesses(ref reader, inputs);
        return new(version, new([.. inputs]), outputs, reader.ReadUInt32());
    }

    public static Decoded<BitcoinTransaction> ReadStripped(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes);
        var version = reader.ReadInt32();
        var inputs = ReadInputs(ref reader);
        var outputs = ReadOutputs(ref reader);
        var lockTime = reader.ReadUInt32();
        reader.Finish();
        return reader.Fault is { } fault ? fault : new BitcoinTransaction(version, new([.. inputs]), outputs, lockTime);
    }

    internal static BitcoinOutput ReadOutput(ref BitcoinReader reader)
    {
        var value = reader.ReadInt64();
        if (value is < 0 or > BitcoinOutput.MaxMoneySat) reader.Fail("tx.value", $"0 to {BitcoinOutput.MaxMoneySat} satoshis", $"{value}");
        return new(value, Script.From(reader.ReadBytes()));
    }

    private static byte Flag(ref BitcoinReader reader)
    {
        _ = reader.ReadByte();
        return reader.ReadByte();
    }

    private static BitcoinInput[] ReadInputs(ref BitcoinReader reader)
    {
        var inputs = new BitcoinInput[reader.ReadCount(LeastInput)];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = new(new(reader.ReadHash(), reader.ReadUInt32()), Script.From(reader.ReadBytes()), reader.ReadUInt32(), []);
        return inputs;
    }

    private static Items<BitcoinOutput> ReadOutputs(ref BitcoinReader reader)
    {
        var count = reader.ReadCount(LeastOutput);
        var outputs = ImmutableArray.CreateBuilder<BitcoinOutput>(count);
        for (var i = 0; i < count && reader.Fault is null; i++) outputs.Add(ReadOutput(ref reader));
        return new(outputs.ToImmutable());
    }

    /// <summary>A marker without a single witness is refused: the form without the marker is the transaction's one encoding.</summary>
    private static void ReadWitnesses(ref BitcoinReader reader, BitcoinInput[] inputs)
    {
        var any = false;
        for (var i = 0; i < inputs.Length && reader.Fault is null; i++)
        {
            var witness = WitnessStack.Read(ref reader);
            any |= witness.Count > 0;
            inputs[i] = inputs[i] with { Witness = witness };
        }

        if (!any) reader.Fail("tx.superfluous-witness", "a witness after the marker", "none");
    }
}
