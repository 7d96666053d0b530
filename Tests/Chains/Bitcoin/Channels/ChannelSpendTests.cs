using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin.Channels;

/// <summary>Each way out of a channel, of each type, against the project's own script rules; and what a sweep refuses.</summary>
public sealed class ChannelSpendTests
{
    private static readonly FeeRate _rate = FeeRate.FromSatPerVbyte(10);

    public static TheoryData<ChannelType, ChannelRole> Owners
    {
        get
        {
            var rows = new TheoryData<ChannelType, ChannelRole>();
            foreach (var type in Enum.GetValues<ChannelType>())
                foreach (var owner in Enum.GetValues<ChannelRole>()) rows.Add(type, owner);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public void Commitment_AndItsHtlcTransactions_Unlock(ChannelType type, ChannelRole owner)
    {
        using var scene = new ChannelScene(type);
        var commitment = scene.Commitment(500, owner: owner);
        Verify(scene.Signed(commitment), [scene.Channel.FundingOutput]);
        var seconds = HtlcTransaction.AllOf(commitment);
        seconds.Select(static second => second.Htlc).Should().BeEquivalentTo([scene.Offered, scene.Received]);
        foreach (var second in seconds) Verify(scene.Signed(second), [commitment.Outputs[second.Index].Output]);
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public void Spend_OfEachKind_Unlocks(ChannelType type, ChannelRole owner)
    {
        using var scene = new ChannelScene(type);
        var commitment = scene.Commitment(500, owner: owner);
        using var delayed = scene.DelayedKey(commitment);
        using var remote = scene.RemoteKey(commitment);
        using var htlc = scene.HtlcKey(commitment, ChannelScene.Other(owner));
        using var revocation = scene.RevocationKey(commitment, 3);
        Sweep([ChannelSpend.Delayed(commitment)!, .. HtlcTransaction.AllOf(commitment).Select(ChannelSpend.Delayed)], delayed).Inputs
            .Should().OnlyContain(static input => input.Sequence == ChannelScene.Delay);
        Sweep([ChannelSpend.ToRemote(commitment)!], remote).Inputs[0].Sequence.Should().Be(type.HasAnchors() ? 1 : BitcoinInput.ReplaceableSequence);
        Sweep([ChannelSpend.ByPreimage(commitment, scene.Offered, scene.Preimage).Value], htlc).LockTime.Should().Be(0);
        Sweep([ChannelSpend.ByTimeout(commitment, scene.Received).Value], htlc).LockTime.Should().Be(500);
        var penalties = ChannelSpend.Revoked(commitment);
        penalties.Should().HaveCount(3);
        var penalty = Sweep(penalties, revocation);
        penalty.Inputs.Should().OnlyContain(static input => input.Sequence == BitcoinInput.ReplaceableSequence);
        foreach (var second in HtlcTransaction.AllOf(commitment))
            Sweep(ChannelSpend.RevokedSecond(commitment, scene.Signed(second)), revocation).Inputs.Should().ContainSingle();
        ChannelSpend.RevokedSecond(commitment, penalty).Should().BeEmpty("it pays elsewhere");
        ChannelSpend.RevokedSecond(commitment, scene.Signed(commitment)).Should().BeEmpty();
    }

    [Fact]
    public void Commitments_OfBothParties_SayTheSame()
    {
        foreach (var type in Enum.GetValues<ChannelType>())
        {
            using var scene = new ChannelScene(type);
            var (one, other) = (scene.Commitment(500), scene.Commitment(500, owner: ChannelRole.Accepter));
            other.State.Mirrored(0).Should().Be(one.State);
            Value<OutputPurpose.ToLocal>(one).Should().Be(Value<OutputPurpose.ToRemote>(other), "the opener pays for both");
            Value<OutputPurpose.ToRemote>(one).Should().Be(300_000).And.Be(Value<OutputPurpose.ToLocal>(other));
            one.FeeSat.Should().Be(other.FeeSat).And.Be(type.CommitmentFeeSat(2_500, 2) + 400, "what no output has is for miners");
            (one.FeeSat + one.Outputs.Sum(static output => output.Output.ValueSat)).Should().Be(ChannelScene.FundingSat);
        }

        static long Value<T>(CommitmentTransaction commitment) => commitment.Outputs.Single(static output => output.Purpose is T).Output.ValueSat;
    }

    [Theory]
    [InlineData(ChannelType.AnchorOutputs)]
    [InlineData(ChannelType.Anchors)]
    public void Anchors_OfBoth_AreTheirsAtOnce(ChannelType type)
    {
        using var scene = new ChannelScene(type);
        var commitment = scene.Commitment(500);
        foreach (var role in Enum.GetValues<ChannelRole>())
        {
            var anchor = ChannelSpend.Anchor(commitment, role)!;
            anchor.Output.ValueSat.Should().Be(330);
            var child = new BitcoinTransaction(2, [new(anchor.At, anchor.Sequence)], [new(300, RegtestPurse.Nobody)], 0);
            Verify(anchor.Unlock(child, 0, scene.FundingKey(role)).Value, [anchor.Output]);
            anchor.Unlock(child, 0, scene.FundingKey(ChannelScene.Other(role))).Refusal!.Code.Should().Be("sweep.key");
            anchor.Unlock(child with { Inputs = [new(commitment.Channel.Funding)] }, 0, scene.FundingKey(role)).Refusal!.Code.Should().Be("sweep.input");
            ChannelSweep.Create([anchor], RegtestPurse.Nobody, _rate).Refusal!.Code.Should().Be("sweep.not-worth");
        }
    }

    [Theory]
    [InlineData(ChannelType.AnchorOutputs)]
    [InlineData(ChannelType.Anchors)]
    public void HtlcTransactions_PutTogetherWithOthers_StayValidAndPunishable(ChannelType type)
    {
        using var scene = new ChannelScene(type);
        var commitment = scene.Commitment(500);
        using var revocation = scene.RevocationKey(commitment, 1);
        var before = HtlcTransaction.Create(commitment, scene.Received).Value;
        var (coin, change) = (new BitcoinOutput(10_000, RegtestPurse.Nobody), new BitcoinOutput(9_000, RegtestPurse.Nobody));
        var added = before.With([new(new(BitcoinHash.Of([2]), 1))], [change]).Value;
        var signed = scene.Signed(added, before);
        Verify(signed, [commitment.Outputs[added.Index].Output, coin], only: 0);
        ChannelSpend.RevokedSecond(commitment, signed).Should().ContainSingle().Which.At.Should().Be(new OutPoint(signed.Txid(), 0));
        // As a cheater may put it: something else first.
        var moved = signed with { Inputs = [signed.Inputs[1], signed.Inputs[0]], Outputs = [signed.Outputs[1], signed.Outputs[0]] };
        Sweep(ChannelSpend.RevokedSecond(commitment, moved), revocation).Inputs[0].Previous.Index.Should().Be(1);
    }

    [Fact]
    public void Sweep_ThatCannotBe_IsRefused()
    {
        using var scene = new ChannelScene(ChannelType.Anchors);
        var commitment = scene.Commitment(500);
        using var delayed = scene.DelayedKey(commitment);
        var spend = ChannelSpend.Delayed(commitment)!;
        Code([], _rate).Should().Be("sweep.count");
        Code([.. Enumerable.Repeat(spend, ChannelSweep.MaxSpends + 1)], _rate).Should().Be("sweep.count");
        Code([spend, spend], _rate).Should().Be("sweep.twice");
        Code([spend], new(-1)).Should().Be("sweep.feerate");
        Code([spend], new(long.MaxValue)).Should().Be("sweep.feerate");
        Code([spend], FeeRate.FromSatPerVbyte(10_000)).Should().Be("sweep.not-worth");
        var sweep = ChannelSweep.Create([spend], RegtestPurse.Nobody, _rate).Value;
        sweep.Sign([]).Refusal!.Code.Should().Be("sweep.count");
        sweep.Sign([scene.FundingKey(ChannelRole.Opener)]).Refusal!.Code.Should().Be("sweep.key");
        sweep.Sign([delayed]).IsOk.Should().BeTrue();

        static string Code(IEnumerable<ChannelSpend> spends, FeeRate rate) => ChannelSweep.Create([.. spends], RegtestPurse.Nobody, rate).Refusal!.Code;
    }

    /// <summary>Signs and verifies; the fee is what the signed transaction asks for, up to the length of signatures.</summary>
    private static BitcoinTransaction Sweep(IEnumerable<ChannelSpend> spends, PrivateKey key)
    {
        var sweep = ChannelSweep.Create([.. spends], RegtestPurse.Nobody, _rate).Value;
        var signed = sweep.Sign([.. sweep.Spends.Select(_ => key)]).Value;
        Verify(signed, [.. sweep.Spends.Select(static spend => spend.Output)]);
        var need = _rate.FeeOfWeightSat(signed.Weight());
        sweep.FeeSat.Should().BeInRange(need, need + _rate.FeeSat(sweep.Spends.Count));
        (sweep.Spends.Sum(static spend => spend.Output.ValueSat) - signed.Outputs[0].ValueSat).Should().Be(sweep.FeeSat);
        return signed;
    }

    private static void Verify(BitcoinTransaction signed, BitcoinOutput[] spent, int? only = null)
    {
        var context = new SighashContext(signed, [.. spent]);
        for (var index = 0; index < spent.Length; index++)
            if (only is null || only == index) ScriptVerifier.Verify(context, index).Should().BeNull("input {0}", index);
    }
}
