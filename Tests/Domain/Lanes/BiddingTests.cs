using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>A lane bids by the schedule: low while there is time, and higher with each block, inside its budget.</summary>
public sealed class BiddingTests
{
    /// <summary>A base fee of 100: 84 for ten blocks, 210 for the next one.</summary>
    private const ulong BaseFee = 100;

    [Fact]
    public void Terms_WithTime_AreTheMostPatientBid()
    {
        var run = Priced();
        run.Requested("a").Request.Terms.Should().Be(new GasTerms(21_000, 84, 1));
    }

    [Fact]
    public void Terms_DeadlineWithinTheLastBlocks_AreUrgent() // field note 32: act early, gas by deadline
    {
        var run = new LaneRun().Submit("a").Facts(baseFee: BaseFee);
        run.Now = run.Now + Span.Hours(48) - Span.Seconds(4 * 12);
        Price(run);
        run.Requested("a").Request.Terms.MaxFeePerGas.Should().Be(210);
    }

    [Fact]
    public void Looks_EachBlock_OutbidUntilTheLastBlocks()
    {
        var run = Signed();
        var bids = new List<ulong>();
        for (var block = 0; block < FeeSchedule.Blocks; block++)
        {
            Look(run);
            if (run.IsRequested("a")) run.Sign("a").Watch().Sent("a");
            bids.Add((ulong)run.Newest("a").Terms.MaxFeePerGas);
        }

        // 105 is 10 % more than 84, 126 more than 105 and so on: each bid is taken, and the last one stays.
        bids.Should().Equal(105, 126, 147, 168, 189, 210, 210, 210, 210, 210);
        run.Entry("a").Signed!.Versions.Select(version => (ulong)version.Terms.MaxPriorityFeePerGas).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    /// <summary>Or who watches it waits for ever to hear who got the nonce (seeds 10531 and 11864).</summary>
    [Fact]
    public void Version_OvertakenBeforeTheTrackerKnewIt_IsToldToItWhenAnotherIsMined()
    {
        var run = Priced().Sign("a");
        var first = run.Newest("a").TxHash;
        Look(run);
        run.Sign("a");
        foreach (var (intent, effect) in run.Owed)
            if (effect is Effect.TellWatched or Effect.TellTracker && HashOf(effect) != first) run.Answer(intent, LaneRun.Done);
        run.Sent("a").Mined("a");
        run.Owed.Values.Where(effect => effect is Effect.TellWatched or Effect.TellTracker).Select(HashOf).Should().Equal(first, first);
        run.Watch();
        run.Final("a");
        run.Told("a");
        run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Look_BidLessThanTenPercentHigher_KeepsTheVersion() // nodes refuse such a replacement
    {
        var run = Signed();
        run.Pass(LaneLimits.Slot);
        run.Facts(baseFee: BaseFee * 84 / 105);
        run.IsRequested("a").Should().BeFalse();
    }

    [Fact]
    public void Look_MarketAboveTheBudget_StopsAtTheCeiling() // field notes 25 and 26
    {
        var run = Signed();
        run.Pass(LaneLimits.Slot);
        run.Facts(baseFee: 1_000_000);
        var terms = run.Requested("a").Request.Terms;
        terms.WorstFee.Should().BeLessThanOrEqualTo(FeeReplacement.SpendCeiling(LaneRun.Budget));
        (terms.WorstFee + 21_000).Should().BeGreaterThan(FeeReplacement.SpendCeiling(LaneRun.Budget));
        run.Sign("a").Watch().Sent("a");
        run.Pass(LaneLimits.Slot);
        run.Facts(baseFee: 2_000_000);
        run.IsRequested("a").Should().BeFalse("members voted no more");
    }

    [Fact]
    public void Look_AfterTheDeadline_BidsNoMore()
    {
        var run = Signed();
        run.Pass(Span.Hours(48));
        run.Facts(baseFee: 400);
        run.IsRequested("a").Should().BeFalse();
    }

    [Fact]
    public void Look_UrgentBidLongOut_StillFollowsTheMarket()
    {
        var run = Signed();
        run.Pass(Span.Hours(12));
        run.Facts(baseFee: 200);
        run.Requested("a").Request.Terms.MaxFeePerGas.Should().Be(410, "its patience is over, the budget is not");
        run.Sent("a").Sign("a").Watch().Sent("a");
        run.Pass(Span.Hours(12));
        run.Facts(baseFee: 200);
        run.IsRequested("a").Should().BeFalse("the same market asks for no more (field note 25)");
        run.IsSending("a").Should().BeTrue();
    }

    [Fact]
    public void Looks_AsTimePasses_AreEachBlockAndThenThoseOfSendingAgain()
    {
        var run = Signed();
        var first = run.Entry("a").Signed!.FirstSignedAt;
        var (looks, sends) = (new List<long>(), new List<long>());
        while (run.Now < first + Span.Hours(1))
        {
            run.Pass(LaneDecider.NextWake(run.State)!.Value - run.Now);
            var second = (run.Now - first).Ms / 1000;
            if (run.Owed.Values.Any(effect => effect is Effect.ReadLaneFacts))
            {
                looks.Add(second);
                run.Facts(baseFee: 1);
            }

            if (!run.IsSending("a")) continue;
            sends.Add(second);
            run.Sent("a");
        }

        var patience = LaneLimits.Slot.Ms * LaneLimits.BidBlocks / 1000;
        var early = looks.Where(second => second <= patience).ToArray();
        early.Zip(early.Skip(1), (one, next) => next - one).Should().OnlyContain(pause => pause <= 12);
        early[^1].Should().BeGreaterThan(patience - 13);
        looks.Where(second => second > patience + 12).Should().Equal(sends.Where(second => second > patience + 12)).And.NotBeEmpty();
    }

    [Fact]
    public void PatientBid_NodeRefusesItsPrice_IsUrgentAtOnce() // some nodes keep nothing below the base fee
    {
        var run = Priced().Sign("a").Watch();
        run.Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b")));
        run.Requested("a").Request.Terms.Should().Be(new GasTerms(21_000, 210, 10));
    }

    [Fact]
    public void SpendVersions_AllUsed_LeaveRoomForTheNoOp() // field note 3
    {
        var run = new LaneRun();
        run.Accept(new LaneCommand.Submit(run.NewId(), LaneRun.Intent("a", budget: Ether / 2)));
        Price(run.Facts(baseFee: BaseFee));
        for (var version = 1; version < LaneLimits.SpendVersions; version++) Underprice(run);
        run.IsRequested("a").Should().BeTrue();
        Underprice(run);
        run.Entry("a").Signed!.Versions.Should().HaveCount(LaneLimits.SpendVersions);
        run.IsRequested("a").Should().BeFalse();
        run.Close("a");
        run.Requested("a").Request.NoOp.Should().BeTrue();
    }

    /// <summary>What an L2 charges beside the gas is in the budget too: for the first version, and for all that follow.</summary>
    [Theory]
    [InlineData(8_236_000, true)]
    [InlineData(8_236_001, false)]
    public void Terms_WithADataFee_KeepGasAndDataWithinTheBudget(ulong dataFee, bool fits)
    {
        // The most patient bid of 84 for 21,000 gas is 1,764,000 of 10,000,000.
        var run = new LaneRun().Submit("a").Facts(baseFee: BaseFee);
        Price(run, dataFee);
        run.IsRequested("a").Should().Be(fits);
        if (fits) run.Entry("a").GasBudget.Should().Be(LaneRun.Budget - dataFee);
        else run.Stage("a").Should().Be("gone");
        LaneDecider.GenerationOf(new LaneEvent.TermsFixed(1, LaneRun.Terms, dataFee)).Should().Be(EventGenerations.Incidents);
    }

    [Fact]
    public void Look_WithADataFee_StopsBelowWhatItLeaves()
    {
        var run = new LaneRun().Submit("a").Facts(baseFee: BaseFee);
        Price(run, 5_000_000);
        run.Sign("a").Watch().Sent("a");
        run.Pass(LaneLimits.Slot);
        run.Facts(baseFee: 1_000_000);
        var terms = run.Requested("a").Request.Terms;
        terms.WorstFee.Should().BeLessThanOrEqualTo(FeeReplacement.SpendCeiling(LaneRun.Budget - 5_000_000));
        run.Close("a");
        run.Sign("a");
        run.Requested("a").Request.Terms.WorstFee.Should().BeLessThanOrEqualTo(LaneRun.Budget - 5_000_000, "and neither does the no-op spend what the chain will charge for its data");
    }

    /// <summary>A chain whose blocks come each 2 s is looked at each 2 s, one whose blocks take 10 minutes no more seldom than each minute.</summary>
    [Theory]
    [InlineData(2, 2)]
    [InlineData(1, 2)]
    [InlineData(12, 12)]
    [InlineData(600, 60)]
    public void Looks_FollowTheChainsBlocks(int block, int look)
    {
        var run = Signed();
        run.Pass(LaneLimits.Slot);
        run.Answer<Effect.ReadLaneFacts>(new EffectResult.LaneFacts(LaneRun.FirstNonce, Ether, LaneRun.Market(BaseFee) with { BlockTime = Span.Seconds(block) }, false));
        if (run.IsRequested("a")) run.Sign("a").Watch().Sent("a");
        (LaneDecider.NextWake(run.State)!.Value - run.State.Facts!.At).Should().BeLessThanOrEqualTo(Span.Seconds(look));
        run.State.Facts.BidEvery.Should().Be(Span.Seconds(look));
        run.Events.OfType<LaneEvent.FactsRead>().Last().BlockTime.Should().Be(block == 12 ? null : Span.Seconds(block), "rows of Ethereum are what they were");
    }

    private static void Underprice(LaneRun run)
    {
        run.Sign("a").Watch();
        run.Sent("a", new BroadcastOutcome.Refused(new(RejectionCode.Underpriced, "a", "b")));
    }

    private static LaneRun Priced()
    {
        var run = new LaneRun().Submit("a").Facts(baseFee: BaseFee);
        Price(run);
        return run;
    }

    private static void Price(LaneRun run, UInt256? dataFee = null)
    {
        run.Accept(new LaneCommand.RecordTerms(run.NewId(), LaneRun.Ref("a"), 21_000, LaneRun.Market(BaseFee)) { DataFee = dataFee });
        run.Admit();
    }

    private static LaneRun Signed() => Priced().Sign("a").Watch().Sent("a");

    /// <summary>A block passes, and the market is the same.</summary>
    private static void Look(LaneRun run)
    {
        run.Pass(LaneLimits.Slot);
        run.Facts(baseFee: BaseFee);
        if (run.IsSending("a")) run.Sent("a");
    }

    private static Bytes32 HashOf(Effect effect) => effect switch
    {
        Effect.TellWatched told => told.TxHash,
        Effect.TellTracker { Command: TrackerCommand.WatchTransaction watch } => watch.TxHash,
        _ => throw new UnreachableException($"{effect} is of no transaction."),
    };
}
