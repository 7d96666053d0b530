using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// The role of finalizer (BIP-174, BIP-371): builds unlocking script and witness from the signatures for P2PK, P2PKH, multisignatures (bare, P2SH, P2WSH),
/// P2WPKH, and for Taproot the key path and leaves of CHECKSIG chains or CHECKSIGADD. Codes: psbt.final, psbt.not-enough-signatures, psbt.cannot-finalize,
/// psbt.sighash and those of resolving the input; where all spent outputs are known, script.* for a result that does not unlock.
/// </summary>
public static class PsbtFinalizer
{
    private static readonly ulong[] _working =
    [
        PsbtIn.PartialSignature, PsbtIn.Sighash, PsbtIn.RedeemScript, PsbtIn.WitnessScript, PsbtIn.Derivation, PsbtIn.ProofOfReserves, PsbtIn.Ripemd160,
        PsbtIn.Sha256, PsbtIn.Hash160, PsbtIn.Hash256, PsbtIn.TapKeySignature, PsbtIn.TapScriptSignature, PsbtIn.TapLeafScript, PsbtIn.TapDerivation,
        PsbtIn.TapInternalKey, PsbtIn.TapMerkleRoot,
    ];

    /// <summary>The PSBT with one input finished.</summary>
    public static Decoded<Psbt> Finalize(Psbt psbt, int index)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        var map = psbt.Inputs[index];
        if (map.IsFinal()) return new DecodeRefusal("psbt.final", "an input that is not finished", "a finished one");
        if (!psbt.UnsignedTransaction().TryGet(out var unsigned, out var refusal)) return refusal;
        if (!PsbtSpend.Resolve(map, unsigned.Inputs[index].Previous).TryGet(out var spend, out var unresolved)) return unresolved;
        if (!Unlock(map, spend).TryGet(out var unlocking, out var missing)) return missing;
        if (psbt.SpentOutputs().TryGet(out var spent, out _))
        {
            var input = unsigned.Inputs[index] with { ScriptSig = unlocking.ScriptSig, Witness = unlocking.Witness };
            if (ScriptVerifier.Verify(new(unsigned.WithInput(index, input), spent), index) is { } wrong) return wrong;
        }

        if (unlocking.ScriptSig.Length > 0) map = map.With(PsbtIn.FinalScriptSig, unlocking.ScriptSig.Bytes);
        if (unlocking.Witness.Count > 0) map = map.With(PsbtIn.FinalWitness, WitnessStack.Encode(unlocking.Witness));
        return psbt.WithInput(index, Cleared(map));
    }

    /// <summary>The PSBT with every input finished that is not yet.</summary>
    public static Decoded<Psbt> FinalizeAll(Psbt psbt)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        for (var i = 0; i < psbt.Inputs.Count; i++)
        {
            if (psbt.Inputs[i].IsFinal()) continue;
            if (!Finalize(psbt, i).TryGet(out var next, out var refusal)) return refusal;
            psbt = next;
        }

        return psbt;
    }

    /// <summary>A finished input keeps what it spends, the result, and what is not understood.</summary>
    internal static PsbtMap Cleared(PsbtMap map) => map.IsFinal() ? map.Without(_working) : map;

    private static Decoded<(Script ScriptSig, Items<HexBytes> Witness)> Unlock(PsbtMap map, PsbtSpend spend)
    {
        if (spend.Rules == ScriptRules.Tapscript) return TaprootWitness(map, spend);
        if (!EcdsaItems(map, spend.Code).TryGet(out var items, out var refusal)) return refusal;
        if (spend.Rules == ScriptRules.WitnessV0)
        {
            var nested = spend.Redeem is { } redeem ? new ScriptBuilder().Push(redeem.Span).Build() : default;
            var isScript = map.WitnessScript() is not null;
            return (nested, isScript ? new Items<HexBytes>([.. items, spend.Code.Bytes]) : items);
        }

        var builder = new ScriptBuilder();
        foreach (var item in items) builder.Push(item.Span);
        if (spend.Redeem is { } script) builder.Push(script.Span);
        return (builder.Build(), []);
    }

    private static Decoded<Items<HexBytes>> EcdsaItems(PsbtMap map, Script code)
    {
        var signatures = map.All(PsbtIn.PartialSignature).ToDictionary(static field => field.KeyData, static field => field.Value);
        if (map.Sighash() is { } type && signatures.Values.Any(signature => signature.Span[^1] != (byte)type))
            return new DecodeRefusal("psbt.sighash", $"signatures of type 0x{(uint)type:x2}", "another type");
        switch (OutputScript.KindOf(code))
        {
            case OutputKind.PubKeyHash:
                foreach (var (key, signature) in signatures)
                    if (PsbtSpend.Names(code, key.Span)) return new Items<HexBytes>([signature, key]);
                return NotEnough(1, 0);
            case OutputKind.PubKey:
                foreach (var (key, signature) in signatures)
                    if (PsbtSpend.Names(code, key.Span)) return new Items<HexBytes>([signature]);
                return NotEnough(1, 0);
            case OutputKind.Multisig:
                var terms = OutputScript.MultisigOf(code)!;
                HexBytes[] given = [.. terms.Keys.Where(signatures.ContainsKey).Select(key => signatures[key]).Take(terms.Required)];
                return given.Length == terms.Required ? new Items<HexBytes>([HexBytes.Empty, .. given]) : NotEnough(terms.Required, given.Length);
            default:
                return new DecodeRefusal("psbt.cannot-finalize", "a script whose unlocking is known", $"{code}");
        }
    }

    private static Decoded<(Script ScriptSig, Items<HexBytes> Witness)> TaprootWitness(PsbtMap map, PsbtSpend spend)
    {
        if (map.Find(PsbtIn.TapKeySignature) is { } signature) return (default(Script), new Items<HexBytes>([signature]));
        var output = Bytes32.From(OutputScript.ProgramOf(spend.Code)!.Value.Program.Span);
        var found = PsbtLeaves.Of(map)
            .Where(leaf => leaf.Block.Proves(leaf.Script, output))
            .Select(leaf => (leaf.Script, leaf.Block, Items: LeafItems(map, leaf.Script)))
            .Where(static leaf => leaf.Items is not null)
            .Select(static leaf => new Items<HexBytes>([.. leaf.Items!, leaf.Script.Bytes, leaf.Block.Encode()]))
            .OrderBy(static witness => WitnessStack.Encode(witness).Length)
            .ToList();
        return found.Count > 0 ? (default(Script), found[0]) : NotEnough(1, 0);
    }

    /// <summary>The items that unlock a leaf, the last key's first; null if it is of another form or lacks signatures.</summary>
    private static HexBytes[]? LeafItems(PsbtMap map, Script script)
    {
        if (TapLeafKeys.Read(script) is not { } terms) return null;
        var hash = Taproot.LeafHash(new(script)).ToArray();
        var left = terms.Required;
        var items = new HexBytes[terms.Keys.Count];
        for (var i = 0; i < items.Length && left > 0; i++)
        {
            if (map.Find(PsbtIn.TapScriptSignature, (byte[])[.. terms.Keys[i].Span, .. hash]) is not { } signature) continue;
            items[i] = signature;
            left--;
        }

        Array.Reverse(items);
        return left == 0 ? items : null;
    }

    private static DecodeRefusal NotEnough(int required, int given) => new("psbt.not-enough-signatures", $"{required} signatures", $"{given}");
}

/// <summary>The keys of a leaf that is a chain of CHECKSIG, of which all sign, or a sum of CHECKSIGADD, of which k sign (BIP-342, BIP-387).</summary>
internal static class TapLeafKeys
{
    public static MultisigTerms? Read(Script script)
    {
        if (!script.Parse().TryGet(out var operations, out _)) return null;
        var keys = ImmutableArray.CreateBuilder<HexBytes>();
        var at = 0;
        byte last = 0;
        for (; at + 1 < operations.Count && operations[at].Data.Length == Secp256k1.XOnlyLength; at += 2)
        {
            last = operations[at + 1].Opcode;
            var first = keys.Count == 0;
            if (last == Op.CheckSigAdd ? first : last is not (Op.CheckSig or Op.CheckSigVerify)) return null;
            keys.Add(operations[at].Data);
        }

        if (keys.Count == 0) return null;
        var all = new Items<HexBytes>(keys.ToImmutable());
        if (at == operations.Count) return last == Op.CheckSig ? new(keys.Count, all) : null;
        if (operations.Count - at != 2 || operations[at + 1].Opcode != Op.NumEqual || last == Op.CheckSigVerify) return null;
        var required = ScriptNumber.Decode(operations[at].Data.Span) is { } number and > 0 ? (int)number : Op.SmallNumber(operations[at].Opcode);
        return required >= 1 && required <= keys.Count ? new(required, all) : null;
    }
}
