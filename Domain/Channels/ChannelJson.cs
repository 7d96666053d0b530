using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Channels;

/// <summary>The stored form of a channel's events and snapshots, and the bytes of its messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(ChannelEvent))]
[JsonSerializable(typeof(ChannelState))]
[JsonSerializable(typeof(ChannelMessage))]
public sealed partial class ChannelJson : JsonSerializerContext;
