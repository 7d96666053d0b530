using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Cases;

/// <summary>What a case keeps of its events.</summary>
public sealed partial class CaseDecider
{
    public static CaseState Evolve(CaseState state, CaseEvent @event, Instant at) => @event switch
    {
        CaseEvent.Told e => state.News == e.News ? state with { OwesWord = false } : state,
        CaseEvent.QueueTold e => state with { TurnsTold = e.Turn },
        CaseEvent.Approved or CaseEvent.Rejected or CaseEvent.Lapsed => Staged(state, @event) with { News = state.News + 1, OwesWord = true },
        _ => Staged(state, @event),
    };

    private static CaseState Staged(CaseState state, CaseEvent @event)
    {
        var next = Next(state, @event);
        return IsWaiting(next) == int.IsOddInteger(state.Turns) ? next : next with { Turns = state.Turns + 1 };
    }

    private static CaseState Next(CaseState state, CaseEvent @event) => state with
    {
        Stage = @event switch
        {
            CaseEvent.Opened e => new CaseStage.Held(new(e.Payment, e.Proposer, e.Score, e.Terms, [], null, null, e.At) { Subject = e.Subject }, e.At + e.Terms.Patience),
            CaseEvent.VerdictWanted e => With(state.Stage, FileOf(state)! with { Ask = new(e.Round, true, e.At) }),
            CaseEvent.VerdictGiven e => With(state.Stage, Answered(FileOf(state)!) with { Screening = e.Screening }),
            CaseEvent.Reviewed e => With(state.Stage, FileOf(state)! with { Reviews = FileOf(state)!.Reviews.Add(e.Review) }),
            CaseEvent.TravelRuleAttached e => With(state.Stage, FileOf(state)! with { TravelRule = e.Record }),
            CaseEvent.Approved e => new CaseStage.Approved(FileOf(state)!, e.Until),
            CaseEvent.Rejected => new CaseStage.Rejected(FileOf(state)!),
            CaseEvent.FellDue => new CaseStage.Overdue(FileOf(state)!),
            CaseEvent.Lapsed e => new CaseStage.Held(Again(FileOf(state)!, e.At), e.At + FileOf(state)!.Terms.Patience),
            CaseEvent.Closed => new CaseStage.Closed(FileOf(state)!),
            _ => throw new UnreachableException($"No such event: {@event.GetType().Name}."),
        },
    };

    /// <summary>
    /// Another round: nobody has said anything yet. A verdict that is out of date is none, nor is one that let it go alone; one that speaks against the payment stays.
    /// </summary>
    private static CaseFile Again(CaseFile file, Instant at) => file with
    {
        Reviews = [],
        Screening = file.Screening is { } said && ((said.ExpiresAt > at && !file.Terms.VerdictSuffices) || ReleaseRule.Weigh(said) != ScreeningVerdict.Clear) ? said : null,
    };

    private static CaseFile Answered(CaseFile file) => file.Ask is { IsOpen: true } ask ? file with { Ask = ask with { IsOpen = false } } : file;

    private static CaseStage With(CaseStage stage, CaseFile file) => stage switch
    {
        CaseStage.Held held => held with { File = file },
        CaseStage.Overdue overdue => overdue with { File = file },
        CaseStage.Approved approved => approved with { File = file },
        CaseStage.Rejected rejected => rejected with { File = file },
        CaseStage.Closed closed => closed with { File = file },
        _ => throw new UnreachableException("A case that was not opened has no file."),
    };
}
