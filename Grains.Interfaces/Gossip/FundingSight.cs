using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Gossip;

/// <summary>What a channel holds by its contract, in a final block.</summary>
/// <param name="Capacity">What both have in it; base units.</param>
[GenerateSerializer, Immutable, Alias("tpw.funding-sight")]
public sealed record FundingSight(ChannelStage Stage, UInt256 Capacity);
