using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>What a lane of coins spends, when, and what it says of it.</summary>
public sealed class CoinLaneTests
{
    [Fact]
    public void Leg_WithoutCoins_WaitsAndTakesTheFirstThatAreEnough()
    {
        var run = new CoinRun().Submit("a").Coin("x", 40_000);
        run.Owed.Should().BeEmpty("the coin pays for the leg, and not for its whole budget");
        run.Coin("y", 30_000).Market().Choose();
        var spend = run.Requested("a").Spend;
        spend.Inputs.Select(input => input.Output).Should().BeEquivalentTo([CoinRun.Output("x"), CoinRun.Output("y")]);
        (spend.PaySat, spend.FeeSat, spend.VirtualBytes).Should().Be((50_000, 418, 209));
        spend.ChangeSat.Should().Be(70_000 - 50_000 - 418);
    }

    [Fact]
    public void Coins_OfOneLeg_AreOfferedToNoOther()
    {
        var run = new CoinRun().Coin("x", 100_000).Coin("y", 100_000).Submit("a").Submit("b").Market().Choose("x");
        run.Owes<Effect.SelectCoins>().Effect.Final.Select(coin => coin.Output).Should().Equal(CoinRun.Output("y"));
        run.Choose("x");
        run.Stage("b").Should().Be("queued", "an answer from before the reservation takes nothing");
        run.Pass(CoinLaneState.SelectAgain);
        run.Choose("y").Sign("a").Sign("b");
        run.Entry("a").Inputs.Should().NotIntersectWith(run.Entry("b").Inputs);
    }

    [Fact]
    public void Version_Signed_IsStoredWatchedAndTrackedBeforeItIsSent()
    {
        var run = new CoinRun().Coin("x", 100_000).Submit("a").Market().Choose().Sign("a");
        run.Events.OfType<CoinLaneEvent.VersionSigned>().Should().ContainSingle();
        run.IsSending("a").Should().BeFalse("nobody watches it yet");
        var track = run.Owed.Values.OfType<Effect.Admit>().Single().Watch.Should().BeOfType<TrackerCommand.WatchSpends>().Which;
        track.Spends.Should().Equal(CoinRun.Output("x"));
        run.Stopped = true;
        run.Watch().IsSending("a").Should().BeFalse("an operator's stop holds what was never sent");
        run.Stopped = false;
        run.Watch().IsSending("a").Should().BeTrue();
        run.Sent("a").Told("a").Select(report => report.GetType().Name).Should().Equal("Signed", "AcceptedByNode");
    }

    [Fact]
    public void Fee_BeyondTheBudget_EndsTheLegUnsigned()
    {
        var run = new CoinRun().Coin("x", 100_000).Submit("a", budget: 1_000).Market(rate: 6).Choose();
        run.Stage("a").Should().Be("gone");
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.FeeBudgetExceeded);
        run.State.IsHeld(CoinRun.Output("x")).Should().BeFalse();
    }

    [Fact]
    public void Underpriced_AtTheMarket_IsReplacedWithTheSameCoinsInsideTheBudget()
    {
        var run = new CoinRun().Coin("x", 100_000).Submit("a").Market().Choose().Sign("a").Watch()
            .Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b"))).Market(rate: 10);
        var first = run.Newest("a").Spend;
        var next = run.Requested("a").Spend;
        next.Inputs.Should().Equal(first.Inputs);
        (next.FeeSat, next.PaySat).Should().Be((10 * 141, first.PaySat));
        next.ChangeSat.Should().Be(first.ChangeSat + first.FeeSat - next.FeeSat);
        run.Sign("a").Watch().Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b"))).Market(rate: 1_000);
        run.Requested("a").Spend.FeeSat.Should().Be(CoinRun.Budget - CoinFees.DustSat, "the rest of the budget closes it");
        run.Sign("a").Watch().Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b"))).Market(rate: 1_000);
        run.IsRequested("a").Should().BeFalse("no step of BIP-125 is left");
    }

    [Fact]
    public void Slow_AfterABlocksTime_FollowsTheCurveAndNotTheMarket()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Pass(CoinLaneState.ReplaceAfter);
        run.Market(rate: 50);
        run.IsRequested("a").Should().BeFalse("ten minutes of two days do not buy a step (field note 26)");
        run.Sent("a").Pass(Span.Hours(6));
        run.Market(rate: 50);
        run.Requested("a").Spend.FeeSat.Should().BeInRange(1_200, 1_600, "an eighth of the time has an eighth of the budget");
    }

    [Fact]
    public void Close_OfWhatIsSigned_IsTheNoOpOfTheSameCoins_AndItsFeeIsTold()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Told("a");
        run.Close("a");
        var noOp = run.Requested("a").Spend;
        (noOp.IsNoOp, noOp.ChangeSat + noOp.FeeSat).Should().Be((true, 100_000));
        noOp.FeeSat.Should().Be(282 + 110, "rules 3 and 4 of BIP-125");
        run.Sign("a").Watch().Sent("a");
        run.Final("a");
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>().Which.FeePaid.Should().Be(392);
        run.State.Coins.Values.Should().ContainSingle().Which.ValueSat.Should().Be(100_000 - 392);
    }

    [Fact]
    public void Mined_OfAnotherVersion_LongOnTheWay_TakesNoFinalOneBack()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Close("a");
        run.Sign("a").Watch().Sent("a");
        run.Final("a");
        run.Mined("a", "a lost block", version: 0).Should().BeEmpty();
        run.Stage("a").Should().Be("final");
        run.Unmined("a");
        run.Final("a", "block 2", version: 0).Should().NotBeEmpty();
    }

    [Fact]
    public void Final_ChangeBecomesACoin_AndAReorgTakesItBack()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Final("a");
        var change = run.State.Coins.Values.Single();
        (change.Output, change.ValueSat).Should().Be((run.Newest("a").Change, run.Newest("a").Spend.ChangeSat));
        run.Told("a")[^1].Should().BeOfType<LegProgress.Final>().Which.Inclusion.FeePaid.Should().Be(282);
        run.Unmined("a");
        run.State.Coins.Values.Should().ContainSingle().Which.Output.Should().Be(CoinRun.Output("x"));
        run.IsSending("a").Should().BeTrue("the same bytes go out again");
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Unmined>();
        run.Submit("b").Owed.Values.OfType<Effect.SelectCoins>().SelectMany(asked => asked.Final).Should().BeEmpty("its coin is the leg's");
    }

    [Fact]
    public void Change_Unconfirmed_IsSpentAloneByAChildWhichPaysForBoth()
    {
        var run = new CoinRun().Coin("x", 200_000).Broadcast("a").Submit("b").Choose();
        var child = run.Requested("b");
        child.Spend.Inputs.Should().ContainSingle().Which.Should().Be(new CoinInput(run.Newest("a").Change, run.Newest("a").Spend.ChangeSat, null));
        child.Parents.Should().Equal(run.Newest("a").Raw);
        run.Sign("b").Watch().Sent("b");
        run.Pass(Span.Hours(6));
        run.Market(rate: 50);
        run.IsRequested("a").Should().BeFalse("a replaced parent would take its child along");
        run.IsRequested("b").Should().BeTrue();
    }

    [Fact]
    public void Change_OfAForeignOrReplaceableTransaction_IsNeverOffered()
    {
        var run = new CoinRun().Coin("x", 200_000).Submit("a").Market().Choose().Sign("a").Watch();
        run.Submit("b").Owed.Values.OfType<Effect.SelectCoins>().Should().BeEmpty("no node has the parent");
        run.Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b"))).Market(rate: 5).Sign("a").Watch().Sent("a");
        run.Owed.Values.OfType<Effect.SelectCoins>().Should().BeEmpty("either of two versions may be mined");
        run.Mined("a");
        run.Owes<Effect.SelectCoins>().Effect.Unconfirmed.Should().ContainSingle().Which.Output.Should().Be(run.Newest("a").Change, "one of them was");
    }

    [Fact]
    public void Ancestors_AtTheLimitOfNodes_AreNotBuiltUpon()
    {
        var run = new CoinRun().Coin("x", 10_000_000).Broadcast("l0");
        for (var i = 1; i < CoinLaneDecider.MaxAncestors; i++) run.Broadcast($"l{i}");
        run.Submit("last").Owed.Values.OfType<Effect.SelectCoins>().Should().BeEmpty("a twenty-sixth in a row is not relayed");
        run.Mined("l0");
        run.Owed.Values.OfType<Effect.SelectCoins>().Should().ContainSingle();
    }

    [Fact]
    public void Parent_ClosedUnderItsChild_MakesTheChildImpossibleUntilAReorg()
    {
        var run = new CoinRun().Coin("x", 200_000).Broadcast("a").Broadcast("b");
        run.Told("b");
        run.Close("a");
        run.Sign("a").Watch().Sent("a");
        run.Final("a");
        run.Stage("b").Should().Be("taken");
        run.Told("b").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>().Which.FeePaid.Should().Be(UInt256.Zero);
        run.State.Stop.Should().BeNull("it is our own transaction");
        run.Unmined("a");
        run.Stage("b").Should().Be("accepted", "its parent may yet be mined");
        run.Told("b").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Unmined>();
    }

    [Fact]
    public void Foreign_SpendOfASignedCoin_StopsTheLaneAndBindsWhatIsLeft()
    {
        var run = new CoinRun().Coin("x", 40_000).Coin("y", 40_000).Submit("a").Market().Choose("x", "y").Sign("a").Watch().Sent("a").Submit("b");
        run.Told("a");
        run.Conflicted("a", "thief");
        run.State.Stop!.Reason.Code.Should().Be(RejectionCode.ForeignNonceUse);
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>();
        run.Told("b").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Refused>();
        run.Refuse(new LaneCommand.Submit(Id("late"), CoinRun.Intent("c"))).Code.Should().Be(RejectionCode.LaneStopped);
        run.Accept(new LaneCommand.Resume(Id("r"), new(LaneRun.Hash("owner")), LaneRun.Hash("thief"), "c1"));
        run.Submit("d", sat: 20_000).Owed.Values.OfType<Effect.SelectCoins>().Should().BeEmpty("the signer signs them for nothing but what replaces the leg");
        var intent = CoinRun.Intent("e", sat: 20_000);
        var again = intent with { Content = intent.Content with { Replaces = new(CoinRun.Ref("a"), LaneRun.Hash("thief")) } };
        run.Accept(new LaneCommand.Submit(Id("e"), again));
        run.Owes<Effect.SelectCoins>().Effect.Leg.Should().Be(CoinRun.Ref("e"));
    }

    [Fact]
    public void Gone_FreeCoinThatSomebodySpent_StopsTheLane()
    {
        var run = new CoinRun().Coin("x", 100_000).Coin("y", 100_000).Submit("a").Market();
        run.Answer<Effect.SelectCoins>(new EffectResult.Gone(CoinRun.Output("x")));
        run.State.Stop!.Reason.Code.Should().Be(RejectionCode.ForeignNonceUse);
        run.State.Coins.Values.Should().ContainSingle().Which.Output.Should().Be(CoinRun.Output("y"));
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Refused>();
    }

    [Fact]
    public void Lost_CoinOfAReorg_IsLetGoUnlessItIsSigned()
    {
        var run = new CoinRun { Stopped = true }.Coin("x", 100_000).Submit("a").Market().Choose();
        run.Stage("a").Should().Be("reserved");
        run.Accept(new LaneCommand.RecordCoinLost(Id("other"), CoinRun.Output("x"), LaneRun.Hash("another block"))).Should().BeEmpty();
        run.Accept(new LaneCommand.RecordCoinLost(Id("lost"), CoinRun.Output("x"), LaneRun.Hash("block 0")));
        run.Stage("a").Should().Be("queued");
        run.Coin("x", 100_000, "block 9").Choose();
        run.Stopped = false;
        run.Admit().Sign("a");
        run.Accept(new LaneCommand.RecordCoinLost(Id("again"), CoinRun.Output("x"), LaneRun.Hash("block 9")));
        run.Stage("a").Should().Be("signed", "only the chain tells how it ends");
    }

    [Fact]
    public void Own_PaymentToAnotherOwnAddress_IsToldToItsLaneAndTakenBackByAReorg()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a", toOwn: true);
        run.Final("a");
        var (intent, told) = run.Owes<Effect.TellLane>();
        told.Address.Should().Be(AddressOf("payee"));
        told.Command.Should().BeOfType<LaneCommand.RecordCoin>().Which.Coin.Should().Be(
            new LaneCoin(new(run.Newest("a").TxHash, 0), 50_000, new(100, LaneRun.Hash("block 1"))));
        run.Unmined("a");
        run.Owes<Effect.TellLane>().Intent.Should().Be(intent, "one after the other");
        run.Answer(intent, LaneRun.Done);
        run.Owes<Effect.TellLane>().Effect.Command.Should().BeOfType<LaneCommand.RecordCoinLost>();
    }

    [Fact]
    public void Deadline_OfWhatIsUnsigned_FreesItsCoins()
    {
        var run = new CoinRun { Stopped = true }.Coin("x", 100_000).Submit("a").Market().Choose();
        run.Pass(Span.Hours(48));
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.DeadlinePassed);
        run.State.IsHeld(CoinRun.Output("x")).Should().BeFalse();
    }

    [Fact]
    public void Restore_LegsSignedInTheLostTail_AreFollowedBeforeTheirCoinsAreOffered()
    {
        var run = new CoinRun().Coin("x", 100_000).Submit("a").Market();
        run.Accept(CoinLaneDecider.Recover(run.State, Id("recover"), 1_800_000_000_000)!);
        run.Refuse(new LaneCommand.Submit(Id("s"), CoinRun.Intent("b"))).Code.Should().Be(RejectionCode.Retry);
        run.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.ReadSigned>();
        run.Answer<Effect.ReadSigned>(new EffectResult.SignedSaid(new([Signed("z", 9, "x")], null)));
        run.Told("z").Select(report => report.GetType().Name).Should().Equal("Found", "Signed");
        run.Owed.Values.OfType<Effect.SelectCoins>().Should().BeEmpty("the coin was signed for another leg");
        run.Watch().IsSending("z").Should().BeTrue();
        run.Final("z");
        run.Stage("z").Should().Be("final");
    }

    internal static SignedIntent Signed(string leg, long number, string coin) => new(
        number, Start, Id($"request {leg} {number}"), "hot", CoinRun.Ref(leg), LaneRun.Hash("packet " + leg), CoinRun.Bitcoin, CoinRun.From, 0, false,
        new(0, 0, 0), LaneRun.Hash($"raw {leg}").ToArray(), LaneRun.Hash($"tx {leg}"), Packet(CoinRun.Ref(leg).Packet.Owner, CoinRun.Ref(leg).Packet.Id, CoinRun.Intent(leg).Content), new([], [], [], []))
    {
        Coins = CoinFees.Spend([new(CoinRun.Output(coin), 100_000, null)], [CoinPayee.OfKeyHash(AddressOf("payee"), 50_000)], 282),
    };
}
