using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Fees;

/// <summary>
/// What lanes bid, and what the benchmark <c>fees</c> measures. Bids low while there is time and high when there is none: what waiting may bring is worth more
/// than what it may cost, as long as a later bid can still be made. A payment has <see cref="Blocks"/> from its first bid, or until its own deadline if that is
/// sooner; from then on, until it is mined, each look bids as for the next block.
/// </summary>
public static class FeeSchedule
{
    /// <summary>k: blocks that a payment has to get in.</summary>
    public const int Blocks = 10;

    /// <summary>The last blocks before the deadline are bid for at any price that the budget pays.</summary>
    public const int LastBlocks = 4;

    /// <summary>Share of the past, in millionths, in which a bid with time left would have been enough.</summary>
    public const int PatientPpm = 750_000;

    /// <summary>What to offer with so many blocks left, the next one among them.</summary>
    public static FeeEstimate Bid(ReadOnlySpan<FeeBlock> history, UInt256 next, int blocksLeft) => blocksLeft <= LastBlocks
        ? FeeEstimator.Urgent(history, next)
        : FeeEstimator.Estimate(history, next, blocksLeft - LastBlocks, PatientPpm);

    /// <summary>All bids of one moment, fewest blocks first: each but the first is for exactly so many blocks left.</summary>
    public static ImmutableArray<FeeBid> Bids(ReadOnlySpan<FeeBlock> history, UInt256 next)
    {
        var bids = ImmutableArray.CreateBuilder<FeeBid>(Blocks - LastBlocks + 1);
        for (var left = LastBlocks; left <= Blocks; left++)
        {
            var bid = Bid(history, next, left);
            bids.Add(new(left, bid.MaxFeePerGas, bid.MaxPriorityFeePerGas) { ConfidencePpm = bid.ConfidencePpm });
        }

        return bids.ToImmutable();
    }

    /// <summary>The bid of a payment whose first one was made at <paramref name="first"/>; the urgent one where its time is over.</summary>
    public static FeeBid Choose(FeeMarket market, Instant first, Instant deadline, Instant now)
    {
        var blockMs = Math.Max(1, market.BlockTime.Ms);
        var left = Math.Min(Blocks - ((now - first).Ms / blockMs), (deadline - now).Ms / blockMs);
        return market.Bids.LastOrDefault(bid => bid.BlocksLeft <= left) ?? market.Bids[0];
    }
}
