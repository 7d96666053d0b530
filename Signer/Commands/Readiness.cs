using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Commands;

/// <summary>The line by which whoever started the process learns that it listens, and where.</summary>
internal sealed record Readiness(string Ready, HexBytes Identity);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Readiness))]
internal sealed partial class ReadinessJson : JsonSerializerContext;
