using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>A channel as the network knows it. All channels of a graph are of one token on one chain.</summary>
/// <param name="Id">The channel's id.</param>
/// <param name="A">The party with the lower address.</param>
/// <param name="B">The other party.</param>
/// <param name="Capacity">Both deposits together, in base units.</param>
/// <param name="FromA">A's policy for what it forwards to B; null until it announced one.</param>
/// <param name="FromB">B's policy for what it forwards to A; null until it announced one.</param>
public sealed record ChannelEdge(Bytes32 Id, Address A, Address B, UInt256 Capacity, HopPolicy? FromA, HopPolicy? FromB)
{
    /// <summary>Whether it can stand in a graph: two parties in their order, a capacity below 2^120, policies within their limits.</summary>
    public bool IsValid => A.CompareTo(B) < 0 && Capacity.Narrow() < NarrowAmount.Ceiling && FromA is not { IsValid: false } && FromB is not { IsValid: false };

    /// <summary>A side's policy.</summary>
    public HopPolicy? PolicyOf(ChannelSide side) => side == ChannelSide.A ? FromA : FromB;

    /// <summary>A side's address.</summary>
    public Address PartyOf(ChannelSide side) => side == ChannelSide.A ? A : B;

    /// <summary>The same with one side's policy replaced.</summary>
    public ChannelEdge With(ChannelSide side, HopPolicy policy) => side == ChannelSide.A ? this with { FromA = policy } : this with { FromB = policy };
}
