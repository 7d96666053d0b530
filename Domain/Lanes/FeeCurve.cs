using System.Numerics;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>
/// Fees of the versions of one nonce. Nodes take a replacement only when fee cap and tip both rise by 10 % (geth's price bump), so the last step to
/// the no-op is kept free: spends go to 10/11 of the budget, and the cap never blocks the unblocker (field note 3).
/// </summary>
public static class FeeCurve
{
    /// <summary>Gas of a transfer without data (Yellow Paper, G_transaction): all that a self-send needs.</summary>
    public const ulong NoOpGas = 21_000;

    /// <summary>The smallest fee that replaces <paramref name="fee"/>: 10 % above, rounded up, and always higher.</summary>
    public static UInt256 Bump(UInt256 fee) => fee + UInt256.Max(UInt256.One, (fee + 9) / 10);

    /// <summary>The most that a replacement of a spend may cost, whatever the time.</summary>
    public static UInt256 SpendCeiling(UInt256 budget) => (UInt256)((BigInteger)budget * 10 / 11);

    /// <summary>
    /// What a spend may cost at <paramref name="now"/>: from the first version's worst fee straight to the ceiling at the deadline, so that
    /// a deadline in the past or far away never spends the budget at once (field note 26).
    /// </summary>
    public static UInt256 Allowance(UInt256 first, UInt256 ceiling, Instant start, Instant deadline, Instant now)
    {
        if (ceiling <= first) return first;
        if (now <= start) return first;
        if (now >= deadline) return ceiling;
        var step = (BigInteger)(ceiling - first) * (now - start).Ms / (deadline - start).Ms;
        return first + (UInt256)step;
    }

    /// <summary>Terms that replace <paramref name="newest"/> at the market's fees; null if that costs more than <paramref name="allowed"/>.</summary>
    public static GasTerms? Replacement(GasTerms newest, LaneFacts? market, UInt256 allowed)
    {
        var least = Raised(newest, newest.GasLimit);
        if ((BigInteger)least.MaxFeePerGas * least.GasLimit > allowed) return null;
        var fee = UInt256.Min(UInt256.Max(least.MaxFeePerGas, MarketFee(market)), allowed / newest.GasLimit);
        var tip = UInt256.Min(fee, UInt256.Max(least.MaxPriorityFeePerGas, market?.PriorityFeePerGas ?? 0));
        return least with { MaxFeePerGas = fee, MaxPriorityFeePerGas = tip };
    }

    /// <summary>
    /// Terms of the no-op that closes a nonce: always able to replace <paramref name="newest"/> (field note 6), above that the market's fee but, for
    /// what the market asks beyond, no more than the budget pays (field note 25).
    /// </summary>
    public static GasTerms NoOp(GasTerms newest, LaneFacts? market, UInt256 budget)
    {
        var least = Raised(newest, NoOpGas);
        var fee = UInt256.Max(least.MaxFeePerGas, UInt256.Min(MarketFee(market), budget / NoOpGas));
        var tip = UInt256.Min(fee, UInt256.Max(least.MaxPriorityFeePerGas, market?.PriorityFeePerGas ?? 0));
        return least with { MaxFeePerGas = fee, MaxPriorityFeePerGas = tip };
    }

    /// <summary>Whether a version can be in the next block at all: its fee cap covers the base fee (EIP-1559).</summary>
    public static bool Covers(GasTerms terms, LaneFacts market) => terms.MaxFeePerGas >= market.BaseFeePerGas;

    private static GasTerms Raised(GasTerms newest, ulong gasLimit)
    {
        var fee = Bump(newest.MaxFeePerGas);
        return new(gasLimit, fee, UInt256.Min(fee, Bump(newest.MaxPriorityFeePerGas)));
    }

    // Twice the base fee lasts for six full blocks in a row (each raises it by at most 1/8).
    private static UInt256 MarketFee(LaneFacts? market) =>
        market is null ? UInt256.Zero : market.BaseFeePerGas + market.BaseFeePerGas + market.PriorityFeePerGas;
}
