using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>A rejected deposit's coin: spent by what gives it back, and by nothing else, whatever becomes of that.</summary>
public sealed class CoinReturnLaneTests
{
    private const long Sat = 70_000;

    private static readonly DepositRef _deposit = new(CoinRun.Bitcoin, CoinRun.Output("bad").TxHash, (int)CoinRun.Output("bad").Index);

    [Fact]
    public void Coin_OfARejectedDeposit_IsOfferedToNoOtherLeg()
    {
        var run = new CoinRun();
        Came(run);
        run.Submit("a").Owed.Should().BeEmpty("it pays for nothing else");
        run.Coin("x", 100_000).Market();
        run.Owes<Effect.SelectCoins>().Effect.Final.Select(coin => coin.Output).Should().Equal(CoinRun.Output("x"));
    }

    [Fact]
    public void Return_SpendsItsCoinAndPaysTheFeeOfTheAccountsOwn()
    {
        var run = new CoinRun().Coin("x", 20_000);
        Return(run, "back").Owed.Should().BeEmpty("its coin is not here yet");
        Came(run).Market();
        var asked = run.Owes<Effect.SelectCoins>().Effect;
        (asked.TargetSat, asked.Final.Single().Output).Should().Be((CoinRun.Budget + CoinFees.DustSat, CoinRun.Output("x")));
        run.Choose();
        var spend = run.Requested("back").Spend;
        spend.Inputs.Select(input => input.Output).Should().BeEquivalentTo([CoinRun.Output("bad"), CoinRun.Output("x")]);
        (spend.PaySat, spend.ChangeSat).Should().Be((Sat, 20_000 - spend.FeeSat));
        run.Sign("back").Watch().Sent("back");
        run.Final("back");
        run.State.Coins.Values.Should().ContainSingle().Which.Returns.Should().BeNull("what is left is the account's own");
        Came(run);
        run.State.Coins.Should().ContainSingle("it is spent");
    }

    [Fact]
    public void Return_WithTooLittleOfTheAccountsOwn_Waits()
    {
        var run = new CoinRun().Coin("x", CoinRun.Budget + CoinFees.DustSat - 1);
        Return(Came(run), "back").Owed.Should().BeEmpty();
        run.Coin("y", 1);
        run.Owed.Should().NotBeEmpty();
    }

    /// <summary>The no-op spends it as every version does, and gives it back apart: another leg returns it, and a deep reorg of the no-op gives back what came in.</summary>
    [Fact]
    public void Return_Closed_KeepsTheDepositApart()
    {
        var run = Signed();
        run.Close("back");
        var closing = run.Requested("back").Spend;
        (closing.IsNoOp, closing.KeptSat, closing.ChangeIndex).Should().Be((true, Sat, 1u));
        (closing.ChangeSat + closing.FeeSat).Should().Be(20_000, "the account pays for it");
        closing.VirtualBytes.Should().Be(CoinFees.VirtualBytes(2, 2));
        run.Sign("back").Watch().Sent("back");
        run.Final("back");
        var kept = run.State.Coins.Values.Single(coin => coin.Returns is not null);
        (kept.Output, kept.ValueSat, kept.Returns).Should().Be((new SpentOutput(run.Newest("back").TxHash, 0), Sat, _deposit));
        Came(run);
        run.State.Coins.Values.Count(coin => coin.Returns is not null).Should().Be(1, "it came in once");

        run.Unmined("back");
        run.State.Coins.Values.Should().ContainSingle(coin => coin.Returns == _deposit).Which.Output.Should().Be(CoinRun.Output("bad"));
        run.Final("back", "block 9");
        Return(run, "again");
        if (run.Owed.Values.Any(effect => effect is Effect.ReadMarket)) run.Market();
        run.Choose();
        run.Requested("again").Spend.Inputs.Select(input => input.Output).Should().Contain(new SpentOutput(run.Newest("back").TxHash, 0));
    }

    /// <summary>A double spend took the deposit for good: the account's own coin comes back, and nothing is kept of what never was.</summary>
    [Fact]
    public void Return_WhoseDepositCanNeverBe_GivesTheAccountsOwnCoinBack()
    {
        var run = Signed().Sent("back");
        run.Accept(new LaneCommand.RecordCoinLost(run.NewId(), CoinRun.Output("bad"), LaneRun.Hash("block 0")));
        run.Close("back");
        run.Sign("back").Watch().Sent("back").Lost("back", "bad");
        var closing = run.Requested("back").Spend;
        (closing.KeptSat, closing.ChangeSat + closing.FeeSat).Should().Be((0, 20_000));
        closing.Inputs.Should().ContainSingle().Which.Output.Should().Be(CoinRun.Output("x"));
        run.Sign("back").Watch().Sent("back").Final("back");
        run.State.Coins.Values.Should().ContainSingle().Which.Should().Match<OwnCoin>(coin => coin.Returns == null && coin.ValueSat == closing.ChangeSat);
    }

    [Fact]
    public void Return_AtTheHighestFee_HasRoomForItsNoOp()
    {
        var run = Signed();
        run.Pass(CoinLaneState.ReplaceAfter);
        run.Sent("back", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b"))).Market(rate: 1_000);
        run.Sign("back").Watch().Sent("back");
        run.Close("back");
        var closing = run.Requested("back").Spend;
        closing.FeeSat.Should().BeLessThanOrEqualTo(CoinRun.Budget);
        closing.ChangeSat.Should().BeGreaterThanOrEqualTo(CoinFees.DustSat);
    }

    [Fact]
    public void Rows_WithSuchACoin_AreOfALaterGeneration()
    {
        CoinLaneDecider.GenerationOf(new CoinLaneEvent.CoinFound(Coin)).Should().Be(EventGenerations.CoinReturns);
        CoinLaneDecider.GenerationOf(new CoinLaneEvent.CoinFound(CoinRun.CoinOf("x", 1))).Should().Be(EventGenerations.First);
        CoinLaneDecider.GenerationOf(new CoinLaneEvent.LegQueued(1, Intent("back"), false)).Should().Be(EventGenerations.CoinReturns);
        CoinLaneDecider.GenerationOf(new CoinLaneEvent.LegQueued(1, CoinRun.Intent("a"), false)).Should().Be(EventGenerations.First);
    }

    private static LaneCoin Coin => CoinRun.CoinOf("bad", Sat) with { Returns = _deposit };

    private static SpendIntent Intent(string leg) =>
        CoinRun.Intent(leg, Sat) is var intent ? intent with { Content = (Leg.ChainTransfer)intent.Content with { Returns = _deposit } } : null!;

    private static CoinRun Came(CoinRun run)
    {
        run.Accept(new LaneCommand.RecordCoin(run.NewId(), Coin));
        return run;
    }

    private static CoinRun Return(CoinRun run, string leg)
    {
        run.Accept(new LaneCommand.Submit(run.NewId(), Intent(leg)));
        return run;
    }

    private static CoinRun Signed() => Return(Came(new CoinRun().Coin("x", 20_000)), "back").Market().Choose().Sign("back").Watch();
}
