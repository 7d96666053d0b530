using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>A channel's constant facts, hashed into its id (Contracts/channels, ChannelHashes.id).</summary>
/// <param name="Chain">An EVM chain.</param>
/// <param name="Manager">The contract that holds the funds.</param>
/// <param name="A">Party A's channel key as an address; lower than B's.</param>
/// <param name="B">Party B's channel key as an address.</param>
/// <param name="Token">The ERC-20 token.</param>
/// <param name="Counter">The contract's open counter, from 1.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-facts")]
public sealed record ChannelFacts(ChainId Chain, Address Manager, Address A, Address B, Address Token, ulong Counter)
{
    /// <summary>A party's key.</summary>
    public Address PartyOf(ChannelSide side) => side == ChannelSide.A ? A : B;
}
