using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Fees;

/// <summary>
/// Bids low while there is time and high when there is none: what waiting may bring is worth more than what it may cost, as long as a later bid can still be
/// made. Nodes take a replacement only at 10 % more (geth's price bump), so a bid that is not so much higher is not made.
/// </summary>
public static class FeeSchedule
{
    /// <summary>The last blocks before the deadline are bid for at any price.</summary>
    public const int LastBlocks = 4;

    /// <summary>Share of the past, in millionths, in which a bid with time left would have been enough.</summary>
    public const int PatientPpm = 750_000;

    /// <summary>What to offer with so many blocks left, the next one among them.</summary>
    public static FeeEstimate Bid(ReadOnlySpan<FeeBlock> history, UInt256 next, int blocksLeft) => blocksLeft <= LastBlocks
        ? FeeEstimator.Urgent(history, next)
        : FeeEstimator.Estimate(history, next, blocksLeft - LastBlocks, PatientPpm);
}
