using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Dapps;

/// <summary>
/// How far a contract is trusted.
/// <code>
///   unknown ─anything is said, or a call of ours ended─▶ the chain is asked ─SeeCode─▶ code seen
///   code seen ─SeeCode of another─▶ code seen: audits, source, age, holders, calls and override of the one before are gone; incidents stay
///                                         └─was it ever trusted─▶ an incident is owed, one for each change
/// </code>
/// Whatever is recorded is recorded for a code. Trust follows from the state and the time alone (<see cref="DappScore"/>), and is nothing before the chain was asked.
/// </summary>
public sealed class DappDecider : IMachine<DappState, DappCommand, DappEvent>
{
    private const string Reading = "look/";
    private const string Telling = "change/";
    private static readonly Name _changed = "dapp.code-changed";
    private const long DayMs = 86_400_000;

    private DappDecider()
    {
    }

    public static string Kind => "dapp";

    public static int CodeVersion => 2;

    public static DappState Empty(string key) => DappState.Empty(key);

    /// <summary>There is no deadline: what grows old is seen when it is read.</summary>
    public static Instant? NextWake(DappState state) => null;

    public static DappCommand Tick(Guid commandId) => new DappCommand.Tick(commandId);

    public static Decision<DappEvent> Decide(DappState state, DappCommand command, Stamp stamp) => command switch
    {
        DappCommand.RecordAudit c => OnAudit(state, c, stamp.Latest),
        DappCommand.RecordSource c => OnSource(state, c, stamp.Latest),
        DappCommand.Withdraw c => OnWithdraw(state, c),
        DappCommand.RecordHolders c => c.Count is >= 0 and <= DappHolders.Max
            ? new DappEvent.HoldersRecorded(c.Operator, c.Count)
            : new Rejection(RejectionCode.Malformed, $"0 to {DappHolders.Max} holders", $"{c.Count}"),
        DappCommand.RecordIncident c => OperatorStop.CheckReason(c.Reason) is { } malformed ? malformed : new DappEvent.IncidentRecorded(c.Operator, c.Reason),
        DappCommand.Override c => OnOverride(state, c, stamp.Latest),
        DappCommand.EndOverride c => state.Override is null ? Nothing : new DappEvent.OverrideEnded(c.Operator),
        DappCommand.Look c => state.IsLookWanted ? Nothing : new DappEvent.LookWanted(c.Operator),
        DappCommand.SeeCode c => state.IsLookWanted || state.Seen is null || state.Seen.Code != c.Code ? new DappEvent.CodeSeen(c.Code) : Nothing,
        DappCommand.RecordCall c => OnCall(state, c, (int)(stamp.Latest.UnixMs / DayMs)),
        DappCommand.RecordChangeTold c => state.Untold.Any(change => change.Number == c.Change) ? new DappEvent.ChangeTold(c.Change) : Nothing,
        DappCommand.Tick => Nothing,
        _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a contract's record", command.GetType().Name),
    };

    public static DappState Evolve(DappState state, DappEvent @event, Instant at) => @event switch
    {
        DappEvent.AuditRecorded e => Asked(state) with { Audits = [.. state.Audits.Where(audit => audit.Report != e.Audit.Report), e.Audit] },
        DappEvent.SourceRecorded e => Asked(state) with { Source = e.Source },
        DappEvent.Withdrawn { Report: { } report } => state with { Audits = [.. state.Audits.Where(audit => audit.Report != report)] },
        DappEvent.Withdrawn => state with { Source = null },
        DappEvent.HoldersRecorded e => Asked(state) with { Holders = new(e.Count, at) },
        DappEvent.IncidentRecorded => state with { Incidents = new(Math.Min(state.Incidents.Count + 1, DappIncidents.Max), at) },
        DappEvent.Overridden e => Asked(state) with { Override = e.Said },
        DappEvent.OverrideEnded => state with { Override = null },
        DappEvent.LookWanted => Asked(state),
        DappEvent.CodeSeen e => Saw(state, e.Code, at),
        DappEvent.CallEnded e => state.Seen is null ? Asked(state) : state with { Calls = state.Calls.Add(e.Succeeded, e.Day) },
        DappEvent.ChangeTold e => state with { Untold = [.. state.Untold.Where(change => change.Number != e.Change)] },
        _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
    };

    public static ImmutableSortedDictionary<string, Effect> Owed(DappState state)
    {
        var owed = ImmutableSortedDictionary.Create<string, Effect>(StringComparer.Ordinal);
        foreach (var change in state.Untold) owed = owed.Add(IntentOf(change), Tell(state.Key, change));
        if (!state.IsLookWanted) return owed;
        var (chain, address) = DappKey.Parse(state.Key);
        return owed.Add(IntentOf(state), new Effect.ReadCode(chain, address));
    }

    public static DappCommand? Resume(DappState state, string intent, EffectResult result) => result switch
    {
        EffectResult.CodeRead read => new DappCommand.SeeCode(EffectId.ResultOf(Kind, state.Key, intent), read.Code),
        _ when state.Untold.FirstOrDefault(change => IntentOf(change) == intent) is { } change && Answers.Definite(result) is not null =>
            new DappCommand.RecordChangeTold(EffectId.ResultOf(Kind, state.Key, intent), change.Number),
        _ => null,
    };

    /// <summary>Null where nothing was ever said of it.</summary>
    public static DappView? View(DappState state, Instant now) => !state.IsKnown ? null : new(
        state.Seen, state.Changes, state.Source, state.Audits, state.Holders, state.Calls.Settled, state.Calls.Failed, state.Incidents.Count, state.Override,
        DappScore.Of(DappWeights.Standard, state, now));

    private static Decision<DappEvent> Nothing => ImmutableArray<DappEvent>.Empty;

    private static string IntentOf(DappState state) => string.Create(CultureInfo.InvariantCulture, $"{Reading}{state.Looks}");

    private static string IntentOf(CodeChange change) => string.Create(CultureInfo.InvariantCulture, $"{Telling}{change.Number}");

    /// <summary>Where nothing was trusted any more it is only to be known.</summary>
    private static Effect.TellIncident Tell(string key, CodeChange change) => new(DappKey.IncidentOf(key, change.Number), new IncidentCommand.Raise(
        EffectId.Of(Kind, key, IntentOf(change)),
        change.WasTrusted ? IncidentSeverity.Warning : IncidentSeverity.Info,
        _changed,
        $"{key}: the code was {Text(change.From)} and is {Text(change.To)}; {(change.WasTrusted ? "what was recorded of the one before counts no more" : "an earlier code was trusted, this one was not")}",
        null));

    private static string Text(ContractCode? code) => code?.ToString() ?? "none";

    private static Decision<DappEvent> OnAudit(DappState state, DappCommand.RecordAudit command, Instant now)
    {
        var audit = command.Audit;
        if (!audit.Open.IsWellFormed) return new Rejection(RejectionCode.Malformed, $"0 to {OpenFindings.Max} findings of each severity", $"{audit.Open}");
        if (audit.At > now) return new Rejection(RejectionCode.Malformed, $"an audit of before {now}", $"{audit.At}");
        if (CheckLife(audit.ExpiresAt, now, DappAudit.MaxLifeHours) is { } life) return life;
        if (CheckCode(state, audit.Code) is { } outdated) return outdated;
        if (state.Audits.Contains(audit)) return Nothing;
        return state.Audits.Length < DappState.MaxAudits || state.Audits.Any(known => known.Report == audit.Report)
            ? new DappEvent.AuditRecorded(command.Operator, audit)
            : new Rejection(RejectionCode.TooLarge, $"at most {DappState.MaxAudits} audits", "one more: withdraw one");
    }

    private static Decision<DappEvent> OnSource(DappState state, DappCommand.RecordSource command, Instant now)
    {
        if (command.Source.DeployedAt > now) return new Rejection(RejectionCode.Malformed, $"a deployment before {now}", $"{command.Source.DeployedAt}");
        if (CheckCode(state, command.Source.Code) is { } outdated) return outdated;
        return state.Source == command.Source ? Nothing : new DappEvent.SourceRecorded(command.Operator, command.Source);
    }

    private static Decision<DappEvent> OnWithdraw(DappState state, DappCommand.Withdraw command)
    {
        if (OperatorStop.CheckReason(command.Reason) is { } malformed) return malformed;
        var isThere = command.Report is { } report ? state.Audits.Any(audit => audit.Report == report) : state.Source is not null;
        return isThere
            ? new DappEvent.Withdrawn(command.Operator, command.Report, command.Reason)
            : new Rejection(RejectionCode.NotFound, command.Report is { } missing ? $"an audit with report {missing}" : "a verified source", state.Key);
    }

    private static Decision<DappEvent> OnOverride(DappState state, DappCommand.Override command, Instant now)
    {
        var said = command.Said;
        if (said.TrustPerMille is < 0 or > DappOverride.MaxTrust)
            return new Rejection(RejectionCode.Malformed, $"trust of 0 to {DappOverride.MaxTrust} per mille", $"{said.TrustPerMille}");
        if (OperatorStop.CheckReason(said.Reason) is { } malformed) return malformed;
        if (CheckLife(said.ExpiresAt, now, DappOverride.MaxLifeHours) is { } life) return life;
        if (CheckCode(state, said.Code) is { } outdated) return outdated;
        return state.Override == said ? Nothing : new DappEvent.Overridden(command.Operator, said);
    }

    private static Decision<DappEvent> OnCall(DappState state, DappCommand.RecordCall command, int day)
    {
        var counts = state.Seen is null ? !state.IsLookWanted : state.Calls.Takes(command.Succeeded, day);
        return counts ? new DappEvent.CallEnded(command.Succeeded, day) : Nothing;
    }

    private static Rejection? CheckLife(Instant expiresAt, Instant now, int hours)
    {
        if (expiresAt <= now) return new(RejectionCode.Expired, $"an expiry after {now}", $"{expiresAt}");
        return expiresAt.UnixMs - now.UnixMs <= Span.Hours(hours).Ms ? null : new(RejectionCode.Malformed, $"an expiry within {hours} hours", $"{expiresAt}");
    }

    private static Rejection? CheckCode(DappState state, ContractCode code) =>
        state.IsOutdated(code) ? new(RejectionCode.StaleVersion, $"the code that is there: {state.Seen!.Code?.ToString() ?? "none"}", $"{code}") : null;

    private static DappState Asked(DappState state) => state.IsLookWanted ? state : state with { IsLookWanted = true, Looks = state.Looks + 1 };

    private static DappState Saw(DappState state, ContractCode? code, Instant at)
    {
        if (state.Seen is { } seen && seen.Code == code) return state with { IsLookWanted = false };
        var kept = state with
        {
            Seen = new(code, at),
            IsLookWanted = false,
            Audits = [.. state.Audits.Where(audit => audit.Code == code)],
            Source = state.Source?.Code == code ? state.Source : null,
            Override = state.Override?.Code == code ? state.Override : null,
        };
        if (state.Seen is not { } before) return kept;
        var change = new CodeChange(state.Changes + 1, before.Code, code, state.IsTrustedAt(at));
        var isFollowed = state.IsFollowed || change.WasTrusted;
        return kept with
        {
            Changes = change.Number,
            Holders = null,
            Calls = CallBook.None,
            IsFollowed = isFollowed,
            Untold = isFollowed ? [.. state.Untold.Append(change).TakeLast(DappState.MaxUntold)] : [],
        };
    }
}
