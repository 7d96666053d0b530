using TPWallet.Domain.Fees;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Fees;

public sealed class FeeEstimatorTests
{
    private const ulong Gwei = 1_000_000_000;

    /// <summary>Half way down and half way up a wave.</summary>
    private const int Falling = 940;
    private const int Rising = 900;

    /// <summary>Forty blocks up, forty blocks down, again and again.</summary>
    private static readonly FeeBlock[] _waves = [.. Enumerable.Range(0, 1_000).Select(i => new FeeBlock(Wave(i), 0))];

    [Fact]
    public void Estimate_PriceThatFallsFromHere_WaitsForIt()
    {
        var falling = _waves.AsSpan(0, Falling);
        FeeEstimator.Estimate(falling, Wave(Falling), 10, 900_000).MaxFeePerGas.Should().BeLessThan(Wave(Falling));
        FeeEstimator.Estimate(falling, Wave(Falling), 1, 900_000).MaxFeePerGas.Should().BeGreaterThanOrEqualTo(Wave(Falling), "the next block is all there is");
    }

    [Fact]
    public void Estimate_PriceThatRisesFromHere_PaysWhatTheNextBlockAsks()
    {
        var rising = _waves.AsSpan(0, Rising);
        FeeEstimator.Estimate(rising, Wave(Rising), 10, 900_000).MaxFeePerGas.Should().BeGreaterThanOrEqualTo(Wave(Rising));
    }

    [Fact]
    public void Estimate_MoreConfidence_NeverPaysLess()
    {
        var random = new Random(7);
        FeeBlock[] history = [.. Enumerable.Range(0, 500).Select(_ => new FeeBlock((ulong)random.Next(10, 50) * Gwei, (ulong)random.Next(0, 3) * Gwei))];
        var fees = new[] { 0, 250_000, 500_000, 750_000, 990_000 }.Select(ppm => FeeEstimator.Estimate(history, 30 * Gwei, 5, ppm).MaxFeePerGas).ToArray();
        fees.Should().BeInAscendingOrder();
        fees[^1].Should().BeGreaterThan(fees[0]);
        var deadlines = new[] { 1, 3, 10, 30 }.Select(blocks => FeeEstimator.Estimate(history, 30 * Gwei, blocks, 900_000).MaxFeePerGas).ToArray();
        deadlines.Should().BeInDescendingOrder("more blocks are more chances");
    }

    /// <summary>
    /// The confidence is that of the past: a made-up chain that goes on as it was keeps it. Where the block to come is as cheap as it gets, its price is enough
    /// for certain, and more often than was asked for.
    /// </summary>
    [Theory]
    [InlineData(200_000, 0.15, 0.25)]
    [InlineData(400_000, 0.34, 0.46)]
    [InlineData(800_000, 0.79, 1.00)]
    public void Estimate_ChainThatGoesOnAsItWas_IsEnoughAsOftenAsItSays(int ppm, double least, double most)
    {
        var random = new Random(11);
        var price = 20.0 * Gwei;
        FeeBlock[] blocks = [.. Enumerable.Range(0, 3_000).Select(_ => new FeeBlock((ulong)(price *= Math.Exp(0.05 * (random.NextDouble() - 0.5))), 0))];
        var enough = 0;
        for (var at = 1_024; at < 2_990; at++)
        {
            var offer = FeeEstimator.Estimate(blocks.AsSpan(0, at), blocks[at].BaseFee, 5, ppm).MaxFeePerGas;
            if (Enumerable.Range(at, 5).Any(i => blocks[i].Price <= offer)) enough++;
        }

        (enough / (2_990.0 - 1_024)).Should().BeInRange(least, most);
    }

    [Fact]
    public void Estimate_TooLittlePast_FollowsFromTheRulesAlone()
    {
        var few = _waves.AsSpan(0, 20);
        FeeEstimator.Estimate(few, Gwei, 10, 900_000).Should().Be(FeeEstimator.Urgent(few, Gwei)).And.Match<FeeEstimate>(one => one.ConfidencePpm == 0);
        FeeEstimator.Estimate([], Gwei, 10, 900_000).MaxFeePerGas.Should().BeGreaterThan(2 * Gwei);
    }

    [Fact]
    public void Urgent_OneOutlierAmongTheTips_DoesNotCount()
    {
        FeeBlock[] calm = [.. Enumerable.Repeat(new FeeBlock(Gwei, Gwei), 30)];
        FeeBlock[] odd = [.. calm[..29], new(Gwei, 1_000 * Gwei)];
        FeeEstimator.Urgent(odd, Gwei).Should().Be(FeeEstimator.Urgent(calm, Gwei));
        FeeEstimator.Urgent(calm, Gwei).MaxPriorityFeePerGas.Should().Be(2 * Gwei);
    }

    [Fact]
    public void Bid_LastBlocks_AreBidForAtAnyPrice()
    {
        var falling = _waves.AsSpan(0, Falling);
        FeeSchedule.Bid(falling, Wave(Falling), FeeSchedule.LastBlocks).Should().Be(FeeEstimator.Urgent(falling, Wave(Falling)));
        FeeSchedule.Bid(falling, Wave(Falling), 10).MaxFeePerGas.Should().BeLessThan(Wave(Falling));
    }

    [Fact]
    public void Choose_BlocksPass_GoesThroughTheBidsAndStaysUrgent()
    {
        var market = new FeeMarket(Gwei, Span.Seconds(2), FeeSchedule.Bids(_waves.AsSpan(0, Falling), Wave(Falling)));
        var first = new Instant(1_000_000);
        var chosen = Enumerable.Range(0, 13).Select(block => FeeSchedule.Choose(market, first, first + Span.Hours(1), first + Span.Seconds(2 * block)).BlocksLeft);
        chosen.Should().Equal(10, 9, 8, 7, 6, 5, 4, 4, 4, 4, 4, 4, 4);
    }

    /// <summary>Field note 26: a deadline that is near, past or far away must not spend the budget at once, nor come too late.</summary>
    [Theory]
    [InlineData(3_600, 10)]
    [InlineData(20, 10)]
    [InlineData(13, 6)]
    [InlineData(9, 4)]
    [InlineData(0, 4)]
    [InlineData(-3_600, 4)]
    public void Choose_OwnDeadline_IsSoonerOrCountsNot(int seconds, int blocksLeft)
    {
        var market = new FeeMarket(Gwei, Span.Seconds(2), FeeSchedule.Bids(_waves.AsSpan(0, Falling), Wave(Falling)));
        var now = new Instant(10_000_000);
        FeeSchedule.Choose(market, now, now + Span.Seconds(seconds), now).BlocksLeft.Should().Be(blocksLeft);
    }

    private static ulong Wave(int block) => (ulong)(block % 80 < 40 ? 10 + (block % 80) : 90 - (block % 80)) * Gwei;
}
