using System.Numerics;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>
/// Sizes and fees of a lane's transactions, whose inputs and change are P2WPKH (BIP-141, BIP-143), so that they are exact up to the length of a signature.
/// All versions of a leg spend the same coins, worth the payment and the whole fee budget: a replacement only takes from the change, and the budget always
/// has room for the no-op (field note 3).
/// </summary>
public static class CoinFees
{
    /// <summary>The least value of a P2WPKH output that nodes relay (Bitcoin Core, GetDustThreshold).</summary>
    public const long DustSat = 294;

    /// <summary>The least fee budget of a leg: room for one small payment at the least rate, its change and its no-op.</summary>
    public const long LeastBudgetSat = 1_000;

    /// <summary>All satoshis that can ever be.</summary>
    public const long MaxMoneySat = 21_000_000L * 100_000_000L;

    /// <summary>Most coins that one transaction spends.</summary>
    public const int MaxInputs = 100;

    /// <summary>What a replacement adds for its own size at least, whatever a node says (BIP-125, rule 4).</summary>
    public const long LeastIncrementSatPerKvb = 1_000;

    private const int Kilo = 1_000;

    /// <summary>Bytes of a P2WPKH output.</summary>
    private const int OutputBytes = 31;

    /// <summary>The virtual bytes of a signed transaction at most, whose outputs are all P2WPKH.</summary>
    public static int VirtualBytes(int inputs, int outputs) => Size(inputs, OutputBytes * outputs);

    /// <summary>The virtual bytes of a signed transaction at most that pays these and gives the rest back.</summary>
    public static int VirtualBytes(int inputs, ImmutableArray<CoinPayee> payees) => Size(inputs, OutputBytes + payees.Sum(static payee => payee.Bytes));

    /// <summary>By BIP-141: witnesses of 108 bytes, signatures of 72. Inputs and outputs are fewer than 253, so one byte counts each.</summary>
    private static int Size(int inputs, int outputBytes)
    {
        const int scale = 4, frame = 8 + 1 + 1, input = 41, marker = 2, witness = 108;
        return ((scale * (frame + (input * inputs) + outputBytes)) + marker + (witness * inputs) + scale - 1) / scale;
    }

    /// <summary>The fee of so many virtual bytes, rounded up.</summary>
    public static long Fee(long rateSatPerKvb, long virtualBytes) => checked((rateSatPerKvb * virtualBytes) + Kilo - 1) / Kilo;

    /// <summary>The most that a spend of so many coins may cost: what is left of the budget closes the leg, and is no dust.</summary>
    /// <param name="closing">Outputs of what closes it.</param>
    public static long SpendCeiling(UInt256 budget, int inputs, long incrementSatPerKvb, int closing = 1) =>
        (long)(BigInteger)budget - Math.Max(DustSat, Step(incrementSatPerKvb, VirtualBytes(inputs, closing)));

    /// <summary>
    /// What a spend may cost at <paramref name="now"/>: from the first version's fee straight to the ceiling at the deadline, so that a node's estimate never
    /// spends the budget at once, nor does a deadline in the past or far away (field note 26).
    /// </summary>
    public static long Allowance(long first, long ceiling, Instant start, Instant deadline, Instant now)
    {
        if (ceiling <= first || now <= start) return first;
        if (now >= deadline) return ceiling;
        return first + (long)((BigInteger)(ceiling - first) * (now - start).Ms / (deadline - start).Ms);
    }

    /// <summary>What a replacement of so many virtual bytes pays beyond what it replaces (BIP-125, rules 3 and 4).</summary>
    public static long Step(long incrementSatPerKvb, int virtualBytes) => Fee(Math.Max(incrementSatPerKvb, LeastIncrementSatPerKvb), virtualBytes);

    /// <summary>
    /// What a first version pays: the market's rate for itself, and for its ancestors that are not mined, where they pay less (child pays for parent).
    /// </summary>
    public static long First(long rateSatPerKvb, int virtualBytes, long ancestorsFeeSat, long ancestorsVirtualBytes) => Math.Max(
        Fee(rateSatPerKvb, virtualBytes), ancestorsVirtualBytes == 0 ? 0 : Fee(rateSatPerKvb, ancestorsVirtualBytes + virtualBytes) - ancestorsFeeSat);

    /// <summary>Pays a leg and gives the rest back. The coins cover payments and budget, so the change is never dust.</summary>
    public static CoinSpend Spend(ImmutableArray<CoinInput> inputs, ImmutableArray<CoinPayee> payees, long feeSat)
    {
        var paySat = (long)CoinLegs.PaidSat(payees);
        var changeSat = inputs.Sum(static input => input.ValueSat) - paySat - feeSat;
        return new(inputs, paySat, changeSat, feeSat, VirtualBytes(inputs.Length, payees)) { MorePayees = payees.Length - 1 };
    }

    /// <summary>Gives all back.</summary>
    /// <param name="keptSat">What comes back in an output of its own: a deposit that was not given back after all.</param>
    public static CoinSpend NoOp(ImmutableArray<CoinInput> inputs, long feeSat, long keptSat = 0) =>
        new(inputs, 0, inputs.Sum(static input => input.ValueSat) - keptSat - feeSat, feeSat, VirtualBytes(inputs.Length, keptSat == 0 ? 1 : 2)) { KeptSat = keptSat };

    /// <summary>Whether a version pays less than the market.</summary>
    public static bool IsBelow(CoinSpend spend, long rateSatPerKvb) => (BigInteger)spend.FeeSat * Kilo < (BigInteger)rateSatPerKvb * spend.VirtualBytes;
}
