using Microsoft.Extensions.Logging;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Shell;

/// <summary>What every grain shell needs, once per silo.</summary>
/// <param name="Tenant">The tenant that stream ids, API keys and vote salts are scoped to.</param>
/// <param name="NewId">Ids of ticks; random in production, seeded in simulation.</param>
public sealed record ShellServices(
    IJournal Journal,
    JournalClock Clock,
    IEffectRunner Effects,
    TimeProvider Time,
    ILoggerFactory Logs,
    string Tenant,
    Func<Guid> NewId,
    ShellTimes Times)
{
    /// <summary>Where a grain tells what an operator must look at.</summary>
    public IncidentBoard Incidents { get; init; } = new(Logs, Time);

    /// <summary>Which events may be written; by default all that this build knows.</summary>
    public EventGeneration Generation { get; init; } = new(EventGenerations.Reads);

    /// <summary>Seals and opens people's own words. Null where no grain takes any.</summary>
    public PersonalTexts? Personal { get; init; }

    /// <summary>Null but in crash tests.</summary>
    public ICrossings? Crossings { get; init; }

    /// <summary>What this silo's sweepers may still wake in this second.</summary>
    public WakeBudget Wakes { get; } = new(Time);

    /// <summary>Told of every decision as it is taken, durable or not. Null in production.</summary>
    public DecisionWitness? Witness { get; init; }
}

/// <summary>Sees a machine decide: the state before, the command, and the answer that leaves if the batch becomes durable.</summary>
public delegate void DecisionWitness(string kind, object state, Interfaces.ICommand command, Interfaces.CommandReply reply);

/// <summary>How soon a stream that owes is looked after when its activation is gone.</summary>
/// <param name="WakeAfter">Config key <c>Wake:AfterMs</c>, default 30,000.</param>
/// <param name="SweepEvery">Period of each shard's sweep. Config key <c>Wake:SweepEveryMs</c>, default 5,000.</param>
public sealed record ShellTimes(Interfaces.Values.Span WakeAfter, Interfaces.Values.Span SweepEvery)
{
    public static ShellTimes Default { get; } = new(Interfaces.Values.Span.Seconds(30), Interfaces.Values.Span.Seconds(5));

    /// <summary>How often a silo sees to it that sweepers and trackers run, and that its pools know what operators want of nodes.</summary>
    public Interfaces.Values.Span StartEvery { get; init; } = Interfaces.Values.Span.Seconds(10);

    /// <summary>For how long an activation is read from memory after it was last sure to be the one that writes. What a read tells is older by at most this.</summary>
    public Interfaces.Values.Span ReadableFor { get; init; } = Interfaces.Values.Span.Seconds(30);
}

/// <summary>The named maxima of a grain shell.</summary>
public static class ShellLimits
{
    /// <summary>Commands that wait undecided; beyond it a command is answered Overloaded at once.</summary>
    public const int MaxQueued = 4096;

    /// <summary>Commands decided into one append.</summary>
    public const int MaxPerBatch = 256;

    /// <summary>Payload bytes of one append, after which the batch is closed.</summary>
    public const int MaxBatchBytes = 1024 * 1024;

    /// <summary>How often a batch that was proven not written is decided again.</summary>
    public const int MaxNotWritten = 3;

    /// <summary>Commands with a row that are remembered in memory; older ones are looked up in the journal.</summary>
    public const int RememberedCommands = 64;

    /// <summary>Commands that wait for another to be written with (IMayWait); as many are written at once.</summary>
    public const int MostPatient = 128;

    /// <summary>Effects of one grain under way at once.</summary>
    public const int MaxEffectsInFlight = 64;

    /// <summary>Replayed events after which a snapshot is written.</summary>
    public const int SnapshotEvery = 200;

    /// <summary>How long after it woke a stream that replayed so many writes its snapshot.</summary>
    public static readonly TimeSpan SnapshotAfter = TimeSpan.FromSeconds(1);

    /// <summary>First and longest pause before an effect is tried again.</summary>
    public static readonly Interfaces.Values.Span RetryFirst = new(50);
    public static readonly Interfaces.Values.Span RetryLongest = Interfaces.Values.Span.Seconds(30);

    /// <summary>A deadline that a tick did not move is judged again no sooner.</summary>
    public static readonly Interfaces.Values.Span TickAgain = new(250);

    /// <summary>How long a command that may wait (IMayWait) waits for another to be written with.</summary>
    public static readonly Interfaces.Values.Span Patience = Interfaces.Values.Span.Seconds(2);

    /// <summary>What waited for nothing is written at whole multiples of this, by all subjects of a silo together.</summary>
    public static readonly Interfaces.Values.Span PatienceTick = new(100);

    /// <summary>One run of one effect takes at most this long; then its outcome is "no answer".</summary>
    public static readonly TimeSpan EffectDeadline = TimeSpan.FromSeconds(30);
}
