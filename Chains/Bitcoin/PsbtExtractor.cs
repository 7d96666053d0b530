namespace TPWallet.Chains.Bitcoin;

/// <summary>The role of extractor (BIP-174, BIP-370).</summary>
public static class PsbtExtractor
{
    /// <summary>
    /// The signed transaction. Where all spent outputs are known, every input is verified before anything is given out. Codes: psbt.not-final, script.*,
    /// taproot.*, tx.*.
    /// </summary>
    public static Decoded<BitcoinTransaction> Extract(Psbt psbt)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        if (!Assemble(psbt).TryGet(out var signed, out var refusal)) return refusal;
        if (BitcoinTransactionRules.Check(signed) is { } broken) return broken;
        if (!psbt.SpentOutputs().TryGet(out var spent, out _)) return signed;
        var context = new SighashContext(signed, spent);
        for (var i = 0; i < signed.Inputs.Count; i++)
            if (ScriptVerifier.Verify(context, i) is { } wrong) return wrong;
        return signed;
    }

    /// <summary>The signed transaction as the fields say it, unverified. Code: psbt.not-final.</summary>
    public static Decoded<BitcoinTransaction> Assemble(Psbt psbt)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        if (!psbt.UnsignedTransaction().TryGet(out var unsigned, out var refusal)) return refusal;
        var inputs = new BitcoinInput[psbt.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            var map = psbt.Inputs[i];
            if (!map.IsFinal()) return new DecodeRefusal("psbt.not-final", "finished inputs", $"input {i} is not");
            inputs[i] = unsigned.Inputs[i];
            if (map.Find(PsbtIn.FinalScriptSig) is { } script) inputs[i] = inputs[i] with { ScriptSig = new(script) };
            if (map.Find(PsbtIn.FinalWitness) is { } witness) inputs[i] = inputs[i] with { Witness = WitnessStack.Decode(witness.Span).Value };
        }

        return unsigned with { Inputs = new([.. inputs]) };
    }
}
