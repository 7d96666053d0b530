using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>An amount of each party, in base units of the channel's token.</summary>
[GenerateSerializer, Immutable, Alias("tpw.channel-pair")]
public readonly record struct SidePair(UInt256 A, UInt256 B)
{
    /// <summary>Checked.</summary>
    public UInt256 Sum => A + B;

    /// <summary>One party's.</summary>
    public UInt256 Of(ChannelSide side) => side == ChannelSide.A ? A : B;

    /// <summary>The same with one party's replaced.</summary>
    public SidePair With(ChannelSide side, UInt256 amount) => side == ChannelSide.A ? new(amount, B) : new(A, amount);

    /// <summary>The same with one party's raised. Checked.</summary>
    public SidePair Plus(ChannelSide side, UInt256 amount) => With(side, Of(side) + amount);

    /// <summary>The same with one party's lowered. Checked.</summary>
    public SidePair Minus(ChannelSide side, UInt256 amount) => With(side, Of(side) - amount);
}
