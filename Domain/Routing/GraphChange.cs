using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>One change of a <see cref="ChannelGraph"/>. What is not valid, or names a channel that is not there, changes nothing.</summary>
public abstract record GraphChange
{
    private GraphChange()
    {
    }

    /// <summary>A channel was announced, or its capacity or policies are other ones. Its parties never change: then it changes nothing.</summary>
    public sealed record Announce(ChannelEdge Edge) : GraphChange;

    /// <summary>A party has another policy.</summary>
    public sealed record Update(ChannelWay Way, HopPolicy Policy) : GraphChange;

    /// <summary>The channel is gone.</summary>
    public sealed record Close(Bytes32 Channel) : GraphChange;
}
