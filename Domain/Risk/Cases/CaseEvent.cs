using System.Text.Json;
using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Cases;

/// <summary>What became of a case. Append only: names and fields are stored for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Opened), "case.opened")]
[JsonDerivedType(typeof(VerdictWanted), "case.verdict-wanted")]
[JsonDerivedType(typeof(VerdictGiven), "case.verdict-given")]
[JsonDerivedType(typeof(Reviewed), "case.reviewed")]
[JsonDerivedType(typeof(TravelRuleAttached), "case.travel-rule-attached")]
[JsonDerivedType(typeof(Approved), "case.approved")]
[JsonDerivedType(typeof(Rejected), "case.rejected")]
[JsonDerivedType(typeof(FellDue), "case.fell-due")]
[JsonDerivedType(typeof(Lapsed), "case.lapsed")]
[JsonDerivedType(typeof(Closed), "case.closed")]
[JsonDerivedType(typeof(Told), "case.told")]
[JsonDerivedType(typeof(QueueTold), "case.queue-told")]
public abstract record CaseEvent
{
    private CaseEvent()
    {
    }

    public sealed record Opened(Guid Payment, Name? Proposer, RiskScore Score, CaseTerms Terms, Instant At) : CaseEvent
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public VerdictSubject? Subject { get; init; }
    }

    /// <summary>An outside service is asked: at first, and whenever its last verdict is no longer in force.</summary>
    /// <param name="Subject">What a verdict has to name.</param>
    public sealed record VerdictWanted(int Round, Bytes32 Subject, Instant At) : CaseEvent;

    public sealed record VerdictGiven(Screening Screening) : CaseEvent;

    public sealed record Reviewed(CaseReview Review) : CaseEvent;

    /// <param name="Record">A <see cref="SealedText"/>.</param>
    public sealed record TravelRuleAttached(string Record) : CaseEvent;

    /// <param name="Until">Then it is screened again.</param>
    public sealed record Approved(Instant Until) : CaseEvent;

    public sealed record Rejected : CaseEvent;

    /// <summary>Nobody decided in time: it stays held, and only the override quorum can approve.</summary>
    public sealed record FellDue : CaseEvent;

    /// <summary>The approval, or the verdict that it rested on, is too old: the payment is held and screened again.</summary>
    public sealed record Lapsed(Instant At) : CaseEvent;

    public sealed record Closed : CaseEvent;

    /// <summary>Whose case it is has heard how it stands.</summary>
    /// <param name="News">The number of that word.</param>
    public sealed record Told(long News, Rejection? Refusal) : CaseEvent;

    /// <summary>The queue of reviewers has heard that it waits, or waits no more.</summary>
    /// <param name="Turn">The number of that turn.</param>
    public sealed record QueueTold(int Turn) : CaseEvent;
}

/// <summary>The stored form of a case's events and snapshots.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 32)]
[JsonSerializable(typeof(CaseEvent))]
[JsonSerializable(typeof(CaseState))]
[JsonSerializable(typeof(CaseStage.Approved), TypeInfoPropertyName = "CaseStageApproved")]
[JsonSerializable(typeof(CaseStage.Rejected), TypeInfoPropertyName = "CaseStageRejected")]
[JsonSerializable(typeof(CaseStage.Closed), TypeInfoPropertyName = "CaseStageClosed")]
public sealed partial class CaseJson : JsonSerializerContext;
