using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>Legs whose coin a double spend takes away for good after they were signed.</summary>
public sealed class CoinLostTests
{
    [Fact]
    public void OnlyCoin_Lost_EndsTheLegAndNothingElse()
    {
        var run = new CoinRun().Coin("x", 100_000).Coin("y", 100_000).Submit("a").Market().Choose("x").Sign("a").Watch().Sent("a");
        run.Told("a");
        run.Lost("a", "x");
        run.Stage("a").Should().Be("taken");
        var told = run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>().Subject;
        (told.By.TxHash, told.FeePaid, told.Lost).Should().Be((LaneRun.Hash("rival of x"), UInt256.Zero, CoinRun.Output("x")));
        run.State.Stop.Should().BeNull("nobody has used the key");
        run.Lost("a", "x").Should().BeEmpty("it is known");
        run.Submit("b").Choose("y").IsRequested("b").Should().BeTrue();
    }

    [Fact]
    public void OneOfSeveralCoins_Lost_LeavesTheOthersToANoOpThatEndsTheLeg()
    {
        var run = Spending("x", "y");
        run.Accept(new LaneCommand.RecordCoinLost(Id("gone"), CoinRun.Output("x"), LaneRun.Hash("block 0")));
        run.Lost("a", "x");
        run.Told("a").Should().BeEmpty("the other coin is still signed for it");
        var noOp = run.Requested("a").Spend;
        noOp.Inputs.Select(input => input.Output).Should().Equal([CoinRun.Output("y")], "it conflicts with the payment, whatever comes back");
        (noOp.IsNoOp, noOp.ChangeSat).Should().Be((true, 40_000 - noOp.FeeSat));
        noOp.FeeSat.Should().BeGreaterThan(run.Newest("a").Spend.FeeSat, "the signer takes no version that pays less");
        run.Sign("a").Watch().Sent("a").Final("a");
        var told = run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>().Subject;
        (told.By.TxHash, told.FeePaid, told.Lost).Should().Be((run.Newest("a").TxHash, (UInt256)(ulong)noOp.FeeSat, CoinRun.Output("x")));
        run.State.Coins.Values.Should().ContainSingle("it gave back what was left").Which.Should().Match<OwnCoin>(coin => coin.ValueSat == noOp.ChangeSat && coin.Bound == null);
    }

    [Fact]
    public void Coin_ThatComesBackAfterItsLegEnded_IsTheLegsAtTheSigner()
    {
        var run = Spending("x", "y");
        run.Accept(new LaneCommand.RecordCoinLost(Id("gone"), CoinRun.Output("x"), LaneRun.Hash("block 0")));
        run.Lost("a", "x");
        run.Sign("a").Watch().Sent("a").Final("a");
        run.Coin("x", 40_000, "block 9");
        run.State.Coins[$"{CoinRun.Output("x")}"].Bound.Should().Be(CoinRun.Ref("a"), "it was signed for that leg, and is signed for no other");
        run.Unmined("a");
        run.Coin("x", 40_000, "block 10");
        run.State.Coins.Values.Should().HaveCount(2, "what the no-op gave back is gone again, and both coins are the leg's").And.OnlyContain(coin => run.State.IsHeld(coin.Output));
    }

    [Fact]
    public void Coin_ThatIsThereAgainBeforeTheNoOpIsFinal_IsTheLegsAtTheSigner()
    {
        var run = Spending("x", "y");
        run.Lost("a", "x");
        run.Sign("a").Watch().Sent("a").Final("a");
        run.State.Coins[$"{CoinRun.Output("x")}"].Bound.Should().Be(CoinRun.Ref("a"), "the no-op did without it, and it was signed for that leg");
    }

    [Fact]
    public void NoOp_ThatIsReorganisedAway_GivesBackNothingThatItDidNotSpend()
    {
        var run = Spending("x", "y");
        run.Accept(new LaneCommand.RecordCoinLost(Id("gone"), CoinRun.Output("x"), LaneRun.Hash("block 0")));
        run.Lost("a", "x");
        run.Sign("a").Watch().Sent("a").Final("a");
        run.Unmined("a");
        run.State.Coins.Values.Select(coin => coin.Output).Should().Equal(CoinRun.Output("y"));
    }

    [Fact]
    public void Lost_WhileAnotherVersionIsAskedFor_IsClosedWhenThatIsKnown()
    {
        var run = Spending("x", "y");
        run.Close("a");
        run.Requested("a").Spend.Inputs.Should().HaveCount(2);
        run.Lost("a", "x");
        run.Sign("a").Requested("a").Spend.Inputs.Should().HaveCount(1, "a no-op that spends what can never be closes nothing");
        run.Sign("a").Watch().Sent("a").Final("a");
        run.Stage("a").Should().Be("final");
    }

    [Fact]
    public void All_LostOneAfterTheOther_EndsTheLegByTheLast()
    {
        var run = Spending("x", "y");
        run.Lost("a", "x");
        run.Sign("a").Watch().Sent("a");
        run.Told("a");
        run.Lost("a", "y");
        run.Stage("a").Should().Be("taken");
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>().Which.By.TxHash.Should().Be(LaneRun.Hash("rival of y"));
        run.Lost("a", "x", version: 0).Should().BeEmpty("both are known");
    }

    /// <summary>A reorg takes every block above the one that is lost: what those proved is open as well.</summary>
    [Fact]
    public void Proofs_OfLaterBlocks_GoWithTheOneThatIsLost()
    {
        var run = Spending("x", "y");
        var payment = run.Newest("a").TxHash;
        run.Lost("a", "x");
        run.Sign("a").Watch().Sent("a");
        run.Lost("a", "y");
        run.Told("a");
        run.Observe("a", n => new WatchReport.Unmined(n, payment, CoinRun.Rival("x").Block.Hash)).Should().NotBeEmpty();
        run.Entry("a").Lost.Should().BeNull();
        run.Stage("a").Should().Be("closing");
        run.Told("a").Should().ContainSingle().Which.Should().Be(new LegProgress.Unmined(CoinRun.Rival("y").TxHash, CoinRun.Rival("y").Block.Hash));
        run.Observe("a", n => new WatchReport.Unmined(n, run.Newest("a").TxHash, CoinRun.Rival("y").Block.Hash)).Should().BeEmpty();
    }

    [Fact]
    public void Rest_TooSmallForANoOp_IsBoundToTheLeg()
    {
        var run = new CoinRun().Coin("x", 60_000).Coin("y", 600).Submit("a").Market().Choose("x", "y").Sign("a").Watch().Sent("a");
        run.Told("a");
        run.Lost("a", "x");
        run.Stage("a").Should().Be("taken", "a no-op would leave dust");
        run.State.Coins[$"{CoinRun.Output("y")}"].Bound.Should().Be(CoinRun.Ref("a"));
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>();
    }

    /// <summary>The payment is out for good, and its end was told: it must not happen now, so it is closed and not sent.</summary>
    [Fact]
    public void Proof_LostInADeepReorg_HoldsTheLegAgainAndClosesIt()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        var payment = run.Newest("a").TxHash;
        run.Told("a");
        run.Lost("a", "x");
        run.Told("a");
        run.Observe("a", n => new WatchReport.Unmined(n, payment, LaneRun.Hash("block of rival of x")));
        var told = run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Unmined>().Subject;
        (told.TxHash, told.LostBlock).Should().Be((LaneRun.Hash("rival of x"), LaneRun.Hash("block of rival of x")));
        run.Pass(Span.Hours(1));
        run.IsSending("a").Should().BeFalse("who was told that it failed may have paid again");
        run.Requested("a").Spend.Should().Match<CoinSpend>(spend => spend.IsNoOp && spend.Inputs.Length == 1);
        run.Submit("b").Owed.Values.OfType<Effect.SelectCoins>().Should().BeEmpty("the coin is the leg's");
        run.Sign("a").Watch().Sent("a").Final("a");
        run.Told("a").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>().Which.Lost.Should().BeNull("it came back");
    }

    [Fact]
    public void Payment_MinedAfterAllInADeepReorg_IsPosted()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Lost("a", "x");
        run.Told("a");
        run.Final("a", "block 7");
        run.Told("a").Select(report => report.GetType().Name).Should().Equal("Unmined", "Final");
    }

    /// <summary>A child's only coin is its parent's change: the parent's own end decides, as with any other end of it.</summary>
    [Fact]
    public void ChangeOfALegOfThisLane_Lost_WaitsForTheEndOfThatLeg()
    {
        var run = new CoinRun().Coin("x", 100_000).Coin("y", 100_000).Submit("a", 150_000).Market().Choose("x", "y").Sign("a").Watch().Sent("a").Broadcast("b", 20_000);
        run.Told("b");
        run.Observe("b", n => new WatchReport.Conflicted(n, run.Newest("b").TxHash, CoinRun.Rival("x")) { Lost = run.Newest("a").Change }).Should().BeEmpty();
        run.Lost("a", "x");
        run.Stage("b").Should().Be("accepted");
        run.Sign("a").Watch().Sent("a").Final("a");
        run.Stage("b").Should().Be("taken");
        run.Told("b").Should().ContainSingle().Which.Should().BeOfType<LegProgress.Impossible>();
    }

    [Fact]
    public void Lost_OfAPaymentThatANoOpOverran_ChangesNothing()
    {
        var run = Spending("x", "y");
        run.Lost("a", "x");
        run.Sign("a").Watch().Sent("a").Final("a");
        run.Told("a");
        run.Observe("a", n => new WatchReport.Conflicted(n, run.Entry("a").Body!.Versions[0].TxHash, CoinRun.Rival("x", "block 77")) { Lost = CoinRun.Output("x") })
            .Should().BeEmpty("the no-op that is final does without it");
        run.Stage("a").Should().Be("final");
    }

    [Fact]
    public void Final_PaymentWhoseCoinIsLost_IsTakenBackFirst()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Final("a");
        run.Told("a");
        run.Lost("a", "x");
        run.Told("a").Select(report => report.GetType().Name).Should().Equal("Unmined", "Impossible");
        run.State.Coins.Should().ContainSingle("its change is gone, and its coin is told of by the account").Which.Value.Bound.Should().Be(CoinRun.Ref("a"));
    }

    /// <summary>Found by the random sequences: the same step lets go of what was to be spent on top.</summary>
    [Fact]
    public void ChangeOfALegThatEnds_ReservedByAnother_IsLetGoAtOnce()
    {
        var run = new CoinRun().Coin("x", 200_000).Broadcast("a");
        run.Stopped = true;
        run.Submit("b").Choose();
        run.Stage("b").Should().Be("reserved");
        run.Lost("a", "x");
        run.Stage("b").Should().Be("queued");
    }

    /// <summary>Found by the random sequences: the signer signs it for no other leg, however often its block comes and goes.</summary>
    [Fact]
    public void Change_BoundToALegThatIsOver_StaysBoundWhenItsParentIsMinedAgain()
    {
        var run = new CoinRun().Coin("x", 51_000).Broadcast("a", budget: 1_000);
        run.Final("a");
        run.Coin("y", 59_500).Submit("b").Choose().Sign("b").Watch().Sent("b");
        run.Entry("b").Inputs.Should().HaveCount(2);
        run.Lost("b", "y");
        run.Stage("b").Should().Be("taken", "what is left is too little for a no-op");
        run.Unmined("a");
        run.Stage("b").Should().Be("taken", "its other coin can never be, whatever becomes of this one");
        run.Final("a", "block 5");
        run.State.Coins[$"{run.Newest("a").Change}"].Bound.Should().Be(CoinRun.Ref("b"));
    }

    private static CoinRun Spending(params string[] coins)
    {
        var run = coins.Aggregate(new CoinRun(), (next, coin) => next.Coin(coin, 40_000)).Submit("a").Market().Choose(coins).Sign("a").Watch().Sent("a");
        run.Told("a");
        return run;
    }
}
