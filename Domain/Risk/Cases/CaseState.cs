using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Cases;

/// <summary>One case of one account.</summary>
public sealed record CaseState(string Key, CaseStage Stage)
{
    /// <summary>How often it was decided, or held again: numbers what is told of it.</summary>
    public long News { get; init; }

    /// <summary>Whether the newest word is still to be told.</summary>
    public bool OwesWord { get; init; }

    /// <summary>How often it began to wait for reviewers and ceased to: odd while it waits.</summary>
    public int Turns { get; init; }

    /// <summary>How many of these turns the queue of reviewers has heard of, in their order.</summary>
    public int TurnsTold { get; init; }

    /// <summary>How many different persons end a case.</summary>
    public const int Persons = CaseRelease.Persons;

    /// <summary>How far a screening service's clock may be ahead.</summary>
    public static Span ClocksApart => Span.Seconds(60);

    /// <summary>Most reviews that are kept of one round.</summary>
    public const int MaxReviews = 32;
}

/// <summary>What the case is about.</summary>
/// <param name="Reviews">Of this round: a lapsed approval begins another.</param>
/// <param name="TravelRule">A <see cref="SealedText"/>, or null.</param>
public sealed record CaseFile(
    Guid Payment, Name? Proposer, RiskScore Score, CaseTerms Terms, ImmutableArray<CaseReview> Reviews, Screening? Screening, string? TravelRule, Instant OpenedAt)
{
    /// <summary>What an outside service is asked about; null where the terms ask for no verdict.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VerdictSubject? Subject { get; init; }

    /// <summary>The newest question; null: none was asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VerdictAsk? Ask { get; init; }
}

/// <summary>A question to an outside service.</summary>
/// <param name="Round">How often it was asked.</param>
/// <param name="IsOpen">Nothing was answered since.</param>
public sealed record VerdictAsk(int Round, bool IsOpen, Instant At);

/// <summary>Where the case stands. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Absent), "absent")]
[JsonDerivedType(typeof(Held), "held")]
[JsonDerivedType(typeof(Overdue), "overdue")]
[JsonDerivedType(typeof(Approved), "approved")]
[JsonDerivedType(typeof(Rejected), "rejected")]
[JsonDerivedType(typeof(Closed), "closed")]
public abstract record CaseStage
{
    private CaseStage()
    {
    }

    public sealed record Absent : CaseStage;

    /// <param name="DueAt">When it becomes overdue.</param>
    public sealed record Held(CaseFile File, Instant DueAt) : CaseStage;

    public sealed record Overdue(CaseFile File) : CaseStage;

    /// <param name="Until">When it is screened again, unless it is closed by then.</param>
    public sealed record Approved(CaseFile File, Instant Until) : CaseStage;

    public sealed record Rejected(CaseFile File) : CaseStage;

    public sealed record Closed(CaseFile File) : CaseStage;
}
