using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// What routes of one amount are compared by: the sum over the hops of fee, price of the risk, price of the time locked and price of a hop. Each is
/// taken at the amount that arrives,
/// so that a hop costs the same whatever follows it and the least sum is a shortest path; what a fee adds to the fees before it is left out of the
/// comparison, never out of the route.
/// The unit is the amount's share 2^-40 (at least 2^39 units are the amount).
/// </summary>
public readonly struct RouteCost
{
    /// <summary>A hop that costs more is not used: 65,536 times the amount.</summary>
    public const ulong MostOfHop = 1UL << 56;

    internal const ulong Never = ulong.MaxValue;

    private const int AmountBits = 40;
    private const ulong SecondsOfYear = 31_536_000;

    private readonly int _down;
    private readonly int _up;
    private readonly ulong _amount;
    private readonly ulong _hop;
    private readonly ulong _risk;
    private readonly ulong _time;

    /// <summary>For an amount above zero and below 2^120.</summary>
    public RouteCost(UInt256 amount, RoutePrices prices)
    {
        var narrow = amount.Narrow();
        var length = 128 - (int)UInt128.LeadingZeroCount(narrow);
        _down = Math.Max(length - AmountBits, 0);
        _up = Math.Max(AmountBits - length, 0);
        _amount = (ulong)(narrow >> _down);
        _hop = 1 + Part(prices.HopPpm);
        _risk = Part(prices.RiskPpm);
        _time = Part(prices.TimePpm);
    }

    /// <summary>A hop's price; null for one that costs too much.</summary>
    /// <param name="arc">The hop.</param>
    /// <param name="first">Whether it is the payer's own channel: it asks no fee of itself, and its delta delays nobody.</param>
    /// <param name="improbability">−log2 of the chance, with <see cref="FixedPoint.LogBits"/> bits of fraction.</param>
    public ulong? Of(in ChannelArc arc, bool first, uint improbability) => Sum(arc, first, improbability) is var sum and not Never ? sum : null;

    internal ulong Sum(in ChannelArc arc, bool first, uint improbability)
    {
        var sum = _hop + ((_risk * improbability) >> FixedPoint.LogBits);
        if (!first)
        {
            var fee = Fee(arc);
            if (fee > MostOfHop) return Never;
            sum += fee + (_time * arc.LockDelta / SecondsOfYear);
        }

        return sum > MostOfHop ? Never : sum;
    }

    /// <summary>The fee, never more than the true one.</summary>
    internal ulong Fee(in ChannelArc arc)
    {
        var whole = arc.BaseFee >> _down;
        if (whole > MostOfHop >> _up) return Never;
        return ((ulong)whole + (_amount * arc.FeePpm / HopPolicy.Millionths)) << _up;
    }

    /// <summary>A sum of fees in this unit, rounded up.</summary>
    internal UInt128 Units(UInt128 fees) => (fees >> _down >= UInt128.One << 80) ? UInt128.MaxValue : ((fees >> _down) + 1) << _up;

    /// <summary>So many millionths of the amount.</summary>
    internal ulong Share(uint ppm) => Part(ppm);

    private ulong Part(uint ppm) => (_amount << _up) * Math.Min(ppm, RoutePrices.Most) / HopPolicy.Millionths;
}
