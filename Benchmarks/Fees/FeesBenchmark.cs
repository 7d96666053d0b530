using System.Globalization;
using System.Numerics;
using TPWallet.Domain.Fees;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Fees;

/// <summary>
/// Payments into a replayed market with bursts, one at each block, each with <see cref="Deadline"/> blocks to get in: what was paid beside the cheapest of those
/// blocks, how many did not get in, and both beside geth's oracle. TPW_FEE_SEED chooses other blocks.
/// </summary>
public sealed class FeesBenchmark : IBenchmark
{
    /// <summary>k: blocks that a payment has.</summary>
    private const int Deadline = FeeSchedule.Blocks;

    /// <summary>A transfer's. It says nothing here: fees are compared per gas.</summary>
    private const ulong Gas = 21_000;

    private static readonly Span _block = Span.Seconds(12);

    private const int Blocks = 4_000;
    private const int Markets = 3;
    private const int DefaultSeed = 2026;

    public string Name => "fees";

    public Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TPW_FEE_SEED"), CultureInfo.InvariantCulture, out var given) ? given : DefaultSeed;
        progress.Report($"seed {seed}, {Markets} markets of {Blocks} blocks, k = {Deadline}");
        List<Outcome> ours = [], geth = [];
        for (var i = 0; i < Markets; i++)
        {
            var market = new FeeMarket(seed + i);
            var (blocks, nexts) = (new List<MarketBlock>(), new List<ulong>());
            for (var j = 0; j < FeeEstimator.MaxHistory + Blocks; j++)
            {
                nexts.Add(market.NextBaseFee);
                blocks.Add(market.Next());
            }

            FeeBlock[] charged = [.. blocks.Select(block => block.Charged)];
            FeeBlock[] told = [.. blocks.Select(block => new FeeBlock(block.Charged.BaseFee, block.Told))];
            var bids = new ImmutableArray<FeeBid>[blocks.Count];
            for (var at = FeeEstimator.MaxHistory; at + Deadline <= blocks.Count; at++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ours.Add(Ours(charged, told, nexts, bids, at));
                geth.Add(Geth(blocks, charged, nexts, at));
            }

            progress.Report(string.Create(CultureInfo.InvariantCulture, $"market {i + 1} of {Markets}: ours {Told(ours)}; geth {Told(geth)}"));
        }

        var (mine, theirs) = (ours.Average(OverBest), geth.Average(OverBest));
        return Task.FromResult<IReadOnlyList<BenchRow>>(
        [
            new("fees.paid_vs_best", Median(ours), 1, 1.15, "ratio", LowerIsBetter: true, $"the cheapest of the next {Deadline} blocks, median"),
            new("fees.misses", Misses(ours), 1, 0.03, "share", LowerIsBetter: true, $"not in within {Deadline} blocks"),
            new("fees.vs_geth", mine, theirs, 1, "ratio", LowerIsBetter: true, $"geth's oracle, mean over the cheapest; it misses {Misses(geth):P2}, we {Misses(ours):P2}"),
        ]);
    }

    private const double Gwei = 1e9;

    private static double OverBest(Outcome one) => one.Paid / one.Best;

    private static double Misses(List<Outcome> all) => all.Count(one => one.Missed) / (double)all.Count;

    private static double Median(List<Outcome> all) => all.Select(OverBest).Order().ElementAt(all.Count / 2);

    private static string Told(List<Outcome> all) => string.Create(CultureInfo.InvariantCulture,
        $"{all.Average(one => one.Paid) / Gwei:F2} gwei, median {Median(all):F3} and mean {all.Average(OverBest):F3} of the cheapest, {Misses(all):P2} missed, {all.Average(one => one.Versions):F2} versions each");

    private static Outcome Ours(FeeBlock[] charged, FeeBlock[] told, List<ulong> nexts, ImmutableArray<FeeBid>[] bids, int at)
    {
        GasTerms? terms = null;
        var versions = 0;
        for (var i = 0; i < Deadline; i++)
        {
            // As a lane does: its first version is the bid, and the others follow where the bid is so much higher that nodes take it.
            if (bids[at + i].IsDefault) bids[at + i] = FeeSchedule.Bids(told.AsSpan(0, at + i), nexts[at + i]);
            var bid = FeeSchedule.Choose(new(nexts[at + i], _block, bids[at + i]), default, default(Instant) + Of(Deadline), default(Instant) + Of(i));
            var next = terms is null ? new(Gas, bid.MaxFeePerGas, bid.MaxPriorityFeePerGas) : FeeReplacement.Follow(terms, bid, UInt256.MaxValue);
            if (next is not null) (terms, versions) = (next, versions + 1);
            if (Paid(charged[at + i], terms!.MaxFeePerGas, terms.MaxPriorityFeePerGas) is { } paid) return new(paid, Best(charged, at), false, versions);
        }

        return new((double)(BigInteger)terms!.MaxFeePerGas, Best(charged, at), true, versions);
    }

    private static Span Of(int blocks) => new(_block.Ms * blocks);

    private static Outcome Geth(List<MarketBlock> blocks, FeeBlock[] charged, List<ulong> nexts, int at)
    {
        var (fee, tip) = GethOracle.Suggest(blocks.GetRange(at - 20, 20), nexts[at], 0);
        for (var i = 0; i < Deadline; i++)
            if (Paid(charged[at + i], fee, tip) is { } paid) return new(paid, Best(charged, at), false, 1);
        return new(fee, Best(charged, at), true, 1);
    }

    /// <summary>What the block takes of an offer, or null where it does not take it.</summary>
    private static double? Paid(FeeBlock block, UInt256 fee, UInt256 tip)
    {
        if (fee < block.BaseFee) return null;
        var effective = UInt256.Min(tip, fee - block.BaseFee);
        return effective >= block.Tip ? (double)(BigInteger)(block.BaseFee + effective) : null;
    }

    private static double Best(FeeBlock[] charged, int at) => (double)(BigInteger)charged.AsSpan(at, Deadline).ToArray().Min(block => block.Price);

    /// <param name="Paid">Wei per gas; of one that missed, what it had offered last.</param>
    private sealed record Outcome(double Paid, double Best, bool Missed, int Versions);
}
