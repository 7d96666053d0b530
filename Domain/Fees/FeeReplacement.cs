using System.Numerics;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Fees;

/// <summary>
/// How one version of a nonce follows another. Nodes take a replacement only when fee cap and tip both rise by 10 % (geth's price bump), so the last step to
/// the no-op is kept free: spends go to 10/11 of the budget that members voted, which is all that is at stake, and the cap never blocks the unblocker (field
/// notes 3 and 25).
/// </summary>
public static class FeeReplacement
{
    /// <summary>Gas of a transfer without data (Yellow Paper, G_transaction): all that a self-send needs.</summary>
    public const ulong NoOpGas = 21_000;

    /// <summary>The smallest fee that replaces <paramref name="fee"/>: 10 % above, rounded up, and always higher.</summary>
    public static UInt256 Bump(UInt256 fee) => fee + UInt256.Max(UInt256.One, (fee + 9) / 10);

    /// <summary>The most that a replacement of a spend may cost, whatever the time.</summary>
    public static UInt256 SpendCeiling(UInt256 budget) => (UInt256)((BigInteger)budget * 10 / 11);

    /// <summary>Terms that go up to <paramref name="bid"/>; null where it is not so much higher that nodes take it, or the ceiling does not pay for that.</summary>
    public static GasTerms? Follow(GasTerms newest, FeeBid bid, UInt256 ceiling) =>
        bid.MaxFeePerGas < Bump(newest.MaxFeePerGas) ? null : Force(newest, bid, ceiling);

    /// <summary>Terms that replace <paramref name="newest"/> at the bid, or at the least that nodes take if that is more; null if it costs more than the ceiling.</summary>
    public static GasTerms? Force(GasTerms newest, FeeBid? bid, UInt256 ceiling)
    {
        var least = Raised(newest, newest.GasLimit);
        if ((BigInteger)least.MaxFeePerGas * least.GasLimit > ceiling) return null;
        return At(least, bid, UInt256.Min(UInt256.Max(least.MaxFeePerGas, bid?.MaxFeePerGas ?? 0), ceiling / newest.GasLimit));
    }

    /// <summary>
    /// Terms of the no-op that closes a nonce: always able to replace <paramref name="newest"/> (field note 6), above that what is bid but, for what the market
    /// asks beyond, no more than the budget pays (field note 25).
    /// </summary>
    public static GasTerms NoOp(GasTerms newest, FeeBid? bid, UInt256 budget)
    {
        var least = Raised(newest, NoOpGas);
        return At(least, bid, UInt256.Max(least.MaxFeePerGas, UInt256.Min(bid?.MaxFeePerGas ?? 0, budget / NoOpGas)));
    }

    private static GasTerms Raised(GasTerms newest, ulong gasLimit)
    {
        var fee = Bump(newest.MaxFeePerGas);
        return new(gasLimit, fee, UInt256.Min(fee, Bump(newest.MaxPriorityFeePerGas)));
    }

    private static GasTerms At(GasTerms least, FeeBid? bid, UInt256 fee) => least with
    {
        MaxFeePerGas = fee,
        MaxPriorityFeePerGas = UInt256.Min(fee, UInt256.Max(least.MaxPriorityFeePerGas, bid?.MaxPriorityFeePerGas ?? 0)),
    };
}
