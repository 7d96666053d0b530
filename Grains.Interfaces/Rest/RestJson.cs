using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Rest;

/// <summary>The JSON form of what only REST has. Problems may gain fields: an older client skips them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ApiKeyRing))]
public sealed partial class RestJson : JsonSerializerContext;
