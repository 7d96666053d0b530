using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>An output of a transaction, by the transaction's id and the output's index.</summary>
public readonly record struct OutPoint(BitcoinHash Txid, uint Index) : IComparable<OutPoint>
{
    /// <summary>What the input of a coinbase names.</summary>
    public static OutPoint Null => new(BitcoinHash.Zero, uint.MaxValue);

    /// <summary>The order of the serialised bytes' transaction id, then the index.</summary>
    public int CompareTo(OutPoint other) => Txid.CompareTo(other.Txid) is not 0 and var order ? order : Index.CompareTo(other.Index);

    public override string ToString() => $"{Txid}:{Index}";
}

/// <summary>An input: what it spends, the unlocking script, the sequence number (BIP-68, BIP-125) and the witness (BIP-141).</summary>
public sealed record BitcoinInput(OutPoint Previous, Script ScriptSig, uint Sequence, Items<HexBytes> Witness)
{
    /// <summary>No relative lock and no replacement signal; the lock time of the transaction does not bind this input.</summary>
    public const uint FinalSequence = 0xffff_ffff;

    /// <summary>The highest sequence that signals replacement (BIP-125); it sets no relative lock.</summary>
    public const uint ReplaceableSequence = 0xffff_fffd;

    /// <summary>An input that is not yet signed.</summary>
    public BitcoinInput(OutPoint previous, uint sequence = FinalSequence)
        : this(previous, default, sequence, [])
    {
    }
}

/// <summary>An output: its value in satoshis and the locking script.</summary>
public sealed record BitcoinOutput(long ValueSat, Script ScriptPubKey)
{
    /// <summary>All satoshis that can ever be.</summary>
    public const long MaxMoneySat = 21_000_000L * 100_000_000L;
}

/// <summary>A transaction (BIP-144 serialisation). Weights and sizes are those of BIP-141.</summary>
public sealed record BitcoinTransaction(int Version, Items<BitcoinInput> Inputs, Items<BitcoinOutput> Outputs, uint LockTime)
{
    /// <summary>Weight units per virtual byte.</summary>
    public const int WitnessScale = 4;

    /// <summary>Below this the lock time is a block height, from here on seconds since 1970.</summary>
    public const uint LockTimeThreshold = 500_000_000;

    /// <summary>Whether any input has a witness.</summary>
    public bool HasWitness => Inputs.Any(static input => input.Witness.Count > 0);

    /// <summary>Whether this creates new coins: its only input spends nothing.</summary>
    public bool IsCoinbase => Inputs.Count == 1 && Inputs[0].Previous == OutPoint.Null;

    /// <summary>The id: the hash of the form without witnesses, so that no witness changes it.</summary>
    public BitcoinHash Txid() => BitcoinHash.Of(EncodeStripped());

    /// <summary>The hash of the whole form; zero stands for a coinbase in the witness commitment, not here.</summary>
    public BitcoinHash Wtxid() => BitcoinHash.Of(Encode());

    /// <summary>Three times the length without witnesses plus the whole length.</summary>
    public int Weight() => ((WitnessScale - 1) * EncodeStripped().Length) + Encode().Length;

    /// <summary>The weight in virtual bytes, rounded up: what fee rates count.</summary>
    public int VirtualSize() => (Weight() + WitnessScale - 1) / WitnessScale;

    /// <summary>The network form: with marker, flag and witnesses where any input has one.</summary>
    public byte[] Encode() => Write(HasWitness);

    /// <summary>The form without witnesses.</summary>
    public byte[] EncodeStripped() => Write(withWitness: false);

    /// <summary>
    /// Reads the network form. Strict: whatever <see cref="Encode"/> would not write is refused. Codes: btc.*, tx.flag, tx.no-inputs, tx.no-outputs,
    /// tx.superfluous-witness, tx.value.
    /// </summary>
    public static Decoded<BitcoinTransaction> Decode(ReadOnlySpan<byte> bytes) => BitcoinTransactionReader.Read(bytes);

    /// <summary>
    /// Reads the form without witnesses; no inputs or no outputs are allowed, as in a PSBT that is being made (BIP-174). Codes: btc.*, tx.value.
    /// </summary>
    public static Decoded<BitcoinTransaction> DecodeStripped(ReadOnlySpan<byte> bytes) => BitcoinTransactionReader.ReadStripped(bytes);

    /// <summary>The same transaction with one input replaced.</summary>
    public BitcoinTransaction WithInput(int index, BitcoinInput input) => this with { Inputs = new(ImmutableArray.CreateRange(Inputs).SetItem(index, input)) };

    private byte[] Write(bool withWitness)
    {
        var writer = new BitcoinWriter().Write(Version);
        if (withWitness) writer.Write((byte)0).Write((byte)1);
        writer.WriteCompactSize((ulong)Inputs.Count);
        foreach (var input in Inputs.Span) writer.Write(input.Previous).WriteBytes(input.ScriptSig.Span).Write(input.Sequence);
        writer.WriteCompactSize((ulong)Outputs.Count);
        foreach (var output in Outputs.Span) writer.Write(output);
        if (withWitness)
            foreach (var input in Inputs.Span) WitnessStack.Write(writer, input.Witness);
        return writer.Write(LockTime).ToArray();
    }
}
