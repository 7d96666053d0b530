using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What one side begins a channel with.</summary>
/// <param name="Account">Whose side it is.</param>
/// <param name="Key">The account's channel key, which is the party of this side.</param>
/// <param name="Facts">The channel's; their id is in the grain's key.</param>
/// <param name="Peer">The operator at whom the other side is, by its name in this deployment's configuration; null: it is here.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-opening")]
public sealed record ChannelOpening(AccountId Account, Name Key, ChannelFacts Facts, ChannelTerms Terms, Name? Peer);
