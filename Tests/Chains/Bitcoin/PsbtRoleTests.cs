using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>All roles on one transaction with an input of every kind, in both versions.</summary>
public sealed class PsbtRoleTests
{
    private static readonly PrivateKey[] Keys = [.. Enumerable.Range(1, 3).Select(static i => PrivateKey.From([.. new byte[31], (byte)i]))];

    private static readonly HexBytes[] Public = [.. Keys.Select(static key => HexBytes.From(Secp256k1.CreatePublicKey(key)))];

    private static readonly Script Multi = OutputScript.Multisig(2, Public);

    private static readonly Script Leaf = new ScriptBuilder().Push(Public[1].Span[1..]).Add(Op.CheckSig).Push(Public[2].Span[1..]).Add(Op.CheckSigAdd)
        .Push(2).Add(Op.NumEqual).Build();

    private static readonly Script Chain = new ScriptBuilder().Push(Public[0].Span[1..]).Add(Op.CheckSigVerify).Push(Public[1].Span[1..]).Add(Op.CheckSig).Build();

    private static readonly TapTree Tree = new TapTree.Branch(new TapTree.Leaf(new(Leaf)), new TapTree.Leaf(new(Chain)));

    private static readonly TaprootOutputKey Tweaked = Taproot.OutputKey(Taproot.XOnly(Keys[0]), Tree.Root).Value;

    private static readonly TaprootOutputKey ScriptOnly = Taproot.OutputKey(Taproot.UnspendableKey, Tree.Root).Value;

    /// <summary>What is spent: the locking script, and how an updater tells the input.</summary>
    private static readonly (Script Script, Func<Psbt, int, Psbt> Update)[] Kinds =
    [
        (OutputScript.PubKeyHash(Public[0].Span), static (psbt, _) => psbt),
        (new ScriptBuilder().Push(Public[0].Span).Add(Op.CheckSig).Build(), static (psbt, _) => psbt),
        (Multi, static (psbt, _) => psbt),
        (OutputScript.ScriptHash(Multi), static (psbt, i) => PsbtUpdater.AddRedeemScript(psbt, i, Multi)),
        (OutputScript.WitnessPubKeyHash(Public[0].Span), static (psbt, _) => psbt),
        (OutputScript.ScriptHash(OutputScript.WitnessPubKeyHash(Public[0].Span)),
            static (psbt, i) => PsbtUpdater.AddRedeemScript(psbt, i, OutputScript.WitnessPubKeyHash(Public[0].Span))),
        (OutputScript.WitnessScriptHash(Multi), static (psbt, i) => PsbtUpdater.AddWitnessScript(psbt, i, Multi)),
        (OutputScript.ScriptHash(OutputScript.WitnessScriptHash(Multi)),
            static (psbt, i) => PsbtUpdater.AddWitnessScript(PsbtUpdater.AddRedeemScript(psbt, i, OutputScript.WitnessScriptHash(Multi)), i, Multi)),
        (OutputScript.Taproot(Tweaked.Key.ToArray()), static (psbt, i) => PsbtUpdater.AddTaproot(psbt, i, Taproot.XOnly(Keys[0]), Tree.Root)),
        (OutputScript.Taproot(ScriptOnly.Key.ToArray()), static (psbt, i) => Leaves(psbt, i, Leaf)),
        (OutputScript.Taproot(ScriptOnly.Key.ToArray()), static (psbt, i) => Leaves(psbt, i, Chain)),
    ];

    private static readonly BitcoinTransaction[] Previous =
        [.. Kinds.Select(static (kind, i) => new BitcoinTransaction(2, [new BitcoinInput(new(BitcoinHash.Of([(byte)i]), 0))], [new(1, default), new(10_000, kind.Script)], 0))];

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Roles_EveryKindOfInput_GiveATransactionThatUnlocks(int version)
    {
        var updated = Updated(version);
        updated.FeeSat().Value.Should().Be((Kinds.Length * 10_000) - 50_000);
        var parts = Keys.Select(key => SignAll(updated, key)).ToList();
        if (version == 2) parts[0].Modifiable.Should().Be(PsbtModifiable.None, "signatures over everything leave nothing open");
        var combined = PsbtCombiner.Combine(PsbtCombiner.Combine(parts[2], parts[0]).Value, parts[1]).Value;
        Psbt.DecodeBase64(combined.EncodeBase64()).Value.Should().Be(combined);
        PsbtExtractor.Extract(combined).Refusal!.Code.Should().Be("psbt.not-final");
        var finished = PsbtFinalizer.FinalizeAll(combined).Value;
        finished.Inputs.Should().OnlyContain(static map => map.IsFinal() && !map.Has(PsbtIn.PartialSignature) && !map.Has(PsbtIn.TapLeafScript));
        finished.Inputs.Should().OnlyContain(static map => map.Has(0x7777), "what is not understood is kept");
        var signed = PsbtExtractor.Extract(finished).Value;
        signed.Txid().Should().NotBe(updated.UnsignedTransaction().Value.Txid(), "legacy inputs change the id");
        signed.Outputs.Should().Equal(updated.UnsignedTransaction().Value.Outputs);
        PsbtSigner.Sign(finished, 0, Keys[0]).Refusal!.Code.Should().Be("psbt.final");
        PsbtFinalizer.Finalize(finished, 0).Refusal!.Code.Should().Be("psbt.final");
        PsbtCombiner.Combine(combined, finished).Value.Inputs.Should().OnlyContain(static map => map.IsFinal() && !map.Has(PsbtIn.PartialSignature));
    }

    [Fact]
    public void Finalize_TooFewOrWrongSignatures_IsRefused()
    {
        var updated = Updated(0);
        var first = SignAll(updated, Keys[0]);
        PsbtFinalizer.Finalize(first, 6).Refusal!.Code.Should().Be("psbt.not-enough-signatures");
        PsbtFinalizer.Finalize(updated, 4).Refusal!.Code.Should().Be("psbt.not-enough-signatures");
        PsbtFinalizer.Finalize(SignAll(updated, Keys[2]), 9).Refusal!.Code.Should().Be("psbt.not-enough-signatures");
        var signature = first.Inputs[1].Find(PsbtIn.PartialSignature, Public[0])!.Value;
        var wrong = first.WithInput(4, first.Inputs[4].With(PsbtIn.PartialSignature, Public[0], signature));
        PsbtFinalizer.Finalize(wrong, 4).Refusal!.Code.Should().Be("script.signature", "no signature goes out unverified");
        var typed = PsbtUpdater.SetSighash(first, 4, SighashType.None);
        PsbtFinalizer.Finalize(typed, 4).Refusal!.Code.Should().Be("psbt.sighash");
        PsbtSigner.Sign(typed, 4, Keys[0]).Refusal!.Code.Should().Be("psbt.sighash", "open types are signed only where the caller accepts them");
        PsbtSigner.Sign(typed, 4, Keys[0], [SighashType.None]).IsOk.Should().BeTrue();
        PsbtSigner.Sign(updated, 4, Keys[1]).Refusal!.Code.Should().Be("psbt.key-not-in-script");
        PsbtSigner.Sign(updated, 8, Keys[1]).Refusal!.Code.Should().Be("psbt.key-not-in-script");
        var odd = updated.WithInput(7, updated.Inputs[7].With(PsbtIn.WitnessScript, Leaf.Bytes));
        PsbtSigner.Sign(odd, 7, Keys[0]).Refusal!.Code.Should().Be("psbt.witness-mismatch");
        PsbtSigner.Sign(updated.WithInput(4, PsbtMap.Empty), 4, Keys[0]).Refusal!.Code.Should().Be("psbt.no-utxo");
        PsbtSigner.Sign(PsbtUpdater.AddPrevious(updated, 4, Previous[5]), 4, Keys[0]).Refusal!.Code.Should().Be("psbt.utxo-mismatch");
        PsbtSigner.Sign(PsbtUpdater.AddWitnessUtxo(updated, 4, new(11_000, Kinds[4].Script)), 4, Keys[0]).Refusal!.Code.Should().Be("psbt.utxo-mismatch");
        PsbtSigner.Sign(updated.WithInput(8, updated.Inputs[8].Without(PsbtIn.TapMerkleRoot)), 8, Keys[0]).Refusal!.Code.Should().Be("psbt.key-not-in-script");
        PsbtSigner.Sign(updated.WithInput(5, updated.Inputs[5].Without(PsbtIn.RedeemScript)), 5, Keys[0]).Refusal!.Code.Should().Be("psbt.no-script");
    }

    [Fact]
    public void Combine_OtherPaymentOrTwoValues_IsRefused()
    {
        var updated = Updated(2);
        var other = PsbtCreator.AddOutput(updated, new(1, Multi)).Value;
        PsbtCombiner.Combine(updated, other).Refusal!.Code.Should().Be("psbt.other-payment");
        PsbtCombiner.Combine(updated, Updated(0)).Refusal!.Code.Should().Be("psbt.other-payment");
        var typed = PsbtUpdater.SetSighash(updated, 0, SighashType.All);
        PsbtCombiner.Combine(typed, PsbtUpdater.SetSighash(updated, 0, SighashType.None)).Refusal!.Code.Should().Be("psbt.conflict");
        PsbtCombiner.Combine(typed, updated).Value.Should().Be(typed);
    }

    [Fact]
    public void Construct_WhatIsNoLongerOpen_IsRefused()
    {
        var updated = Updated(2);
        var single = PsbtUpdater.SetSighash(updated, 0, SighashType.SingleAnyoneCanPay);
        var signed = PsbtSigner.Sign(single, 0, Keys[0], [SighashType.SingleAnyoneCanPay]).Value;
        signed.Modifiable.Should().Be(PsbtModifiable.Inputs | PsbtModifiable.HasSingle);
        PsbtCreator.AddOutput(signed, new(1, Multi)).Refusal!.Code.Should().Be("psbt.not-modifiable");
        PsbtCreator.AddInput(signed, new(BitcoinHash.Zero, 1)).IsOk.Should().BeTrue();
        PsbtCreator.AddInput(signed, new(BitcoinHash.Zero, 1), requiredHeight: 9).Refusal!.Code.Should().Be("psbt.lock-time", "a signature covers the lock time");
        PsbtCreator.AddInput(signed, new(Previous[0].Txid(), 1)).Refusal!.Code.Should().Be("psbt.duplicate-input");
        PsbtCreator.Close(signed).Modifiable.Should().Be(PsbtModifiable.HasSingle);
        PsbtCreator.AddInput(PsbtCreator.Close(signed), new(BitcoinHash.Zero, 1)).Refusal!.Code.Should().Be("psbt.not-modifiable");
        PsbtCreator.AddInput(Updated(0), new(BitcoinHash.Zero, 1)).Refusal!.Code.Should().Be("psbt.not-modifiable");
        PsbtCreator.AddInput(updated, new(BitcoinHash.Zero, 1), requiredTime: 5).Refusal!.Code.Should().Be("psbt.value");
        PsbtCreator.AddOutput(updated, new(-1, Multi)).Refusal!.Code.Should().Be("tx.value");
        var moved = updated.WithInput(0, updated.Inputs[0].With(PsbtIn.Sequence, HexBytes.From([1, 0, 0, 0])));
        moved.UniqueId().Value.Should().Be(updated.UniqueId().Value, "sequences may change (BIP-370)");
    }

    private static Psbt Updated(int version)
    {
        var outputs = new[] { new BitcoinOutput(20_000, Kinds[4].Script), new BitcoinOutput(30_000, Kinds[8].Script) };
        var points = Previous.Select(static transaction => new OutPoint(transaction.Txid(), 1)).ToList();
        Psbt psbt;
        if (version == 0)
        {
            psbt = PsbtCreator.Create(new(2, new([.. points.Select(static point => new BitcoinInput(point))]), new([.. outputs]), 0)).Value;
        }
        else
        {
            psbt = points.Aggregate(PsbtCreator.CreateV2(), static (current, point) => PsbtCreator.AddInput(current, point).Value);
            psbt = outputs.Aggregate(psbt, static (current, output) => PsbtCreator.AddOutput(current, output).Value);
        }

        for (var i = 0; i < Kinds.Length; i++)
        {
            psbt = Kinds[i].Update(PsbtUpdater.AddPrevious(psbt, i, Previous[i]), i);
            psbt = psbt.WithInput(i, psbt.Inputs[i].With(0x7777, HexBytes.From([1]), HexBytes.From([2])));
        }

        var origin = new KeyOrigin(7, DerivationPath.Parse("m/84h/0h/0h/1/2"));
        psbt = PsbtUpdater.AddDerivation(psbt, 0, Public[0], origin);
        psbt = PsbtUpdater.AddOutputDerivation(psbt, 0, Public[0], origin);
        psbt = PsbtUpdater.AddOutputTaproot(psbt, 1, Taproot.XOnly(Keys[0]), Tree);
        psbt = PsbtUpdater.AddOutputTapDerivation(psbt, 1, Taproot.XOnly(Keys[0]), new([], origin));
        PsbtTapTree.Decode(psbt.Outputs[1].Find(PsbtOut.TapTree)!.Value.Span).Value.Should().Be(Tree);
        return Psbt.Decode(psbt.Encode()).Value;
    }

    private static Psbt Leaves(Psbt psbt, int index, Script script)
    {
        var (leaf, path) = Tree.Paths().Single(found => found.Leaf.Script == script);
        psbt = PsbtUpdater.AddTaproot(psbt, index, Taproot.UnspendableKey, Tree.Root);
        return PsbtUpdater.AddTapLeaf(psbt, index, new(leaf.Version, ScriptOnly.OddY, Taproot.UnspendableKey, path), script);
    }

    /// <summary>A signer signs every input that its key can; the others say that it is not theirs.</summary>
    private static Psbt SignAll(Psbt psbt, PrivateKey key)
    {
        for (var i = 0; i < psbt.Inputs.Count; i++)
        {
            var signed = PsbtSigner.Sign(psbt, i, key);
            if (signed.IsOk) psbt = signed.Value;
            else signed.Refusal!.Code.Should().Be("psbt.key-not-in-script", $"input {i}");
        }

        return psbt;
    }
}
