using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Incidents;

/// <summary>One incident.</summary>
/// <param name="Freezes">Freezes asked for so far: numbers their intents.</param>
/// <param name="Owed">The freeze that its account has not heard of yet, or null.</param>
public sealed record IncidentState(string Key, IncidentStage Stage, int Freezes, OwedFreeze? Owed)
{
    /// <summary>How often it is passed on to others at most.</summary>
    public const int MaxLevel = 5;

    /// <summary>An unseen warning becomes critical after this.</summary>
    public static readonly Span WarningPatience = Span.Hours(4);

    /// <summary>An unseen critical incident is passed on after this.</summary>
    public static readonly Span CriticalPatience = Span.Seconds(30 * 60);

    /// <summary>An incident that was seen and is not resolved is open again after this.</summary>
    public static readonly Span ResolutionPatience = Span.Hours(24);
}

/// <summary>A freeze to be told to an account.</summary>
public sealed record OwedFreeze(int Number, AccountId Account);

/// <summary>What was found.</summary>
/// <param name="Level">How often it was passed on, since nobody looked.</param>
/// <param name="Frozen">The account that a critical finding freezes.</param>
public sealed record IncidentFinding(IncidentSeverity Severity, Name Code, string Detail, Instant Since, int Times, int Level, AccountId? Frozen);

/// <summary>Where the incident stands. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Absent), "absent")]
[JsonDerivedType(typeof(Open), "open")]
[JsonDerivedType(typeof(Acknowledged), "acknowledged")]
[JsonDerivedType(typeof(Resolved), "resolved")]
public abstract record IncidentStage
{
    private IncidentStage()
    {
    }

    public sealed record Absent : IncidentStage;

    /// <param name="DueAt">When it is passed on; null: never.</param>
    public sealed record Open(IncidentFinding Finding, Instant? DueAt) : IncidentStage;

    public sealed record Acknowledged(IncidentFinding Finding, Name By, Instant DueAt) : IncidentStage;

    public sealed record Resolved(IncidentFinding Finding, Name By) : IncidentStage;
}
