using TPWallet.Domain.Risk.Cases;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Cases, by what reviewers and the outside service really said, which is known from them and not from the system. A verdict counts for exactly the subject that it names, while it is
/// in force, and by no older lists than the one before; two persons let go, or a clear verdict where nothing else was missing; after a Block nothing does.
/// </summary>
internal sealed class CaseCheck(IJudge judge)
{
    private readonly HashSet<(string Key, Name By, ReviewDecision Decision)> _reviews = [];
    private readonly HashSet<(string Key, Bytes32 Subject, Screening Screening)> _verdicts = [];
    private readonly SortedDictionary<string, Screening> _newest = new(StringComparer.Ordinal);
    private readonly HashSet<string> _byVerdict = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rejected = new(StringComparer.Ordinal);

    /// <summary>Verdicts that cases took.</summary>
    public int Verdicts { get; private set; }

    /// <summary>Cases that a verdict alone let go.</summary>
    public int ByVerdict => _byVerdict.Count(key => !IsReleasedByPersons(key));

    /// <summary>A reviewer is about to say something of a case.</summary>
    public void Says(string key, Name by, ReviewDecision decision) => _reviews.Add((key, by, decision));

    /// <summary>The outside service is about to say something of a subject, and to hand it in at a case.</summary>
    public void Says(string key, Bytes32 subject, Screening screening) => _verdicts.Add((key, subject, screening));

    /// <summary>Whether those who let a case go could do so.</summary>
    public bool IsReleased(string key) => _byVerdict.Contains(key) || Persons(key, ReviewDecision.Approve) >= CaseRelease.Persons;

    /// <summary>Whether two persons let a case go.</summary>
    public bool IsReleasedByPersons(string key) => Persons(key, ReviewDecision.Approve) >= CaseRelease.Persons;

    /// <summary>Whether those who rejected a case could do so.</summary>
    public bool IsRejected(string key) => _rejected.Contains(key);

    /// <summary>Forgets what the system made of it: the events come again. What was said stays said.</summary>
    public void Clear()
    {
        _newest.Clear();
        _byVerdict.Clear();
        _rejected.Clear();
    }

    public void Add(Mirror stream, object before, object @event, Moment when)
    {
        if (@event is not CaseEvent happened) return;
        var key = stream.Name.Key;
        switch (happened)
        {
            case CaseEvent.VerdictGiven { Screening: var given }:
                Given(key, (CaseState)before, given, when);
                break;
            case CaseEvent.Approved approved:
                Approved(key, CaseDecider.View((CaseState)before)!, approved, when);
                break;
            case CaseEvent.Rejected:
                _rejected.Add(key);
                if (Persons(key, ReviewDecision.Reject) < CaseRelease.Persons && _newest.GetValueOrDefault(key)?.Verdict != ScreeningVerdict.Block)
                    judge.Fail("case-rejected", $"{key} was rejected, and neither two reviewers nor the service said no");
                break;
            case CaseEvent.Lapsed when CaseDecider.View((CaseState)stream.State)!.Screening is null:
                _newest.Remove(key);
                break;
            default:
                break;
        }
    }

    /// <summary>What the service blocks is rejected or over.</summary>
    public void Scan(IEnumerable<Mirror> streams)
    {
        if (_newest.Count == 0) return;
        foreach (var stream in streams)
        {
            if (stream.State is CaseState { Stage: CaseStage.Held or CaseStage.Overdue or CaseStage.Approved } state
                && _newest.GetValueOrDefault(stream.Name.Key) is { Verdict: ScreeningVerdict.Block })
                judge.Fail("case-blocked", $"{stream.Name.Key} is {state.Stage.GetType().Name} although the service said block");
        }
    }

    /// <summary>How far what a machine takes for the time may be from the true one, both ways.</summary>
    private Span Doubt => new((2 * judge.ClockDoubt.Ms) + (2 * judge.CommonClockError.Ms));

    private int Persons(string key, ReviewDecision decision) => TownRisk.Reviewers.Count(by => _reviews.Contains((key, by, decision)));

    private void Given(string key, CaseState before, Screening given, Moment when)
    {
        Verdicts++;
        if (CaseDecider.Question(before)?.Hash is not { } subject || !_verdicts.Contains((key, subject, given)))
            judge.Fail("verdict-subject", $"{key} took {given}, which nobody said of its subject {CaseDecider.Question(before)?.Hash}");
        if (!IsInForce(given, when)) judge.Fail("verdict-expired", $"{key} took {given} at {when.First}");
        if (_newest.GetValueOrDefault(key) is { } known && known.Provider == given.Provider && given.ListVersion < known.ListVersion)
            judge.Fail("verdict-lists", $"{key} took {given} after {known}");
        _newest[key] = given;
    }

    private void Approved(string key, CaseView before, CaseEvent.Approved approved, Moment when)
    {
        var said = _newest.GetValueOrDefault(key);
        if (said is { Verdict: ScreeningVerdict.Block }) judge.Fail("case-approved", $"{key} was approved although the service said {said}");
        var inForce = said is not null && IsInForce(said, when);
        if (before.Terms.AsksVerdict && said is not null && when.Last + Doubt < said.ExpiresAt && approved.Until > said.ExpiresAt)
            judge.Fail("release-outlives-verdict", $"{key} is let go until {approved.Until} beside {said}");
        if (Persons(key, ReviewDecision.Approve) >= CaseRelease.Persons)
        {
            if (before.Terms.AsksVerdict && !inForce && before.Stage != "overdue") judge.Fail("case-approved", $"{key} was approved at {when.First} without a verdict in force: {said}");
            if (!(before.Terms.VerdictSuffices && inForce && IsClear(said!))) return;
        }
        else if (!before.Terms.VerdictSuffices || !inForce || !IsClear(said!))
        {
            judge.Fail("case-approved", $"{key} was approved by fewer than {CaseRelease.Persons} reviewers and {said}");
            return;
        }

        _byVerdict.Add(key);
    }

    /// <summary>Surely before its end, whatever all clocks have in common.</summary>
    private bool IsInForce(Screening said, Moment when) => when.First.UnixMs < said.ExpiresAt.UnixMs + judge.CommonClockError.Ms;

    /// <summary>A clear verdict of funds that lie one or two transfers from a listed party lets nothing go by itself.</summary>
    private static bool IsClear(Screening said) =>
        said.Verdict == ScreeningVerdict.Clear && said.Flow is not ({ Hops: <= 1, SharePerMille: >= 100 } or { Hops: <= 2, SharePerMille: >= 250 });
}
