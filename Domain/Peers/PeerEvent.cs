using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;

namespace TPWallet.Domain.Peers;

/// <summary>What happened to a peer's standing. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(PolicySet), "peer.policy-set")]
[JsonDerivedType(typeof(DealingsNoted), "peer.dealings-noted")]
[JsonDerivedType(typeof(LevelChanged), "peer.level-changed")]
[JsonDerivedType(typeof(SideAllowed), "peer.side-allowed")]
[JsonDerivedType(typeof(BadForgiven), "peer.bad-forgiven")]
public abstract record PeerEvent
{
    private PeerEvent()
    {
    }

    public sealed record PolicySet(PeerPolicy Policy) : PeerEvent;

    /// <summary>What a side saw of it.</summary>
    public sealed record DealingsNoted(ChannelRef Side, bool IsOpen, ImmutableArray<Dealing> Dealings) : PeerEvent;

    /// <param name="Score">By which it changed, in thousandths of a point.</param>
    public sealed record LevelChanged(PeerLevel Level, long Score) : PeerEvent;

    /// <summary>A side knows what it may hold.</summary>
    public sealed record SideAllowed(ChannelRef Side, PeerAllowance? Allowance) : PeerEvent;

    /// <summary>What was bad counts no more.</summary>
    public sealed record BadForgiven(string Operator, string Because) : PeerEvent;
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
[JsonSerializable(typeof(PeerEvent))]
[JsonSerializable(typeof(PeerState))]
public sealed partial class PeerJson : JsonSerializerContext;
