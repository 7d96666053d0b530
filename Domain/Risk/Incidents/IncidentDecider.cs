using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Incidents;

/// <summary>
/// Something that people must look at.
/// <code>
///   Absent ─Raise─▶ Open ─Acknowledge─▶ Acknowledged ─Resolve─▶ Resolved ─Raise─▶ Open
///                   │ ▲ nobody looks: graver, then passed on │
///                   └─┘◀──────── not resolved in time ───────┘
/// </code>
/// As soon as it is critical, the account that it names is owed a freeze: a freeze waits for nobody. Resolving does not lift it; the members' vote does.
/// </summary>
public sealed class IncidentDecider : IMachine<IncidentState, IncidentCommand, IncidentEvent>
{
    private const string Freeze = "freeze/";

    private IncidentDecider()
    {
    }

    public static string Kind => "incident";

    public static int CodeVersion => 1;

    public static IncidentState Empty(string key) => new(key, new IncidentStage.Absent(), 0, null);

    public static IncidentCommand Tick(Guid commandId) => new IncidentCommand.Tick(commandId);

    public static Instant? NextWake(IncidentState state) => state.Stage switch
    {
        IncidentStage.Open open => open.DueAt,
        IncidentStage.Acknowledged seen => seen.DueAt,
        _ => null,
    };

    public static Decision<IncidentEvent> Decide(IncidentState state, IncidentCommand command, Stamp stamp) => command switch
    {
        IncidentCommand.Raise raise => OnRaise(state, raise, stamp.Latest),
        IncidentCommand.RecordFreeze told => state.Owed?.Number == told.Number ? new IncidentEvent.FreezeTold(told.Number, told.Refusal) : Nothing,
        IncidentCommand.Tick => OnTick(state, stamp),
        _ when state.Stage is IncidentStage.Absent => new Rejection(RejectionCode.NotFound, "an incident", state.Key),
        IncidentCommand.Acknowledge c => state.Stage is IncidentStage.Open ? new IncidentEvent.Acknowledged(c.By, stamp.Latest) : Nothing,
        IncidentCommand.Escalate c => OnEscalate(state, c, stamp.Latest),
        IncidentCommand.Resolve c => OnResolve(state, c, stamp.Latest),
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of an incident", command.GetType().Name),
    };

    public static IncidentState Evolve(IncidentState state, IncidentEvent @event, Instant at) => @event switch
    {
        IncidentEvent.Opened e => Opened(state, e),
        IncidentEvent.Recurred e => Graver(state, e.Severity, e.Freeze, e.At, finding => finding with { Detail = e.Detail, Times = finding.Times + 1 }),
        IncidentEvent.Acknowledged e => state with { Stage = new IncidentStage.Acknowledged(FindingOf(state)!, e.By, e.At + IncidentState.ResolutionPatience) },
        IncidentEvent.Escalated e => Graver(
            Reopened(state), e.Severity, null, e.At, finding => finding with { Level = Math.Min(finding.Level + 1, IncidentState.MaxLevel) }),
        IncidentEvent.Resolved e => state with { Stage = new IncidentStage.Resolved(FindingOf(state)!, e.By) },
        IncidentEvent.FreezeTold => state with { Owed = null },
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(IncidentState state)
    {
        var owed = ImmutableSortedDictionary.Create<string, Effect>(StringComparer.Ordinal);
        if (state.Owed is not { } freeze) return owed;
        var intent = string.Create(CultureInfo.InvariantCulture, $"{Freeze}{freeze.Number}");
        return owed.Add(intent, new Effect.TellAccount(
            freeze.Account, new AccountCommand.FreezeByIncident(EffectId.Of(Kind, state.Key, intent), $"incident {FindingOf(state)!.Code}")));
    }

    public static IncidentCommand? Resume(IncidentState state, string intent, EffectResult result) =>
        state.Owed is { } freeze && Answers.Definite(result) is { } reply
            ? new IncidentCommand.RecordFreeze(EffectId.ResultOf(Kind, state.Key, intent), freeze.Number, (reply as CommandReply.Refused)?.Rejection)
            : null;

    /// <summary>Null before anything was found.</summary>
    public static IncidentView? View(IncidentState state)
    {
        if (FindingOf(state) is not { } finding) return null;
        var (stage, by) = state.Stage switch
        {
            IncidentStage.Acknowledged seen => ("acknowledged", (Name?)seen.By),
            IncidentStage.Resolved over => (IncidentView.Resolved, over.By),
            _ => (IncidentView.Open, null),
        };
        return new(
            stage, finding.Severity, finding.Code, finding.Detail, finding.Since, finding.Times, finding.Level, by, NextWake(state),
            state.Freezes > 0 ? finding.Frozen : null);
    }

    private static Decision<IncidentEvent> Nothing => ImmutableArray<IncidentEvent>.Empty;

    private static Decision<IncidentEvent> OnRaise(IncidentState state, IncidentCommand.Raise command, Instant at)
    {
        if (command.Detail.Length > IncidentCommand.Raise.MaxDetail)
            return new Rejection(RejectionCode.TooLarge, $"at most {IncidentCommand.Raise.MaxDetail} characters", $"{command.Detail.Length}");
        if (!Enum.IsDefined(command.Severity)) return new Rejection(RejectionCode.Malformed, "a severity", $"{command.Severity}");
        if (state.Stage is IncidentStage.Absent or IncidentStage.Resolved)
            return new IncidentEvent.Opened(command.Severity, command.Code, command.Detail, command.Freeze, at);
        var finding = FindingOf(state)!;
        if (finding.Code != command.Code) return new Rejection(RejectionCode.AlreadyExists, $"incident {finding.Code}", command.Code.ToString());
        return new IncidentEvent.Recurred(Max(finding.Severity, command.Severity), command.Detail, command.Freeze, at);
    }

    private static Decision<IncidentEvent> OnEscalate(IncidentState state, IncidentCommand.Escalate command, Instant at) =>
        state.Stage is IncidentStage.Resolved
            ? new Rejection(RejectionCode.WrongState, "an incident that is not resolved", "resolved")
            : new IncidentEvent.Escalated(Next(FindingOf(state)!.Severity), command.By, at);

    private static Decision<IncidentEvent> OnResolve(IncidentState state, IncidentCommand.Resolve command, Instant at) => state.Stage switch
    {
        IncidentStage.Resolved => Nothing,
        IncidentStage.Acknowledged => new IncidentEvent.Resolved(command.By, at),

        // Nobody closes what nobody has looked at.
        _ => new Rejection(RejectionCode.WrongState, "an acknowledged incident", "open"),
    };

    private static Decision<IncidentEvent> OnTick(IncidentState state, Stamp stamp) => NextWake(state) is { } due && stamp.Earliest >= due
        ? new IncidentEvent.Escalated(Next(FindingOf(state)!.Severity), null, stamp.Latest)
        : Nothing;

    private static IncidentState Opened(IncidentState state, IncidentEvent.Opened e)
    {
        var before = FindingOf(state)?.Times ?? 0;
        var finding = new IncidentFinding(e.Severity, e.Code, e.Detail, e.At, before + 1, 0, null);
        return Graver(state with { Stage = new IncidentStage.Open(finding, null) }, e.Severity, e.Freeze, e.At, same => same);
    }

    /// <summary>The same stage with a graver finding; a critical one owes the freeze of its account once.</summary>
    private static IncidentState Graver(
        IncidentState state, IncidentSeverity severity, AccountId? freeze, Instant at, Func<IncidentFinding, IncidentFinding> change)
    {
        var old = FindingOf(state)!;
        var finding = change(old) with { Severity = severity, Frozen = old.Frozen ?? freeze };
        var isDue = severity == IncidentSeverity.Critical && finding.Frozen is not null
            && (old.Severity != IncidentSeverity.Critical || old.Frozen is null);
        IncidentStage stage = state.Stage is IncidentStage.Acknowledged seen && severity == old.Severity
            ? seen with { Finding = finding }
            : new IncidentStage.Open(finding, DueAt(finding, at));
        return isDue
            ? state with { Stage = stage, Freezes = state.Freezes + 1, Owed = new(state.Freezes + 1, finding.Frozen!.Value) }
            : state with { Stage = stage };
    }

    private static IncidentState Reopened(IncidentState state) => state with { Stage = new IncidentStage.Open(FindingOf(state)!, null) };

    private static Instant? DueAt(IncidentFinding finding, Instant at) => finding.Severity switch
    {
        IncidentSeverity.Warning => at + IncidentState.WarningPatience,
        IncidentSeverity.Critical when finding.Level < IncidentState.MaxLevel => at + IncidentState.CriticalPatience,
        _ => null,
    };

    private static IncidentFinding? FindingOf(IncidentState state) => state.Stage switch
    {
        IncidentStage.Open open => open.Finding,
        IncidentStage.Acknowledged seen => seen.Finding,
        IncidentStage.Resolved over => over.Finding,
        _ => null,
    };

    private static IncidentSeverity Max(IncidentSeverity left, IncidentSeverity right) => left > right ? left : right;

    private static IncidentSeverity Next(IncidentSeverity severity) => severity == IncidentSeverity.Critical ? severity : severity + 1;
}
