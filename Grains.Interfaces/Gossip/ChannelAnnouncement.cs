using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Gossip;

/// <summary>
/// What one side of a channel says of itself to operators that do not know it: BOLT-7's channel_announcement and channel_update in one, as the facts are in the
/// channel's id and the contract shows the rest.
/// </summary>
/// <param name="Facts">The channel's; with <paramref name="Side"/> they say whose word it is.</param>
/// <param name="Second">When it was said: seconds since 1970. Of two words of one side the later one counts.</param>
/// <param name="IsDisabled">The side carries nothing on by it.</param>
/// <param name="Forwards">What it asks for to carry a payment on by it.</param>
/// <param name="Least">Least amount that it carries on; base units.</param>
/// <param name="ShortestLock">Of the channel's terms.</param>
/// <param name="LongestLock">Of the channel's terms.</param>
/// <param name="LockFloor">Of the channel's terms.</param>
/// <param name="OnionKey">Under which this party reads its layers: a compressed point of 33 bytes.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-announcement")]
public sealed record ChannelAnnouncement(
    ChannelFacts Facts, ChannelSide Side, ulong Second, bool IsDisabled, ForwardTerms Forwards, UInt256 Least, ulong ShortestLock, ulong LongestLock, UInt256 LockFloor, HexBytes OnionKey)
{
    /// <summary>Whose word it is: who says it has to hold this key.</summary>
    public Address Party => Facts.PartyOf(Side);

    /// <summary>The network that the channel is of.</summary>
    public RouterRef Network => new(Facts.Chain, Facts.Manager, Facts.Token);
}

/// <summary>A side's word with its channel key's signature: so it does not matter who passes it on.</summary>
[GenerateSerializer, Immutable, Alias("tpw.signed-announcement")]
public sealed record SignedAnnouncement(ChannelAnnouncement Content, HexBytes Signature);
