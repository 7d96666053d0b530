using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The roles of creator (BIP-174) and constructor (BIP-370). Codes: psbt.signed-transaction, psbt.not-modifiable, psbt.lock-time, psbt.duplicate-input.</summary>
public static class PsbtCreator
{
    /// <summary>A PSBT of version 0 from a transaction without unlocking scripts and witnesses.</summary>
    public static Decoded<Psbt> Create(BitcoinTransaction unsigned)
    {
        ArgumentNullException.ThrowIfNull(unsigned);
        if (unsigned.Inputs.Any(static input => input.ScriptSig.Length > 0 || input.Witness.Count > 0))
            return new DecodeRefusal("psbt.signed-transaction", "no unlocking scripts and witnesses", "some");
        var global = PsbtMap.Empty.With(PsbtGlobal.UnsignedTransaction, unsigned.EncodeStripped());
        return new Psbt(global, Empty(unsigned.Inputs.Count), Empty(unsigned.Outputs.Count));
    }

    /// <summary>An empty PSBT of version 2; inputs and outputs are added.</summary>
    public static Psbt CreateV2(
        int transactionVersion = 2, uint fallbackLockTime = 0, PsbtModifiable modifiable = PsbtModifiable.Inputs | PsbtModifiable.Outputs) =>
        new(
            PsbtMap.Empty.With(PsbtGlobal.TransactionVersion, Psbt.Bytes(unchecked((uint)transactionVersion)))
                .With(PsbtGlobal.FallbackLockTime, Psbt.Bytes(fallbackLockTime))
                .With(PsbtGlobal.InputCount, Count(0)).With(PsbtGlobal.OutputCount, Count(0))
                .With(PsbtGlobal.Modifiable, (byte[])[(byte)modifiable])
                .With(PsbtGlobal.Version, Psbt.Bytes(2)),
            [], []);

    /// <summary>
    /// Adds an input to a PSBT of version 2. A lock time that it requires must be of a kind that the others take, and must not change the lock time that
    /// an input has signed already.
    /// </summary>
    public static Decoded<Psbt> AddInput(
        Psbt psbt, OutPoint previous, uint? sequence = null, uint? requiredHeight = null, uint? requiredTime = null)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        if (!psbt.Modifiable.HasFlag(PsbtModifiable.Inputs)) return NotModifiable("inputs");
        if (psbt.Inputs.Any(map => map.OutPoint() == previous)) return new DecodeRefusal("psbt.duplicate-input", "each output once", $"{previous} twice");
        var added = PsbtMap.Empty.With(PsbtIn.PreviousTxid, previous.Txid.ToArray()).With(PsbtIn.OutputIndex, Psbt.Bytes(previous.Index));
        if (sequence is { } number) added = added.With(PsbtIn.Sequence, Psbt.Bytes(number));
        if (requiredTime is { } time) added = added.With(PsbtIn.RequiredTime, Psbt.Bytes(time));
        if (requiredHeight is { } height) added = added.With(PsbtIn.RequiredHeight, Psbt.Bytes(height));
        foreach (var field in added.Fields)
            if (PsbtRules.Check(PsbtScope.Input, field) is { } malformed) return malformed;
        var inputs = psbt.Inputs.Append(added).ToImmutableArray();
        var next = psbt with { Inputs = new(inputs), Global = psbt.Global.With(PsbtGlobal.InputCount, Count(inputs.Length)) };
        if (!next.LockTime().TryGet(out var after, out var refusal)) return refusal;
        var before = psbt.LockTime();
        return psbt.Inputs.Any(IsSigned) && before.Value != after
            ? new DecodeRefusal("psbt.lock-time", $"the signed lock time {before.Value}", $"{after}")
            : next;
    }

    /// <summary>Adds an output to a PSBT of version 2.</summary>
    public static Decoded<Psbt> AddOutput(Psbt psbt, BitcoinOutput output)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        ArgumentNullException.ThrowIfNull(output);
        if (!psbt.Modifiable.HasFlag(PsbtModifiable.Outputs)) return NotModifiable("outputs");
        var added = PsbtMap.Empty.With(PsbtOut.Amount, new BitcoinWriter().Write(output.ValueSat).ToArray()).With(PsbtOut.Script, output.ScriptPubKey.Bytes);
        foreach (var field in added.Fields)
            if (PsbtRules.Check(PsbtScope.Output, field) is { } malformed) return malformed;
        var outputs = psbt.Outputs.Append(added).ToImmutableArray();
        return psbt with { Outputs = new(outputs), Global = psbt.Global.With(PsbtGlobal.OutputCount, Count(outputs.Length)) };
    }

    /// <summary>Declares that nothing is added any more: no flag stays but that of a SINGLE (BIP-370).</summary>
    public static Psbt Close(Psbt psbt)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        var flags = psbt.Modifiable & PsbtModifiable.HasSingle;
        return psbt with { Global = psbt.Global.With(PsbtGlobal.Modifiable, (byte[])[(byte)flags]) };
    }

    private static bool IsSigned(PsbtMap map) =>
        map.IsFinal() || map.Has(PsbtIn.PartialSignature) || map.Has(PsbtIn.TapKeySignature) || map.Has(PsbtIn.TapScriptSignature);

    private static Items<PsbtMap> Empty(int count) => new([.. Enumerable.Repeat(PsbtMap.Empty, count)]);

    private static HexBytes Count(int count) => new BitcoinWriter().WriteCompactSize((ulong)count).ToArray();

    private static DecodeRefusal NotModifiable(string what) => new("psbt.not-modifiable", $"a PSBT of version 2 whose {what} may change", "another");
}
