using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>What a route must do.</summary>
/// <param name="From">Who pays.</param>
/// <param name="To">Who is paid.</param>
/// <param name="Amount">What arrives.</param>
/// <param name="MostFee">Most that all hops together may ask.</param>
/// <param name="FinalDelta">How long the last lock lasts, in seconds.</param>
/// <param name="MostDelta">Most that the first lock, the longest, may last.</param>
/// <param name="MostHops">Most channels.</param>
/// <param name="Prices">What routes are compared by.</param>
public sealed record RouteRequest(Address From, Address To, UInt256 Amount, UInt256 MostFee, uint FinalDelta, uint MostDelta, int MostHops, RoutePrices Prices)
{
    /// <summary>Channels that no route has more of (BOLT-4).</summary>
    public const int HopCeiling = 20;

    /// <summary>
    /// What the payer can offer now in channels of its own, without what is in flight. One that is not named is judged as others' are.
    /// </summary>
    public ImmutableSortedDictionary<Bytes32, UInt256> Own { get; init; } = ImmutableSortedDictionary<Bytes32, UInt256>.Empty;

    /// <summary>Channels of the payer's own that are not liked: what using one costs beside all else, in millionths of the amount. Never so much that it is not used where nothing else goes.</summary>
    public ImmutableSortedDictionary<Bytes32, uint> Disliked { get; init; } = ImmutableSortedDictionary<Bytes32, uint>.Empty;

    /// <summary>What other parts hold of channels that are not the payer's: it comes on top of this amount.</summary>
    public ImmutableSortedDictionary<ChannelWay, UInt256> InFlight { get; init; } = ImmutableSortedDictionary<ChannelWay, UInt256>.Empty;

    /// <summary>Channels not to use in this direction.</summary>
    public ImmutableSortedSet<ChannelWay> Without { get; init; } = [];

    /// <summary>Nodes not to pass through.</summary>
    public ImmutableSortedSet<Address> Avoiding { get; init; } = [];
}
