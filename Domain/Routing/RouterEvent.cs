using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Routing;

namespace TPWallet.Domain.Routing;

/// <summary>What happened to a network of channels. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(SideAnnounced), "router.side-announced")]
public abstract record RouterEvent
{
    private RouterEvent()
    {
    }

    /// <summary>A side of a channel has opened, changed or closed.</summary>
    public sealed record SideAnnounced(AnnouncedSide Side) : RouterEvent;
}

/// <summary>The stored form of a network's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(RouterEvent))]
[JsonSerializable(typeof(RouterState))]
public sealed partial class RouterJson : JsonSerializerContext;
