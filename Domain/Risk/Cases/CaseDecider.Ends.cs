using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Cases;

/// <summary>What an outside service says, and what ends a case: <see cref="ReleaseRule"/> says who lets go.</summary>
public sealed partial class CaseDecider
{
    /// <summary>What is asked of an outside service; null where no verdict is asked for.</summary>
    public static VerdictQuestion? Question(CaseState state) => FileOf(state) is not { Subject: { } subject, Ask: { } ask } file ? null : new(
        subject, subject.Hash, ask.Round, View(state)!.WantsVerdict, ask.At, state.Stage is CaseStage.Held held ? held.DueAt : null, file.Screening);

    private static Decision<CaseEvent> OnVerdict(CaseState state, CaseCommand.RecordVerdict command, Stamp stamp)
    {
        var (file, said) = (FileOf(state)!, command.Screening);
        if (Misfit(file, command, stamp) is { } misfit) return misfit;
        if (file.Screening is { } known && said.At < known.At) return Nothing;
        var given = new CaseEvent.VerdictGiven(said);
        if (state.Stage is CaseStage.Rejected) return given;
        if (said.Verdict == ScreeningVerdict.Block) return ImmutableArray.Create<CaseEvent>(given, new CaseEvent.Rejected());

        // What was approved under a better verdict is looked at again.
        if (state.Stage is CaseStage.Approved)
            return ReleaseRule.Weigh(said) == ScreeningVerdict.Review ? ImmutableArray.Create<CaseEvent>(given, new CaseEvent.Lapsed(stamp.Latest)) : given;
        return Conclude(state, file with { Screening = said }, given, stamp);
    }

    /// <summary>A verdict is of exactly what was asked, of now, and of no older lists than the one before; null: it is.</summary>
    private static Rejection? Misfit(CaseFile file, CaseCommand.RecordVerdict command, Stamp stamp)
    {
        var said = command.Screening;
        if (file.Subject is not { } subject) return new(RejectionCode.WrongState, "a case that asks for a verdict", "one that asks for none");
        if (command.Subject != subject.Hash) return new(RejectionCode.StaleVersion, $"a verdict of subject {subject.Hash}", $"{command.Subject}");
        if (!Enum.IsDefined(said.Verdict)) return new(RejectionCode.Malformed, "a verdict", $"{said.Verdict}");
        if (said.Flow is { } flow && (flow.Hops < 0 || flow.SharePerMille is < 0 or > 1000))
            return new(RejectionCode.Malformed, "hops from 0 on and a share of 0 to 1000", $"{flow.Hops} and {flow.SharePerMille}");
        if (said.At > stamp.Latest + CaseState.ClocksApart || said.ExpiresAt <= stamp.Latest)
            return new(RejectionCode.Malformed, $"a verdict of {stamp.Latest} or before, that is in force then", $"of {said.At}, until {said.ExpiresAt}");
        return file.Screening is { } known && known.Provider == said.Provider && said.ListVersion < known.ListVersion
            ? new(RejectionCode.StaleVersion, $"lists of {said.Provider} from version {known.ListVersion} on", $"{said.ListVersion}")
            : null;
    }

    /// <summary>When a verdict that stands beside no approval expires and the service is asked again; null: it is asked already, or never.</summary>
    private static Instant? AskAgainAt(CaseFile file) => file is { Subject: not null, Ask: { IsOpen: false }, Screening: { } said } ? said.ExpiresAt : null;

    private static CaseEvent.VerdictWanted Want(CaseFile file, Stamp stamp) => new((file.Ask?.Round ?? 0) + 1, file.Subject!.Hash, stamp.Latest);

    /// <summary>Held again; the service is asked again where its word is over too, or was all that let it go.</summary>
    private static Decision<CaseEvent> Lapse(CaseFile file, Stamp stamp) => AskAgainAt(file) is { } again && (file.Terms.VerdictSuffices || stamp.Latest >= again)
        ? ImmutableArray.Create<CaseEvent>(new CaseEvent.Lapsed(stamp.Latest), Want(file, stamp))
        : new CaseEvent.Lapsed(stamp.Latest);

    /// <summary>What was said, and the end of the case if that was what it waited for.</summary>
    private static Decision<CaseEvent> Conclude(CaseState state, CaseFile file, CaseEvent said, Stamp stamp)
    {
        if (file.Reviews.Count(review => review.Decision == ReviewDecision.Reject) >= CaseState.Persons)
            return ImmutableArray.Create(said, new CaseEvent.Rejected());
        var until = stamp.Earliest + file.Terms.ApprovalLife;
        if (file.Screening is { } screening && stamp.Latest < screening.ExpiresAt && screening.ExpiresAt < until) until = screening.ExpiresAt;
        return MayPass(state.Stage, file, ReleaseOf(file, until), stamp) ? ImmutableArray.Create(said, new CaseEvent.Approved(until)) : said;
    }

    private static bool MayPass(CaseStage stage, CaseFile file, CaseRelease release, Stamp stamp)
    {
        if (!ReleaseRule.LetsGo(release, file.Score.Demand.Action, file.Terms, file.Proposer, stamp.Latest)) return false;

        // What waited for a verdict alone goes with it, also late.
        if (release.Verdict is not null) return true;

        // The named quorum decides where the service did not; it cannot pass over what the service said.
        if (stage is CaseStage.Overdue)
            return !file.Terms.Override.IsEmpty && release.By.Count(file.Terms.Override.Contains) >= file.Terms.OverrideApprovals;
        return !file.Terms.AsksVerdict || (file.Screening is { } said && stamp.Latest < said.ExpiresAt);
    }

    /// <summary>No release outlives the verdict that it rests on: one that ends sooner was over already.</summary>
    private static CaseRelease ReleaseOf(CaseFile file, Instant until) => new(
        [.. file.Reviews.Where(review => review.Decision == ReviewDecision.Approve).Select(review => review.By).Distinct().Order()], file.Score.Demand.Action, until)
    {
        Verdict = file is { Terms.VerdictSuffices: true, Screening: { } said } && until <= said.ExpiresAt && ReleaseRule.Weigh(said) == ScreeningVerdict.Clear ? said : null,
    };

    private static CaseRelease? ReleaseOf(CaseState state) => state.Stage is CaseStage.Approved { File: var file, Until: var until } ? ReleaseOf(file, until) : null;

    private static Instant? DueAt(CaseState state) => state.Stage is CaseStage.Held held ? held.DueAt : NextWake(state);
}
