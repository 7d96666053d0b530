using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>From the queue to a nonce with terms.</summary>
public sealed class ClaimTests
{
    [Fact]
    public void Submit_FirstUse_ReadsFactsBeforeItClaims()
    {
        var run = new LaneRun().Submit("a");
        run.Stage("a").Should().Be("queued");
        run.Owes<Effect.ReadLaneFacts>();
        run.Facts().Stage("a").Should().Be("claimed");
        run.Entry("a").Stage.Nonce.Should().Be(LaneRun.FirstNonce);
        run.Told("a").Should().Equal(new LegProgress.Claimed(LaneRun.FirstNonce));
    }

    [Fact]
    public void Submit_SameLegAgain_IsRefusedWhileItIsActive() // field note 5: repeat requests became duplicate payments
    {
        var run = new LaneRun().Broadcast("a");
        run.Refuse(new LaneCommand.Submit(Id("again"), LaneRun.Intent("a"))).Code.Should().Be(RejectionCode.AlreadyExists);
        run.Final("a");
        run.Refuse(new LaneCommand.Submit(Id("again"), LaneRun.Intent("a"))).Code.Should().Be(RejectionCode.AlreadyExists);
        var changed = LaneRun.Intent("a") with { PacketHash = LaneRun.Hash("other") };
        run.Refuse(new LaneCommand.Submit(Id("changed"), changed)).Code.Should().Be(RejectionCode.IntentConflict);
    }

    [Fact]
    public void Submit_LegOfAnotherAddressOrLedger_IsRefused()
    {
        var run = new LaneRun();
        var foreign = LaneRun.Intent("a") with { Content = new Leg.ChainTransfer("a", [], AddressOf("cold"), AddressOf("b"), new(Eth, 1), new(1)) };
        run.Refuse(new LaneCommand.Submit(Id("1"), foreign)).Code.Should().Be(RejectionCode.WrongChain);
        var ledger = LaneRun.Intent("a") with { Content = new Leg.LedgerTransfer("a", [], new(LaneRun.Hash("x")), new(Eth, 1)) };
        run.Refuse(new LaneCommand.Submit(Id("2"), ledger)).Code.Should().Be(RejectionCode.WrongChain);
    }

    [Fact]
    public void Submit_Burst_ClaimsGaplessUpToSixteenAndQueuesSixtyFour() // field note 9: bursts per key
    {
        var run = new LaneRun().Submit("a").Facts();
        for (var i = 1; i < LaneLimits.InFlight + LaneLimits.Queued; i++) run.Submit($"l{i:D3}");
        run.State.Claims.Select(e => e.Stage.Nonce!.Value).Should()
            .Equal(Enumerable.Range(0, LaneLimits.InFlight).Select(i => LaneRun.FirstNonce + (ulong)i));
        run.Refuse(new LaneCommand.Submit(Id("more"), LaneRun.Intent("more"))).Code.Should().Be(RejectionCode.LaneFull);
        run.Price("a").Sign("a").Watch().Sent("a").Mined("a");
        run.State.InFlight.Should().HaveCount(LaneLimits.InFlight, "a mined transaction makes room");
    }

    [Fact]
    public void Claim_SenderWithDelegate_KeepsOneInFlight()
    {
        var run = new LaneRun().Submit("a", "b").Facts(hasDelegate: true);
        run.Stage("b").Should().Be("queued");
        run.Price("a").Sign("a").Watch().Sent("a").Mined("a");
        run.Stage("b").Should().Be("claimed");
    }

    [Fact]
    public void Claim_BalanceBelowWorstCase_WaitsForFunds()
    {
        var run = new LaneRun().Submit("a", "b").Facts(balance: LaneRun.Budget + 5);
        (run.Stage("a"), run.Stage("b")).Should().Be(("claimed", "queued"));
        LaneDecider.NextWake(run.State).Should().Be(Start + LaneLimits.FactsEvery);
        run.Pass(LaneLimits.FactsEvery);
        run.Facts(balance: LaneRun.Budget * 2 + 10).Stage("b").Should().Be("claimed");
    }

    [Fact]
    public void Terms_AboveBudget_AreRefusedAndTheNonceIsRewound() // field note 4: a nonce is not burnt by what is never sent
    {
        var run = new LaneRun().Submit("a", "b").Facts().Price("b");
        run.Price("a", new GasTerms(21_000, LaneRun.Budget, 1));
        run.Stage("a").Should().Be("gone");
        run.Told("a")[^1].Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.FeeBudgetExceeded);
        run.Entry("b").Stage.Nonce.Should().Be(LaneRun.FirstNonce, "later unsigned claims move down");
        run.Told("b").Should().Equal(new LegProgress.Claimed(LaneRun.FirstNonce + 1), new LegProgress.Claimed(LaneRun.FirstNonce));
        run.Requested("b").Request.Nonce.Should().Be(LaneRun.FirstNonce);
    }

    [Fact]
    public void Terms_SimulationReverts_RefusesBeforeAnythingIsSigned() // field note 4: simulate first
    {
        var run = new LaneRun().Submit("a").Facts();
        run.Answer<Effect.EstimateTerms>(new EffectResult.Failed(new(RejectionCode.SimulationFailed, "a", "b")));
        run.Told("a")[^1].Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.SimulationFailed);
        run.State.NextNonce.Should().Be(LaneRun.FirstNonce);
    }

    [Fact]
    public void Facts_NonceBeyondWhatWasSigned_StopsTheLane() // field notes 1, 10 and 14: chain truth against the own journal
    {
        var run = new LaneRun().Broadcast("a").Submit("b").Price("b");
        run.Submit("c");
        run.RefuseToSign("b");
        run.Pass(Span.Seconds(60));
        run.Facts(nonce: LaneRun.FirstNonce + 2);
        run.State.Stop!.Reason.Code.Should().Be(RejectionCode.ForeignNonceUse);
        run.Told("c")[^1].Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.ForeignNonceUse);
        run.Refuse(new LaneCommand.Submit(Id("d"), LaneRun.Intent("d"))).Code.Should().Be(RejectionCode.LaneStopped);
    }

    [Fact]
    public void Facts_NonceOfOwnUnseenTransactions_GoesOn() // field note 10: heals from the chain's nonce after downtime
    {
        var run = new LaneRun().Broadcast("a");
        run.Pass(Span.Seconds(60));
        run.Facts(nonce: LaneRun.FirstNonce + 1);
        run.State.Stop.Should().BeNull();
        run.Submit("b").Entry("b").Stage.Nonce.Should().Be(LaneRun.FirstNonce + 1);
    }

    [Fact]
    public void Tick_SettleBeforePassedUnsigned_RefusesTheLeg()
    {
        var run = new LaneRun().Submit("a").Facts();
        LaneDecider.NextWake(run.State).Should().Be(Start + Span.Hours(48));
        run.Pass(Span.Hours(48));
        run.Stage("a").Should().Be("gone");
        run.Told("a")[^1].Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.DeadlinePassed);
    }

    [Fact]
    public void Claim_IdleLaneWithOldFacts_LooksAtTheChainFirst() // field note 14
    {
        var run = new LaneRun().Broadcast("a");
        run.Final("a");
        run.Now += Span.Seconds(301);
        run.Submit("b").Stage("b").Should().Be("queued");
        run.Facts(nonce: LaneRun.FirstNonce + 1).Stage("b").Should().Be("claimed");
    }
}
