using System.Numerics;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Fees;

/// <summary>
/// What would have been enough: for every past moment it is known how low the price fell within the blocks that followed it. Of the moments that look most like
/// this one, the estimate takes the fee that would have got into a block in as many of them as the confidence asks for. It learns nothing and assumes no shape
/// of demand; a burst that never happened before is what the schedule's last bids are for.
/// </summary>
public static class FeeEstimator
{
    /// <summary>Most blocks that are looked at (eth_feeHistory gives no more).</summary>
    public const int MaxHistory = 1_024;

    public const int Million = 1_000_000;

    /// <summary>Moments that count, of all that are known: those most alike.</summary>
    private const int Alike = 128;

    /// <summary>Fewer say nothing.</summary>
    private const int FewestSamples = 32;

    /// <summary>Blocks over which it is seen where the base fee is going. Full blocks raise it by 1/8 each.</summary>
    private const int TrendBlocks = 8;

    /// <summary>Blocks whose tips are what a tip costs now.</summary>
    private const int TipBlocks = 20;

    /// <summary>Lowest tip offered, wei per gas: a tip of zero is refused by many nodes' pools.</summary>
    public static UInt256 LeastTip { get; } = 1_000_000;

    /// <summary>The fee that gets in within so many blocks, with this confidence.</summary>
    /// <param name="history">Oldest first, without gaps.</param>
    /// <param name="next">Base fee of the block to come.</param>
    /// <param name="blocks">At least 1.</param>
    /// <param name="confidencePpm">Millionths, below a million.</param>
    public static FeeEstimate Estimate(ReadOnlySpan<FeeBlock> history, UInt256 next, int blocks, int confidencePpm)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidencePpm, Million);
        if (history.Length > MaxHistory) history = history[^MaxHistory..];
        var samples = history.Length - TrendBlocks - blocks;
        if (samples < FewestSamples || next.IsZero) return Urgent(history, next);
        var trend = Ratio(next, history[^TrendBlocks].BaseFee);
        var moments = new (long Distance, int Age, long Enough)[samples];
        for (var i = 0; i < samples; i++)
        {
            // The block at first is the one that was to come then.
            var first = TrendBlocks + i;
            var then = history[first].BaseFee;
            var lowest = history[first].Price;
            for (var j = 1; j < blocks; j++) lowest = UInt256.Min(lowest, history[first + j].Price);
            moments[i] = (Math.Abs(Ratio(then, history[first - TrendBlocks].BaseFee) - trend), samples - i, Ratio(lowest, then));
        }

        // The newest of those that are equally alike.
        Array.Sort(moments);
        var alike = Math.Min(Alike, samples);
        var enough = new long[alike];
        for (var i = 0; i < alike; i++) enough[i] = moments[i].Enough;
        Array.Sort(enough);
        var ratio = enough[(int)((long)(alike - 1) * confidencePpm / Million)];
        var fee = UInt256.Max(LeastTip, (UInt256)((BigInteger)next * ratio / Million) + UInt256.One);
        return new(fee, UInt256.Min(fee, Tip(history, Million / 2)), confidencePpm, alike);
    }

    /// <summary>The fee that gets into the next block, if any does: twice the base fee lasts for six full blocks in a row.</summary>
    public static FeeEstimate Urgent(ReadOnlySpan<FeeBlock> history, UInt256 next)
    {
        var tip = Tip(history, 900_000) * 2;
        return new(next + next + tip, tip, 0, 0);
    }

    /// <summary>The tip that was enough in such a share of the last blocks.</summary>
    private static UInt256 Tip(ReadOnlySpan<FeeBlock> history, int sharePpm)
    {
        var last = history.Length > TipBlocks ? history[^TipBlocks..] : history;
        if (last.IsEmpty) return LeastTip;
        var tips = new UInt256[last.Length];
        for (var i = 0; i < tips.Length; i++) tips[i] = last[i].Tip;
        Array.Sort(tips);
        return UInt256.Max(LeastTip, tips[(int)((long)(tips.Length - 1) * sharePpm / Million)]);
    }

    /// <summary>Millionths; a base fee of zero is taken as one.</summary>
    private static long Ratio(UInt256 of, UInt256 to) =>
        (long)BigInteger.Min(long.MaxValue / 2, (BigInteger)of * Million / (BigInteger)UInt256.Max(UInt256.One, to));
}
