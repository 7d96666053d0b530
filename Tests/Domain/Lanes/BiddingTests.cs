using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
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

    [Fact]
    public void Look_BidLessThanTenPercentHigher_KeepsTheVersion() // nodes refuse such a replacement
    {
        var run = Signed();
        run.Pass(LaneLimits.BidEvery);
        run.Facts(baseFee: BaseFee * 84 / 105);
        run.IsRequested("a").Should().BeFalse();
    }

    [Fact]
    public void Look_MarketAboveTheBudget_StopsAtTheCeiling() // field notes 25 and 26
    {
        var run = Signed();
        run.Pass(LaneLimits.BidEvery);
        run.Facts(baseFee: 1_000_000);
        var terms = run.Requested("a").Request.Terms;
        terms.WorstFee.Should().BeLessThanOrEqualTo(FeeReplacement.SpendCeiling(LaneRun.Budget));
        (terms.WorstFee + 21_000).Should().BeGreaterThan(FeeReplacement.SpendCeiling(LaneRun.Budget));
        run.Sign("a").Watch().Sent("a");
        run.Pass(LaneLimits.BidEvery);
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

        var patience = LaneLimits.BidFor.Ms / 1000;
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

    private static void Price(LaneRun run)
    {
        run.Accept(new LaneCommand.RecordTerms(run.NewId(), LaneRun.Ref("a"), 21_000, LaneRun.Market(BaseFee)));
        run.Admit();
    }

    private static LaneRun Signed() => Priced().Sign("a").Watch().Sent("a");

    /// <summary>A block passes, and the market is the same.</summary>
    private static void Look(LaneRun run)
    {
        run.Pass(LaneLimits.BidEvery);
        run.Facts(baseFee: BaseFee);
        if (run.IsSending("a")) run.Sent("a");
    }
}
