using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>A stored file of each event of a lane of coins.</summary>
public sealed class CoinGoldenTests
{
    [Fact]
    public void Events_Stored_ReadForEver() => GoldenFiles.ShouldHold(
        "coin-lane", CoinLaneJson.Default.CoinLaneEvent, new[] { Paid(), Waiting(), Stopped(), Restored(), Lost() }.SelectMany(run => run.Events));

    private static CoinRun Paid()
    {
        var run = new CoinRun().Coin("x", 200_000).Submit("a", toOwn: true).Market().Choose().Sign("a").Watch().Sent("a", new BroadcastOutcome.MaybeMined());
        run.Close("a");
        run.RefuseToSign("a");
        run.Told("a");
        run.Mined("a");
        run.Unmined("a");
        run.Final("a");
        run.Answer<Effect.TellLane>(LaneRun.Done);
        return run;
    }

    private static CoinRun Waiting()
    {
        var run = new CoinRun { Stopped = true }.Coin("x", 100_000).Submit("a").Market();
        run.Answer<Effect.SelectCoins>(new EffectResult.Failed(new(RejectionCode.InsufficientFunds, "coins of 60000 satoshis", "0")));
        run.Pass(CoinLaneState.SelectAgain);
        run.Choose();
        run.Accept(new LaneCommand.RecordCoinLost(Id("lost"), CoinRun.Output("x"), LaneRun.Hash("block 0")));
        run.Close("a");
        return run;
    }

    private static CoinRun Stopped()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Conflicted("a", "thief");
        run.Observe("a", n => new WatchReport.Unmined(n, run.Newest("a").TxHash, LaneRun.Hash("block 2")));
        run.Accept(new LaneCommand.Resume(Id("r"), new(LaneRun.Hash("owner")), LaneRun.Hash("thief"), "c1"));
        return run;
    }

    private static CoinRun Lost()
    {
        var run = new CoinRun().Coin("x", 100_000).Broadcast("a");
        run.Lost("a", "x");
        run.Observe("a", n => new WatchReport.Unmined(n, run.Newest("a").TxHash, CoinRun.Rival("x").Block.Hash));
        return run;
    }

    private static CoinRun Restored()
    {
        var run = new CoinRun();
        run.Accept(CoinLaneDecider.Recover(run.State, Id("recover"), 1_800_000_000_000)!);
        run.Answer<Effect.ReadSigned>(new EffectResult.SignedSaid(new([CoinLaneTests.Signed("z", 9, "x")], 7)));
        run.Answer<Effect.ReadSigned>(new EffectResult.SignedSaid(new([], null)));
        return run;
    }
}
