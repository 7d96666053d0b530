using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Domain.CoinChannels;

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
[JsonSerializable(typeof(CoinEvent))]
[JsonSerializable(typeof(CoinState))]
[JsonSerializable(typeof(CoinMessage))]
[JsonSerializable(typeof(CoinSight))]
public sealed partial class CoinJson : JsonSerializerContext;
