using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>What a reviewer says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReviewDecision>))]
public enum ReviewDecision
{
    /// <summary>Let it happen.</summary>
    Approve = 1,

    /// <summary>It must not happen.</summary>
    Reject,
}

/// <summary>How a case is decided.</summary>
/// <param name="AsksVerdict">Nothing is let through before a screening verdict in force says so.</param>
/// <param name="Patience">After this without a decision only <paramref name="Override"/> can approve; it stays held.</param>
/// <param name="ApprovalLife">How long an approval holds before the payment is screened again; a verdict that expires sooner ends it sooner.</param>
/// <param name="Override">Who can approve an overdue case.</param>
/// <param name="OverrideApprovals">How many of them; at least two. Nobody and zero: an overdue case is never approved.</param>
/// <param name="Shadow">All is recorded and nothing is held.</param>
[GenerateSerializer, Immutable, Alias("tpw.case-terms")]
public sealed record CaseTerms(bool AsksVerdict, Span Patience, Span ApprovalLife, ImmutableArray<Name> Override, int OverrideApprovals, bool Shadow)
{
    /// <summary>Nothing but the missing verdict holds it: a clear one in force lets it go, and no person has to look.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool VerdictSuffices { get; init; }

    /// <summary>Most names of an override quorum.</summary>
    public const int MaxOverride = 16;
}

/// <summary>What is asked of a case: one payment that is held, or was to be reviewed. Key: account id, slash, a name.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(RecordVerdict), "record-verdict")]
[JsonDerivedType(typeof(Review), "review")]
[JsonDerivedType(typeof(AttachTravelRule), "attach-travel-rule")]
[JsonDerivedType(typeof(Close), "close")]
[JsonDerivedType(typeof(Tick), "tick")]
[JsonDerivedType(typeof(RecordTold), "record-told")]
[JsonDerivedType(typeof(RecordQueued), "record-queued")]
[GenerateSerializer, Immutable, Alias("tpw.case-command")]
public abstract record CaseCommand : ICommand
{
    private CaseCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>A score demands a hold or a review.</summary>
    /// <param name="Proposer">Who proposed the payment: he reviews nothing of it. Null for an inflow.</param>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.open")]
    public sealed record Open(Guid CommandId, Guid Payment, Name? Proposer, RiskScore Score, CaseTerms Terms) : CaseCommand(CommandId), IInnerCommand
    {
        /// <summary>What an outside service is asked about, where the terms ask for its verdict.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public VerdictSubject? Subject { get; init; }
    }

    /// <summary>The screening service answered. No answer is none: the case stays held.</summary>
    /// <param name="Subject">The hash of what was judged (<see cref="VerdictSubject.Hash"/>): a verdict of anything else is refused.</param>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.record-verdict")]
    public sealed record RecordVerdict(Guid CommandId, Bytes32 Subject, Screening Screening) : CaseCommand(CommandId);

    /// <summary>A person decides. Two persons who say the same end the case.</summary>
    /// <param name="Reason">In the person's own words.</param>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.review")]
    public sealed record Review(Guid CommandId, Name By, ReviewDecision Decision, string Reason) : CaseCommand(CommandId), IPersonalCommand
    {
        string IPersonalCommand.Personal => Reason;

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Reason = text };
    }

    /// <summary>Who pays and who is paid, as the Travel Rule asks (IVMS101): kept as a sealed text that an erasure destroys.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.attach-travel-rule")]
    public sealed record AttachTravelRule(Guid CommandId, string Record) : CaseCommand(CommandId), IPersonalCommand
    {
        string IPersonalCommand.Personal => Record;

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Record = text };
    }

    /// <summary>The payment happened, or will not.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.close")]
    public sealed record Close(Guid CommandId) : CaseCommand(CommandId), IInnerCommand;

    /// <summary>Time has come.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.tick")]
    public sealed record Tick(Guid CommandId) : CaseCommand(CommandId), IInnerCommand;

    /// <summary>The queue of reviewers heard whether the case waits.</summary>
    /// <param name="Turn">The number of that turn.</param>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.record-queued")]
    public sealed record RecordQueued(Guid CommandId, int Turn) : CaseCommand(CommandId), IInnerCommand;

    /// <summary>What the payment said to the case's word.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.case-command.record-told")]
    public sealed record RecordTold(Guid CommandId, long News, Rejection? Refusal) : CaseCommand(CommandId), IInnerCommand;
}

/// <summary>What a reviewer said.</summary>
/// <param name="Reason">A <see cref="SealedText"/>.</param>
[GenerateSerializer, Immutable, Alias("tpw.case-review")]
public sealed record CaseReview(Name By, ReviewDecision Decision, string Reason, Instant At);

/// <summary>What a case shows.</summary>
/// <param name="Stage">"held", "overdue", "approved", "rejected" or "closed".</param>
/// <param name="IsHolding">Whether the payment must not go on.</param>
/// <param name="DueAt">When it becomes overdue, or its approval ends; null: never.</param>
[GenerateSerializer, Immutable, Alias("tpw.case-view")]
public sealed record CaseView(
    string Stage,
    bool IsHolding,
    Guid Payment,
    RiskScore Score,
    CaseTerms Terms,
    ImmutableArray<CaseReview> Reviews,
    Screening? Screening,
    bool HasTravelRule,
    Instant OpenedAt,
    Instant? DueAt)
{
    /// <summary>Whether it waits for an outside service's verdict.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WantsVerdict { get; init; }
}
