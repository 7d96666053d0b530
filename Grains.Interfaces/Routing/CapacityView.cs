using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>What an account can pay and be paid over its channels of one key, and how capacity is spread in their network. Base units of the network's token.</summary>
/// <param name="Outbound">Free of the account, in the channels that are listed.</param>
/// <param name="Inbound">Free of their peers.</param>
/// <param name="Channels">Its open channels, the largest first, at most <see cref="MostChannels"/>.</param>
/// <param name="Others">How many more there are.</param>
/// <param name="Network">All open channels that are known, of whoever's.</param>
[GenerateSerializer, Immutable, Alias("tpw.capacity")]
public sealed record CapacityView(
    RouterRef Ref, UInt256 Outbound, UInt256 Inbound, ImmutableArray<SideCapacity> Channels, int Others, CapacitySpread Network)
{
    /// <summary>Most channels that are listed.</summary>
    public const int MostChannels = 256;
}

/// <summary>A channel as one side can use it.</summary>
/// <param name="Outbound">Free of this side in whatever state the peer can close with.</param>
/// <param name="Inbound">Free of the peer in the newest state that both signed.</param>
/// <param name="Capacity">All that is in it.</param>
[GenerateSerializer, Immutable, Alias("tpw.side-capacity")]
public sealed record SideCapacity(ChannelRef Side, UInt256 Outbound, UInt256 Inbound, UInt256 Capacity);

/// <summary>How capacities are spread: their number, their sum, and those that a tenth, a half, nine tenths and all of the channels do not exceed.</summary>
[GenerateSerializer, Immutable, Alias("tpw.capacity-spread")]
public sealed record CapacitySpread(int Channels, UInt256 Sum, UInt256 Tenth, UInt256 Median, UInt256 NineTenths, UInt256 Largest);
