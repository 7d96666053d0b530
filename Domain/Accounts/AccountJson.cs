using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Domain.Ledger;

namespace TPWallet.Domain.Accounts;

/// <summary>How account and revenue events and states are stored: the rules of ContractJson. Stored names are contracts: append only.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(AccountEvent))]
[JsonSerializable(typeof(AccountState))]
[JsonSerializable(typeof(RevenueEvent))]
[JsonSerializable(typeof(RevenueState))]
[JsonSerializable(typeof(AccountEvent.Reserved), TypeInfoPropertyName = "AccountEventReserved")]
public sealed partial class AccountJson : JsonSerializerContext;
