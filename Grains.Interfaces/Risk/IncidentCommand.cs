using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>How grave an incident is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IncidentSeverity>))]
public enum IncidentSeverity
{
    /// <summary>To be known; nobody is waited for.</summary>
    Info = 1,

    /// <summary>Somebody has to look within hours, or it becomes critical.</summary>
    Warning,

    /// <summary>Somebody has to look now; what it names is frozen.</summary>
    Critical,
}

/// <summary>What is asked of an incident. Key: a name that whoever raises it derives from what it found, so that the same finding is one incident.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Raise), "raise")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[JsonDerivedType(typeof(Escalate), "escalate")]
[JsonDerivedType(typeof(Resolve), "resolve")]
[JsonDerivedType(typeof(RecordFreeze), "record-freeze")]
[JsonDerivedType(typeof(Tick), "tick")]
[GenerateSerializer, Immutable, Alias("tpw.incident-command")]
public abstract record IncidentCommand : ICommand
{
    private IncidentCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the sender, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Something was found. The same again is counted; a graver finding raises the incident.</summary>
    /// <param name="Code">Stable, for programs.</param>
    /// <param name="Detail">What was found, in this product's words; never a secret, nothing of a person's.</param>
    /// <param name="Freeze">The account that is frozen as soon as the incident is critical; null: none.</param>
    [GenerateSerializer, Immutable, Alias("tpw.incident-command.raise")]
    public sealed record Raise(Guid CommandId, IncidentSeverity Severity, Name Code, string Detail, AccountId? Freeze)
        : IncidentCommand(CommandId), IInnerCommand
    {
        /// <summary>Longest detail in characters.</summary>
        public const int MaxDetail = 1024;
    }

    /// <summary>Somebody looks at it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.incident-command.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, Name By) : IncidentCommand(CommandId);

    /// <summary>Somebody says that it is graver than it was thought.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.incident-command.escalate")]
    public sealed record Escalate(Guid CommandId, Name By) : IncidentCommand(CommandId);

    /// <summary>It is over. A freeze that it brought ends only by the members' vote.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.incident-command.resolve")]
    public sealed record Resolve(Guid CommandId, Name By) : IncidentCommand(CommandId);

    /// <summary>What the account said to its freeze.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.incident-command.record-freeze")]
    public sealed record RecordFreeze(Guid CommandId, int Number, Rejection? Refusal) : IncidentCommand(CommandId), IInnerCommand;

    /// <summary>Time has come.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.incident-command.tick")]
    public sealed record Tick(Guid CommandId) : IncidentCommand(CommandId), IInnerCommand;
}

/// <summary>What an incident shows.</summary>
/// <param name="Stage">"open", "acknowledged" or "resolved".</param>
/// <param name="Level">How often it was passed on, since nobody looked.</param>
/// <param name="By">Who acknowledged or resolved it; null while it is open.</param>
/// <param name="DueAt">When it is passed on next; null: never.</param>
[GenerateSerializer, Immutable, Alias("tpw.incident-view")]
public sealed record IncidentView(
    string Stage, IncidentSeverity Severity, Name Code, string Detail, Instant Since, int Times, int Level, Name? By, Instant? DueAt, AccountId? Frozen)
{
    /// <summary>The stage of one at which nobody looks.</summary>
    public const string Open = "open";

    /// <summary>The stage of one that is over.</summary>
    public const string Resolved = "resolved";
}

/// <summary>An incident and its key.</summary>
[GenerateSerializer, Immutable, Alias("tpw.incident-entry")]
public sealed record IncidentEntry(string Incident, IncidentView Known);

/// <summary>A page of incidents, in an order of their own that stays.</summary>
/// <param name="Next">What the next page comes after; null: this is the last one.</param>
[GenerateSerializer, Immutable, Alias("tpw.incident-page")]
public sealed record IncidentPage(ImmutableArray<IncidentEntry> Incidents, string? Next)
{
    /// <summary>The key of the one grain that lists.</summary>
    public const string Key = "incidents";

    /// <summary>Most incidents that are looked at for one page.</summary>
    public const int Max = 50;
}
