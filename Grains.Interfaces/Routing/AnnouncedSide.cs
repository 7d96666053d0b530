using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>What one side of a channel says of itself to whoever looks for a way.</summary>
/// <param name="Account">Whose side it is.</param>
/// <param name="Key">The account's channel key, which is the party of this side.</param>
/// <param name="A">The party with the lower address.</param>
/// <param name="B">The other party.</param>
/// <param name="IsOpen">It takes and makes locks.</param>
/// <param name="Capacity">What both have in it; base units.</param>
/// <param name="Forwards">What it asks for to carry a payment on by this channel.</param>
/// <param name="ShortestLock">Of the channel's terms.</param>
/// <param name="LongestLock">Of the channel's terms.</param>
/// <param name="LockFloor">Of the channel's terms.</param>
/// <param name="OnionKey">Under which this party reads its layers: a compressed point of 33 bytes.</param>
[GenerateSerializer, Immutable, Alias("tpw.announced-side")]
public sealed record AnnouncedSide(
    ChannelRef Side, AccountId Account, Name Key, Address A, Address B, bool IsOpen, UInt256 Capacity, ForwardTerms Forwards, ulong ShortestLock, ulong LongestLock, UInt256 LockFloor,
    HexBytes OnionKey)
{
    /// <summary>The party of this side.</summary>
    public Address Party => Side.Us == ChannelSide.A ? A : B;
}

/// <summary>What a party asks for to carry a payment on by its channel (BOLT-7, channel_update).</summary>
/// <param name="BaseFee">For each lock; base units.</param>
/// <param name="FeePpm">Millionths of the amount that goes on.</param>
/// <param name="LockDelta">By how many seconds the incoming lock must outlive the outgoing one.</param>
/// <param name="Most">Most in one lock; base units.</param>
[GenerateSerializer, Immutable, Alias("tpw.forward-terms")]
public sealed record ForwardTerms(UInt256 BaseFee, uint FeePpm, uint LockDelta, UInt256 Most);
