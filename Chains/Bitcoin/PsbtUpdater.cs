using TPWallet.Crypto.Derivation;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The role of updater (BIP-174, BIP-371): adds what signers need. An index outside the PSBT is a bug of the caller.</summary>
public static class PsbtUpdater
{
    /// <summary>The whole transaction whose output is spent: required for what is no witness output, and safe for all.</summary>
    public static Psbt AddPrevious(Psbt psbt, int input, BitcoinTransaction previous) =>
        Input(psbt, input, PsbtIn.NonWitnessUtxo, HexBytes.Empty, previous.Encode());

    /// <summary>The output that is spent; enough for witness outputs only.</summary>
    public static Psbt AddWitnessUtxo(Psbt psbt, int input, BitcoinOutput spent) =>
        Input(psbt, input, PsbtIn.WitnessUtxo, HexBytes.Empty, new BitcoinWriter().Write(spent).ToArray());

    /// <summary>The type that signatures of the input shall have.</summary>
    public static Psbt SetSighash(Psbt psbt, int input, SighashType type) => Input(psbt, input, PsbtIn.Sighash, HexBytes.Empty, Psbt.Bytes((uint)type));

    /// <summary>The script that a P2SH output names.</summary>
    public static Psbt AddRedeemScript(Psbt psbt, int input, Script script) => Input(psbt, input, PsbtIn.RedeemScript, HexBytes.Empty, script.Bytes);

    /// <summary>The script that a P2WSH program names.</summary>
    public static Psbt AddWitnessScript(Psbt psbt, int input, Script script) => Input(psbt, input, PsbtIn.WitnessScript, HexBytes.Empty, script.Bytes);

    /// <summary>Where a public key of the input comes from.</summary>
    public static Psbt AddDerivation(Psbt psbt, int input, HexBytes publicKey, KeyOrigin origin) =>
        Input(psbt, input, PsbtIn.Derivation, publicKey, origin.Encode());

    /// <summary>The internal key of a Taproot output and, where it has scripts, their root.</summary>
    public static Psbt AddTaproot(Psbt psbt, int input, Bytes32 internalKey, Bytes32? merkleRoot)
    {
        var updated = Input(psbt, input, PsbtIn.TapInternalKey, HexBytes.Empty, internalKey.ToArray());
        return merkleRoot is { } root ? Input(updated, input, PsbtIn.TapMerkleRoot, HexBytes.Empty, root.ToArray()) : updated;
    }

    /// <summary>A script of a Taproot output with the block that proves it.</summary>
    public static Psbt AddTapLeaf(Psbt psbt, int input, ControlBlock block, Script script) =>
        Input(psbt, input, PsbtIn.TapLeafScript, block.Encode(), (byte[])[.. script.Span, block.LeafVersion]);

    /// <summary>Where an x-only key of the input comes from, and the leaves that use it.</summary>
    public static Psbt AddTapDerivation(Psbt psbt, int input, Bytes32 key, PsbtTapDerivation derivation) =>
        Input(psbt, input, PsbtIn.TapDerivation, key.ToArray(), derivation.Encode());

    /// <summary>Where a public key of an output comes from, so that signers know their change.</summary>
    public static Psbt AddOutputDerivation(Psbt psbt, int output, HexBytes publicKey, KeyOrigin origin) =>
        Output(psbt, output, PsbtOut.Derivation, publicKey, origin.Encode());

    public static Psbt AddOutputRedeemScript(Psbt psbt, int output, Script script) => Output(psbt, output, PsbtOut.RedeemScript, HexBytes.Empty, script.Bytes);

    public static Psbt AddOutputWitnessScript(Psbt psbt, int output, Script script) => Output(psbt, output, PsbtOut.WitnessScript, HexBytes.Empty, script.Bytes);

    /// <summary>The internal key and the tree of a Taproot output.</summary>
    public static Psbt AddOutputTaproot(Psbt psbt, int output, Bytes32 internalKey, TapTree? tree)
    {
        var updated = Output(psbt, output, PsbtOut.TapInternalKey, HexBytes.Empty, internalKey.ToArray());
        return tree is null ? updated : Output(updated, output, PsbtOut.TapTree, HexBytes.Empty, PsbtTapTree.Encode(tree));
    }

    public static Psbt AddOutputTapDerivation(Psbt psbt, int output, Bytes32 key, PsbtTapDerivation derivation) =>
        Output(psbt, output, PsbtOut.TapDerivation, key.ToArray(), derivation.Encode());

    /// <summary>An extended key of the wallet (78 bytes without checksum) and where it comes from.</summary>
    public static Psbt AddExtendedKey(Psbt psbt, ExtendedPublicKey key, KeyOrigin origin, Bip32Network network)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(origin);
        var bytes = Crypto.Base58.DecodeCheck(key.Export(network))!;
        return psbt with { Global = psbt.Global.With(PsbtGlobal.ExtendedKey, bytes, origin.Encode()) };
    }

    private static Psbt Input(Psbt psbt, int index, ulong type, HexBytes keyData, HexBytes value)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        return psbt.WithInput(index, psbt.Inputs[index].With(type, keyData, value));
    }

    private static Psbt Output(Psbt psbt, int index, ulong type, HexBytes keyData, HexBytes value)
    {
        ArgumentNullException.ThrowIfNull(psbt);
        return psbt.WithOutput(index, psbt.Outputs[index].With(type, keyData, value));
    }
}
