using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// What was learnt of one channel: party A's balance was from <paramref name="Low"/> to <paramref name="High"/>; B's is the capacity less A's.
/// Between the bounds every balance is as
/// likely as another (Pickhardt and Richter 2021). With time the bounds go back to nothing known: half of the way in each half-life.
/// </summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Capacity">Its capacity at that time.</param>
/// <param name="Low">Least balance of A.</param>
/// <param name="High">Most.</param>
/// <param name="Second">When that was so.</param>
internal sealed record Belief(Bytes32 Channel, UInt128 Capacity, UInt128 Low, UInt128 High, ulong Second)
{
    public static Belief Nothing(Bytes32 channel, UInt128 capacity, ulong second) => new(channel, capacity, 0, capacity, second);

    /// <summary>As it has faded by now, and for the capacity of now.</summary>
    public Belief At(UInt128 capacity, ulong second, uint halfLife)
    {
        var (low, high) = Of(ChannelSide.A, capacity, second, halfLife);
        return new(Channel, capacity, low, high, Math.Max(Second, second));
    }

    /// <summary>The bounds of the payer's balance as they have faded by now: a deposit more may be either party's.</summary>
    public (UInt128 Low, UInt128 High) Of(ChannelSide payer, UInt128 capacity, ulong second, uint halfLife)
    {
        var elapsed = second > Second ? second - Second : 0;
        var most = capacity > Capacity ? High + (capacity - Capacity) : UInt128.Min(High, capacity);
        var high = capacity - FixedPoint.Decay(capacity - most, elapsed, halfLife);
        var low = UInt128.Min(FixedPoint.Decay(Low, elapsed, halfLife), high);
        return payer == ChannelSide.A ? (low, high) : (capacity - high, capacity - low);
    }

    /// <summary>The payer's balance is at least this. What contradicts it is forgotten.</summary>
    public Belief AtLeast(ChannelSide payer, UInt128 amount)
    {
        var (low, high) = Of(payer);
        var least = UInt128.Min(amount, Capacity);
        return With(payer, UInt128.Max(low, least), high < least ? Capacity : high);
    }

    /// <summary>The payer's balance is at most this. What contradicts it is forgotten.</summary>
    public Belief AtMost(ChannelSide payer, UInt128 amount)
    {
        var (low, high) = Of(payer);
        return With(payer, low > amount ? 0 : low, UInt128.Min(high, amount));
    }

    /// <summary>An amount went from the payer to the other party.</summary>
    public Belief Moved(ChannelSide payer, UInt128 amount)
    {
        var (low, high) = AtLeast(payer, amount).Of(payer);
        var moved = UInt128.Min(amount, Capacity);
        return With(payer, low - moved, high - moved);
    }

    private (UInt128 Low, UInt128 High) Of(ChannelSide payer) => payer == ChannelSide.A ? (Low, High) : (Capacity - High, Capacity - Low);

    private Belief With(ChannelSide payer, UInt128 low, UInt128 high) =>
        payer == ChannelSide.A ? this with { Low = low, High = high } : this with { Low = Capacity - high, High = Capacity - low };
}
