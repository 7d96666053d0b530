using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>What happened to what operators tell each other. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(NetworkNoted), "gossip.network-noted")]
[JsonDerivedType(typeof(SideNoted), "gossip.side-noted")]
[JsonDerivedType(typeof(FeesSet), "gossip.fees-set")]
[JsonDerivedType(typeof(WordWanted), "gossip.word-wanted")]
[JsonDerivedType(typeof(WordRefused), "gossip.word-refused")]
[JsonDerivedType(typeof(WordKept), "gossip.word-kept")]
[JsonDerivedType(typeof(SidesForgotten), "gossip.sides-forgotten")]
public abstract record GossipEvent
{
    private GossipEvent()
    {
    }

    /// <summary>This deployment has a side in it.</summary>
    public sealed record NetworkNoted(RouterRef Network) : GossipEvent;

    /// <summary>A side here that others hear of has opened, changed or closed, or they are to hear of it no more.</summary>
    public sealed record SideNoted(ChannelOpening Opening, AnnouncedSide Side, bool IsPublic) : GossipEvent;

    public sealed record FeesSet(ForwardFees Fees) : GossipEvent;

    /// <summary>The key of a side here is asked to sign it.</summary>
    public sealed record WordWanted(ChannelRef Side, ChannelAnnouncement Content) : GossipEvent;

    /// <summary>It did not.</summary>
    public sealed record WordRefused(ChannelRef Side, Rejection Reason) : GossipEvent;

    /// <summary>The newest word of a side.</summary>
    /// <param name="From">Who told it; null: it is of a side here.</param>
    /// <param name="Capacity">What both have in the channel, by its contract.</param>
    public sealed record WordKept(SignedAnnouncement Word, Name? From, UInt256 Capacity) : GossipEvent;

    /// <summary>Nothing was heard of them for too long, or the contract shows that they are closed.</summary>
    public sealed record SidesForgotten(ImmutableArray<ChannelRef> Sides) : GossipEvent;
}

/// <summary>The stored form of these events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(GossipEvent))]
[JsonSerializable(typeof(GossipState))]
public sealed partial class GossipJson : JsonSerializerContext;
