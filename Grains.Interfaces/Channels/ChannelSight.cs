using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>A channel as the contract holds it at a final block.</summary>
/// <param name="Block">The block.</param>
/// <param name="Second">Its time, the contract's clock: seconds since 1970.</param>
/// <param name="Deposited">All that each has deposited, ever.</param>
/// <param name="Withdrawn">All that each has withdrawn, ever.</param>
/// <param name="Nonce">Of the state that is closing or settled.</param>
/// <param name="ClosesAt">From this second on the closing state can be settled; 0 while open and once settled.</param>
/// <param name="LockFloor">The token's lock floor.</param>
/// <param name="TrimCap">The token's trim cap.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-sight")]
public sealed record ChannelSight(
    BlockRef Block, ulong Second, SidePair Deposited, SidePair Withdrawn, ulong Nonce, ulong ClosesAt, UInt256 LockFloor, UInt256 TrimCap);
