using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>What an attempt showed of one channel's balance.</summary>
public abstract record Observation(ChannelWay Way, UInt256 Amount)
{
    /// <summary>The payer had at least this amount to offer.</summary>
    public sealed record Had(ChannelWay Way, UInt256 Amount) : Observation(Way, Amount);

    /// <summary>The payer had less than this amount.</summary>
    public sealed record Lacked(ChannelWay Way, UInt256 Amount) : Observation(Way, Amount);

    /// <summary>The amount went over to the other party for good.</summary>
    public sealed record Paid(ChannelWay Way, UInt256 Amount) : Observation(Way, Amount);
}
