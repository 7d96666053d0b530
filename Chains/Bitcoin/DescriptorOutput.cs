using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// One output of a descriptor: its locking script, what unlocks it, where its keys come from and what an input that spends it weighs (for tr by its key; for a
/// leaf see <see cref="InputSize.TaprootLeaf"/>).
/// </summary>
public sealed record DescriptorOutput(
    Script ScriptPubKey, Script? RedeemScript, Script? WitnessScript, Bytes32? InternalKey, TapTree? Tree, Items<(HexBytes Key, KeyOrigin Origin)> Keys,
    InputSize InputSize)
{
    /// <summary>An input of a PSBT told what it needs for this output: scripts, tree, and the origins of the keys.</summary>
    public Psbt UpdateInput(Psbt psbt, int index)
    {
        if (RedeemScript is { } redeem) psbt = PsbtUpdater.AddRedeemScript(psbt, index, redeem);
        if (WitnessScript is { } witness) psbt = PsbtUpdater.AddWitnessScript(psbt, index, witness);
        if (InternalKey is not { } inner)
            return Keys.Aggregate(psbt, (current, key) => PsbtUpdater.AddDerivation(current, index, key.Key, key.Origin));
        psbt = PsbtUpdater.AddTaproot(psbt, index, inner, Tree?.Root);
        if (Tree is not null)
        {
            var odd = Taproot.OutputKey(inner, Tree.Root).Value.OddY;
            foreach (var (leaf, path) in Tree.Paths()) psbt = PsbtUpdater.AddTapLeaf(psbt, index, new(leaf.Version, odd, inner, path), leaf.Script);
        }

        return Keys.Aggregate(psbt, (current, key) => PsbtUpdater.AddTapDerivation(current, index, XOnly(key.Key), Derivation(key)));
    }

    /// <summary>An output of a PSBT told that it is this one, so that signers know their change.</summary>
    public Psbt UpdateOutput(Psbt psbt, int index)
    {
        if (RedeemScript is { } redeem) psbt = PsbtUpdater.AddOutputRedeemScript(psbt, index, redeem);
        if (WitnessScript is { } witness) psbt = PsbtUpdater.AddOutputWitnessScript(psbt, index, witness);
        if (InternalKey is not { } inner)
            return Keys.Aggregate(psbt, (current, key) => PsbtUpdater.AddOutputDerivation(current, index, key.Key, key.Origin));
        psbt = PsbtUpdater.AddOutputTaproot(psbt, index, inner, Tree);
        return Keys.Aggregate(psbt, (current, key) => PsbtUpdater.AddOutputTapDerivation(current, index, XOnly(key.Key), Derivation(key)));
    }

    internal static DescriptorOutput Of(Descriptor descriptor, uint index)
    {
        var keys = new Items<(HexBytes, KeyOrigin)>([.. descriptor.Keys().Select(key => key.At(index))]);
        switch (descriptor)
        {
            case Descriptor.PubKeyHash one:
                return new(OutputScript.PubKeyHash(one.Key.At(index).Key.Span), null, null, null, null, keys, InputSize.PubKeyHash);
            case Descriptor.WitnessPubKeyHash one:
                var program = OutputScript.WitnessPubKeyHash(one.Key.At(index).Key.Span);
                return one.Nested
                    ? new(OutputScript.ScriptHash(program), program, null, null, null, keys, InputSize.NestedWitnessPubKeyHash)
                    : new(program, null, null, null, null, keys, InputSize.WitnessPubKeyHash);
            case Descriptor.WitnessMultisig many:
                var script = OutputScript.Multisig(many.Terms.Required, many.Terms.At(index, static key => key));
                var hash = OutputScript.WitnessScriptHash(script);
                var size = InputSize.WitnessMultisig(many.Terms.Required, script.Length, many.Nested);
                return many.Nested ? new(OutputScript.ScriptHash(hash), hash, script, null, null, keys, size) : new(hash, null, script, null, null, keys, size);
            case Descriptor.Taproot tap:
                var inner = XOnly(tap.Key.At(index).Key);
                var tree = tap.Tree is null ? null : TreeAt(tap.Tree, index);
                var output = Taproot.OutputKey(inner, tree?.Root).Value;
                return new(OutputScript.Taproot(output.Key.ToArray()), null, null, inner, tree, keys, InputSize.TaprootKey);
            default:
                throw new UnreachableException("Every descriptor has an output.");
        }
    }

    private static TapTree TreeAt(DescriptorTree tree, uint index) => tree switch
    {
        DescriptorTree.Branch branch => new TapTree.Branch(TreeAt(branch.Left, index), TreeAt(branch.Right, index)),
        DescriptorTree.Single leaf => new TapTree.Leaf(new(new ScriptBuilder().Push(XOnly(leaf.Key.At(index).Key).ToArray()).Add(Op.CheckSig).Build())),
        DescriptorTree.Multi leaf => new TapTree.Leaf(new(Sum(leaf.Terms.Required, leaf.Terms.At(index, static key => XOnly(key).ToArray())))),
        _ => throw new UnreachableException("A tree is a leaf or a branch."),
    };

    /// <summary>BIP-387: CHECKSIG, then CHECKSIGADD for each further key, and the number that must come out.</summary>
    private static Script Sum(int required, IReadOnlyList<HexBytes> keys)
    {
        var builder = new ScriptBuilder();
        for (var i = 0; i < keys.Count; i++) builder.Push(keys[i].Span).Add(i == 0 ? Op.CheckSig : Op.CheckSigAdd);
        return builder.Push(required).Add(Op.NumEqual).Build();
    }

    private static Bytes32 XOnly(HexBytes key) => Bytes32.From(key.Span[^Secp256k1.XOnlyLength..]);

    private PsbtTapDerivation Derivation((HexBytes Key, KeyOrigin Origin) key)
    {
        var leaves = Tree is null ? [] : Tree.Paths().Select(static found => found.Leaf).Where(leaf => PsbtSpend.Names(leaf.Script, XOnly(key.Key).ToArray()));
        return new(new([.. leaves.Select(Taproot.LeafHash).Distinct()]), key.Origin);
    }
}
