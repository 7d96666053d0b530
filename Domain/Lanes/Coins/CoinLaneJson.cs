using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>The stored form of a coin lane's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(CoinLaneEvent))]
[JsonSerializable(typeof(CoinLaneState))]
[JsonSerializable(typeof(LegProgress.Signed), TypeInfoPropertyName = "LegProgressSigned")]
[JsonSerializable(typeof(LegProgress.Mined), TypeInfoPropertyName = "LegProgressMined")]
[JsonSerializable(typeof(LegProgress.Final), TypeInfoPropertyName = "LegProgressFinal")]
[JsonSerializable(typeof(LegProgress.Refused), TypeInfoPropertyName = "LegProgressRefused")]
[JsonSerializable(typeof(BroadcastOutcome.Refused), TypeInfoPropertyName = "BroadcastRefused")]
public sealed partial class CoinLaneJson : JsonSerializerContext;
