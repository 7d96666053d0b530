using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Reads the fields of an input's map; the reader has checked their form already.</summary>
public static class PsbtInputFields
{
    /// <summary>The output that the input spends (version 2).</summary>
    public static OutPoint OutPoint(this PsbtMap map) =>
        new(BitcoinHash.From(map.Find(PsbtIn.PreviousTxid)!.Value.Span), Psbt.Number(map.Find(PsbtIn.OutputIndex))!.Value);

    /// <summary>The sequence (version 2); the final one where it says none.</summary>
    public static uint Sequence(this PsbtMap map) => Psbt.Number(map.Find(PsbtIn.Sequence)) ?? BitcoinInput.FinalSequence;

    /// <summary>The type that signatures are to have, or null.</summary>
    public static SighashType? Sighash(this PsbtMap map) => (SighashType?)Psbt.Number(map.Find(PsbtIn.Sighash));

    public static Script? RedeemScript(this PsbtMap map) => map.Find(PsbtIn.RedeemScript) is { } script ? new Script(script) : null;

    public static Script? WitnessScript(this PsbtMap map) => map.Find(PsbtIn.WitnessScript) is { } script ? new Script(script) : null;

    public static Bytes32? TapInternalKey(this PsbtMap map) => map.Find(PsbtIn.TapInternalKey) is { } key ? Bytes32.From(key.Span) : null;

    public static Bytes32? TapMerkleRoot(this PsbtMap map) => map.Find(PsbtIn.TapMerkleRoot) is { } root ? Bytes32.From(root.Span) : null;

    /// <summary>Whether the input is finished.</summary>
    public static bool IsFinal(this PsbtMap map) => map.Has(PsbtIn.FinalScriptSig) || map.Has(PsbtIn.FinalWitness);

    /// <summary>
    /// The output that is spent, from the whole previous transaction where it is there, else as it is told. Codes: psbt.no-utxo, psbt.utxo-mismatch.
    /// </summary>
    public static Decoded<BitcoinOutput> Spent(this PsbtMap map, OutPoint previous)
    {
        var told = map.Find(PsbtIn.WitnessUtxo) is { } utxo ? ReadOutput(utxo) : null;
        if (map.Find(PsbtIn.NonWitnessUtxo) is not { } whole)
            return told is not null ? told : new DecodeRefusal("psbt.no-utxo", "the output that is spent", "nothing");
        if (!BitcoinTransaction.Decode(whole.Span).TryGet(out var transaction, out var refusal)) return refusal;
        if (transaction.Txid() != previous.Txid) return new DecodeRefusal("psbt.utxo-mismatch", $"transaction {previous.Txid}", $"{transaction.Txid()}");
        if (previous.Index >= (uint)transaction.Outputs.Count)
            return new DecodeRefusal("psbt.utxo-mismatch", $"an output {previous.Index}", $"{transaction.Outputs.Count} outputs");
        var output = transaction.Outputs[(int)previous.Index];
        return told is null || told == output ? output : new DecodeRefusal("psbt.utxo-mismatch", $"{output}", $"{told}");
    }

    private static BitcoinOutput ReadOutput(HexBytes bytes)
    {
        var reader = new BitcoinReader(bytes.Span);
        return BitcoinTransactionReader.ReadOutput(ref reader);
    }
}
