using System.Text.Json.Serialization;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>A word that counts.</summary>
/// <param name="From">Who told it first; null: it is of a side here.</param>
/// <param name="Capacity">What both have in the channel; of a side of others by its contract.</param>
public sealed record KnownWord(SignedAnnouncement Word, Name? From, UInt256 Capacity)
{
    /// <summary>What it says.</summary>
    [JsonIgnore]
    public ChannelAnnouncement Content => Word.Content;

    /// <summary>Whose word it is.</summary>
    [JsonIgnore]
    public ChannelRef Side => new(Channels.ChannelDomain.Id(Content.Facts), Content.Side);
}

/// <summary>A side here that others hear of, or heard of.</summary>
/// <param name="Side">What it says of itself.</param>
/// <param name="IsPublic">Others are to hear it.</param>
/// <param name="Wanted">What its key is asked to sign; null: nothing.</param>
/// <param name="Trouble">Why its key did not sign last; null: it did, or was not asked.</param>
/// <param name="TryAfter">It is not asked before.</param>
public sealed record OwnSide(ChannelOpening Opening, AnnouncedSide Side, bool IsPublic, ChannelAnnouncement? Wanted, Rejection? Trouble, Instant? TryAfter);

/// <summary>Sides of one channel that are here.</summary>
public readonly record struct OwnPair(OwnSide? A, OwnSide? B)
{
    /// <summary>A side, or null.</summary>
    public OwnSide? Of(ChannelSide side) => side == ChannelSide.A ? A : B;

    /// <summary>The same with another one of one side.</summary>
    public OwnPair With(ChannelSide side, OwnSide own) => side == ChannelSide.A ? this with { A = own } : this with { B = own };
}

/// <summary>What operators told each other of channels.</summary>
/// <param name="Count">Words ever: the number of the newest.</param>
/// <param name="Epoch">How often something was forgotten.</param>
/// <param name="Words">Each side's newest word, by its number.</param>
/// <param name="Numbers">The numbers of each channel's words.</param>
/// <param name="Own">Sides here, by their channel.</param>
/// <param name="Networks">Those in which this deployment has a side: of others nothing is heard.</param>
/// <param name="Fees">What this deployment asks for; null: each side says it.</param>
public sealed record GossipState(
    long Count, long Epoch, ImmutableSortedDictionary<long, KnownWord> Words, ImmutableSortedDictionary<Bytes32, SideNumbers> Numbers,
    ImmutableSortedDictionary<Bytes32, OwnPair> Own, ImmutableArray<RouterRef> Networks, ForwardFees? Fees)
{
    /// <summary>A side's word, or null.</summary>
    public KnownWord? Find(ChannelRef side) => Words.GetValueOrDefault(Numbers.GetValueOrDefault(side.Channel).Of(side.Us));

    /// <summary>A side here, or null.</summary>
    public OwnSide? OwnOf(ChannelRef side) => Own.GetValueOrDefault(side.Channel).Of(side.Us);
}
