using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Dapps;

/// <summary>What became known of a contract. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(AuditRecorded), "dapp.audit-recorded")]
[JsonDerivedType(typeof(SourceRecorded), "dapp.source-recorded")]
[JsonDerivedType(typeof(Withdrawn), "dapp.withdrawn")]
[JsonDerivedType(typeof(HoldersRecorded), "dapp.holders-recorded")]
[JsonDerivedType(typeof(IncidentRecorded), "dapp.incident-recorded")]
[JsonDerivedType(typeof(Overridden), "dapp.overridden")]
[JsonDerivedType(typeof(OverrideEnded), "dapp.override-ended")]
[JsonDerivedType(typeof(LookWanted), "dapp.look-wanted")]
[JsonDerivedType(typeof(CodeSeen), "dapp.code-seen")]
[JsonDerivedType(typeof(CallEnded), "dapp.call-ended")]
[JsonDerivedType(typeof(ChangeTold), "dapp.change-told")]
public abstract record DappEvent
{
    private DappEvent()
    {
    }

    public sealed record AuditRecorded(Name Operator, DappAudit Audit) : DappEvent;

    public sealed record SourceRecorded(Name Operator, DappSource Source) : DappEvent;

    /// <param name="Report">The audit's; null: the source.</param>
    public sealed record Withdrawn(Name Operator, Bytes32? Report, string Reason) : DappEvent;

    public sealed record HoldersRecorded(Name Operator, long Count) : DappEvent;

    public sealed record IncidentRecorded(Name Operator, string Reason) : DappEvent;

    public sealed record Overridden(Name Operator, DappOverride Said) : DappEvent;

    public sealed record OverrideEnded(Name Operator) : DappEvent;

    public sealed record LookWanted(Name Operator) : DappEvent;

    /// <summary>The chain was asked. What was given for another code is gone for good, also if that code comes back.</summary>
    /// <param name="Code">Null: no contract.</param>
    public sealed record CodeSeen(ContractCode? Code) : DappEvent;

    /// <summary>A call of ours ended. It counts for the code that was seen; before one was, it has the chain asked.</summary>
    /// <param name="Day">Since 1970.</param>
    public sealed record CallEnded(bool Succeeded, int Day) : DappEvent;

    /// <summary>The incident of a change is open.</summary>
    public sealed record ChangeTold(int Change) : DappEvent;
}

/// <summary>The stored form of a contract's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(DappEvent))]
[JsonSerializable(typeof(DappState))]
public sealed partial class DappJson : JsonSerializerContext;
