namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// The bytes with which an input is unlocked, at their most: ECDSA signatures count 72 bytes (71 of DER with a low S and the type), though half of them have one
/// less.
/// </summary>
/// <param name="ScriptSigBytes">Bytes of the unlocking script.</param>
/// <param name="WitnessBytes">Bytes of the whole witness with its counts; zero for none.</param>
public readonly record struct InputSize(int ScriptSigBytes, int WitnessBytes)
{
    private const int Signature = 72;
    private const int Key = 33;
    private const int NestedPush = 23;

    /// <summary>P2PKH: a signature and a key.</summary>
    public static InputSize PubKeyHash => new(1 + Signature + 1 + Key, 0);

    /// <summary>P2WPKH: the same as a witness.</summary>
    public static InputSize WitnessPubKeyHash => new(0, 1 + 1 + Signature + 1 + Key);

    /// <summary>P2WPKH inside P2SH.</summary>
    public static InputSize NestedWitnessPubKeyHash => new(NestedPush, WitnessPubKeyHash.WitnessBytes);

    /// <summary>P2TR by its key, with a signature of the default type.</summary>
    public static InputSize TaprootKey => new(0, 1 + 1 + 64);

    /// <summary>k signatures and a script of so many bytes in P2WSH.</summary>
    public static InputSize WitnessMultisig(int required, int scriptLength, bool nested)
    {
        const int nestedScriptHash = 35;
        var items = BitcoinWriter.CompactSizeLength((ulong)required + 2) + 1 + (required * (1 + Signature));
        return new(nested ? nestedScriptHash : 0, items + BitcoinWriter.CompactSizeLength((ulong)scriptLength) + scriptLength);
    }

    /// <summary>k signatures of a leaf with n keys (BIP-387) in P2TR, its script and its control block.</summary>
    public static InputSize TaprootLeaf(int required, int keys, int scriptLength, int depth)
    {
        const int controlBlock = 33, node = 32;
        var block = controlBlock + (node * depth);
        var signatures = (required * 65) + (keys - required);
        return new(0, BitcoinWriter.CompactSizeLength((ulong)keys + 2) + signatures + Sized(scriptLength) + Sized(block));
    }

    /// <summary>Weight units of the whole input, without the byte that says "no witness" in a transaction that has others.</summary>
    public int Weight => (BitcoinTransaction.WitnessScale * (TransactionSize.OutPointAndSequence + Sized(ScriptSigBytes))) + WitnessBytes;

    private static int Sized(int length) => BitcoinWriter.CompactSizeLength((ulong)length) + length;
}

/// <summary>Weights before a transaction is signed (BIP-141).</summary>
public static class TransactionSize
{
    internal const int OutPointAndSequence = 40;
    private const int VersionAndLockTime = 8;
    private const int MarkerAndFlag = 2;

    /// <summary>Virtual bytes of a weight, rounded up.</summary>
    public static long VirtualBytes(long weight) => (weight + BitcoinTransaction.WitnessScale - 1) / BitcoinTransaction.WitnessScale;

    /// <summary>Bytes of an output.</summary>
    public static int OutputBytes(Script script) => sizeof(long) + BitcoinWriter.CompactSizeLength((ulong)script.Length) + script.Length;

    /// <summary>The weight of a transaction with these inputs and outputs, exact up to the length of ECDSA signatures.</summary>
    public static long Weight(IReadOnlyCollection<InputSize> inputs, IReadOnlyCollection<Script> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        var stripped = VersionAndLockTime + BitcoinWriter.CompactSizeLength((ulong)inputs.Count) + BitcoinWriter.CompactSizeLength((ulong)outputs.Count)
            + outputs.Sum(OutputBytes);
        var bare = inputs.Count(static input => input.WitnessBytes == 0);
        var witness = bare == inputs.Count ? 0 : MarkerAndFlag + bare;
        return ((long)BitcoinTransaction.WitnessScale * stripped) + inputs.Sum(static input => (long)input.Weight) + witness;
    }

    /// <summary>
    /// The least value that an output must have to be relayed: what spending it costs at <see cref="FeeRate.DustRelay"/> by Bitcoin Core's measure
    /// (294 for P2WPKH, 330 for P2TR and P2WSH, 540 for P2SH, 546 for P2PKH); zero for what cannot be spent.
    /// </summary>
    public static long DustSat(Script script)
    {
        const int legacySpend = 148, witnessSpend = 67;
        var kind = OutputScript.KindOf(script);
        if (kind == OutputKind.NullData || script.Length > Script.MaxLength) return 0;
        return FeeRate.DustRelay.FeeSat(OutputBytes(script) + (OutputScript.ProgramOf(script) is null ? legacySpend : witnessSpend));
    }
}
