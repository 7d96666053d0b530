using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Gossip;

/// <summary>Words in the order in which they came to be known somewhere.</summary>
/// <param name="Entries">At most <see cref="Most"/>.</param>
/// <param name="Last">The number to ask after next.</param>
/// <param name="IsWhole">None is later.</param>
[GenerateSerializer, Immutable, Alias("tpw.gossip-page")]
public sealed record GossipPage(ImmutableArray<GossipEntry> Entries, long Last, bool IsWhole)
{
    /// <summary>Most words of a page: far less than an answer may be long.</summary>
    public const int Most = 32;
}

/// <param name="Number">Of its teller.</param>
[GenerateSerializer, Immutable, Alias("tpw.gossip-entry")]
public sealed record GossipEntry(long Number, SignedAnnouncement Word);

/// <summary>Sides of channels of one network of which other operators told.</summary>
/// <param name="Last">The number of the last of them.</param>
/// <param name="Epoch">Another one than before: something was forgotten, and all is to be read anew.</param>
/// <param name="IsWhole">None is later.</param>
/// <param name="IsKnown">Channels of this network are asked for.</param>
[GenerateSerializer, Immutable, Alias("tpw.heard-page")]
public sealed record HeardPage(ImmutableArray<HeardSide> Sides, long Last, long Epoch, bool IsWhole, bool IsKnown)
{
    /// <summary>Most sides of a page.</summary>
    public const int Most = 1_000;
}

/// <param name="Capacity">What both have in the channel, by its contract.</param>
[GenerateSerializer, Immutable, Alias("tpw.heard-side")]
public sealed record HeardSide(ChannelAnnouncement Content, UInt256 Capacity);
