using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Incidents;

/// <summary>What became of an incident. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Opened), "incident.opened")]
[JsonDerivedType(typeof(Recurred), "incident.recurred")]
[JsonDerivedType(typeof(Acknowledged), "incident.acknowledged")]
[JsonDerivedType(typeof(Escalated), "incident.escalated")]
[JsonDerivedType(typeof(Resolved), "incident.resolved")]
[JsonDerivedType(typeof(FreezeTold), "incident.freeze-told")]
public abstract record IncidentEvent
{
    private IncidentEvent()
    {
    }

    /// <summary>Found for the first time, or again after it was resolved.</summary>
    public sealed record Opened(IncidentSeverity Severity, Name Code, string Detail, AccountId? Freeze, Instant At) : IncidentEvent;

    /// <summary>Found again while it is not resolved.</summary>
    /// <param name="Severity">The graver of both.</param>
    public sealed record Recurred(IncidentSeverity Severity, string Detail, AccountId? Freeze, Instant At) : IncidentEvent;

    public sealed record Acknowledged(Name By, Instant At) : IncidentEvent;

    /// <param name="By">Null: time passed and nobody looked.</param>
    public sealed record Escalated(IncidentSeverity Severity, Name? By, Instant At) : IncidentEvent;

    public sealed record Resolved(Name By, Instant At) : IncidentEvent;

    public sealed record FreezeTold(int Number, Rejection? Refusal) : IncidentEvent;
}

/// <summary>The stored form of an incident's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(IncidentEvent))]
[JsonSerializable(typeof(IncidentState))]
[JsonSerializable(typeof(IncidentStage.Open), TypeInfoPropertyName = "IncidentStageOpen")]
[JsonSerializable(typeof(IncidentStage.Acknowledged), TypeInfoPropertyName = "IncidentStageAcknowledged")]
[JsonSerializable(typeof(IncidentStage.Resolved), TypeInfoPropertyName = "IncidentStageResolved")]
public sealed partial class IncidentJson : JsonSerializerContext;
