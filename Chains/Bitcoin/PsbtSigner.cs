using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// The role of signer (BIP-174, BIP-370, BIP-371). It signs what it can prove to belong to the input: scripts must match their hashes, a key must stand in
/// the script, and the type must be one that the caller accepts. Codes: psbt.final, psbt.sighash, psbt.key-not-in-script, sighash.* and those of resolving
/// the input: psbt.no-utxo, psbt.utxo-mismatch, psbt.no-script, psbt.redeem-mismatch, psbt.witness-mismatch, psbt.witness-utxo-for-legacy.
/// </summary>
public static class PsbtSigner
{
    private static readonly SighashType[] _everything = [SighashType.Default, SighashType.All];

    /// <summary>The PSBT with the signatures that the key can make for one input.</summary>
    /// <param name="psbt">What is signed.</param>
    /// <param name="index">Which input.</param>
    /// <param name="key">The private key; for Taproot the internal key, untweaked, or a key of a leaf.</param>
    /// <param name="accepted">Types that may be signed; none given means those that commit to everything.</param>
    /// <param name="auxiliaryRandom32">For BIP-340: 32 fresh random bytes, or empty for 32 zero bytes.</param>
    public static Decoded<Psbt> Sign(
        Psbt psbt, int index, PrivateKey key, IReadOnlyCollection<SighashType>? accepted = null, ReadOnlySpan<byte> auxiliaryRandom32 = default)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        ArgumentNullException.ThrowIfNull(key);
        var map = psbt.Inputs[index];
        if (map.IsFinal()) return new DecodeRefusal("psbt.final", "an input that is not finished", "a finished one");
        if (!psbt.UnsignedTransaction().TryGet(out var unsigned, out var refusal)) return refusal;
        if (!PsbtSpend.Resolve(map, unsigned.Inputs[index].Previous).TryGet(out var spend, out var unresolved)) return unresolved;
        var type = map.Sighash() ?? (spend.Rules == ScriptRules.Tapscript ? SighashType.Default : SighashType.All);
        var defined = spend.Rules == ScriptRules.Tapscript ? type.IsDefinedTaproot() : type.IsDefinedEcdsa();
        if (!defined || !(accepted ?? _everything).Contains(type)) return new DecodeRefusal("psbt.sighash", "an accepted type", $"0x{(uint)type:x2}");
        var signed = spend.Rules == ScriptRules.Tapscript
            ? SignTaproot(psbt, index, unsigned, spend, key, type, auxiliaryRandom32)
            : SignEcdsa(psbt, index, unsigned, spend, key, type);
        return signed.TryGet(out var result, out var failed) ? AfterSigning(psbt.WithInput(index, result), type) : failed;
    }

    private static Decoded<PsbtMap> SignEcdsa(Psbt psbt, int index, BitcoinTransaction unsigned, PsbtSpend spend, PrivateKey key, SighashType type)
    {
        var publicKey = HexBytes.From(Secp256k1.CreatePublicKey(key));
        if (!PsbtSpend.Names(spend.Code, publicKey.Span)) return NotInScript();
        // These digests cover no other input's output, so what is not known of them does not matter.
        var unknown = new BitcoinOutput(0, default);
        var context = new SighashContext(unsigned, new([.. unsigned.Inputs.Select((_, i) => i == index ? spend.Output : unknown)]));
        var digest = spend.Rules == ScriptRules.Legacy ? context.Legacy(index, spend.Code, type) : context.WitnessV0(index, spend.Code, type);
        return psbt.Inputs[index].With(PsbtIn.PartialSignature, publicKey, EcdsaSignature.Sign(key, digest, type));
    }

    /// <summary>The key path where the key is the internal one, and every leaf whose script names it.</summary>
    private static Decoded<PsbtMap> SignTaproot(
        Psbt psbt, int index, BitcoinTransaction unsigned, PsbtSpend spend, PrivateKey key, SighashType type, ReadOnlySpan<byte> random)
    {
        if (!psbt.SpentOutputs().TryGet(out var spent, out var refusal)) return refusal;
        var (map, context, own) = (psbt.Inputs[index], new SighashContext(unsigned, spent), Taproot.XOnly(key));
        var output = Bytes32.From(OutputScript.ProgramOf(spend.Code)!.Value.Program.Span);
        var made = 0;
        if (map.TapInternalKey() == own && Taproot.OutputKey(own, map.TapMerkleRoot()).TryGet(out var tweaked, out _) && tweaked.Key == output)
        {
            if (!context.Taproot(index, type).TryGet(out var digest, out var failed)) return failed;
            using var private32 = Taproot.TweakPrivate(key, map.TapMerkleRoot());
            map = map.With(PsbtIn.TapKeySignature, TaprootSignature.Sign(private32, digest, type, random));
            made++;
        }

        foreach (var (script, block) in PsbtLeaves.Of(map))
        {
            if (block.LeafVersion != Taproot.TapscriptVersion || !block.Proves(script, output) || !PsbtSpend.Names(script, own.ToArray())) continue;
            var leaf = Taproot.LeafHash(new(script));
            if (!context.Taproot(index, type, tapscript: new(leaf)).TryGet(out var digest, out var failed)) return failed;
            map = map.With(
                PsbtIn.TapScriptSignature, (byte[])[.. own.ToArray(), .. leaf.ToArray()], TaprootSignature.Sign(key, digest, type, random));
            made++;
        }

        return made > 0 ? map : NotInScript();
    }

    /// <summary>BIP-370: the flags say what the signatures leave open.</summary>
    private static Psbt AfterSigning(Psbt psbt, SighashType type)
    {
        if (!psbt.Global.Has(PsbtGlobal.Modifiable)) return psbt;
        var flags = psbt.Global.Find(PsbtGlobal.Modifiable)!.Value.Span[0];
        if (!type.AllowsOtherInputs()) flags &= unchecked((byte)~(int)PsbtModifiable.Inputs);
        if (type.Outputs() != SighashType.None) flags &= unchecked((byte)~(int)PsbtModifiable.Outputs);
        if (type.Outputs() == SighashType.Single) flags |= (byte)PsbtModifiable.HasSingle;
        return psbt with { Global = psbt.Global.With(PsbtGlobal.Modifiable, (byte[])[flags]) };
    }

    private static DecodeRefusal NotInScript() => new("psbt.key-not-in-script", "a key that the script names", "another");
}

/// <summary>The scripts of a Taproot input that its map tells (BIP-371).</summary>
internal static class PsbtLeaves
{
    public static IEnumerable<(Script Script, ControlBlock Block)> Of(PsbtMap map)
    {
        foreach (var field in map.All(PsbtIn.TapLeafScript))
        {
            var block = ControlBlock.Decode(field.KeyData.Span).Value;
            if (block.LeafVersion == field.Value.Span[^1]) yield return (Script.From(field.Value.Span[..^1]), block);
        }
    }
}
