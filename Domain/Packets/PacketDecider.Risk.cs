using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Cases;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>
/// The packet's score: asked for before the first judgement, and again before the reservation when it is no longer fresh; and its case, where the account's judgement
/// holds the packet. Nothing is held while risk is in shadow: then no judgement says so.
/// </summary>
public sealed partial class PacketDecider
{
    /// <summary>What account and signer are told of the packet's risk; null before it was scored.</summary>
    public static PacketRisk? RiskOf(PacketState state) => state.Score is { } score ? new(score, state.Case?.Release) : null;

    /// <summary>The key of a packet's case: each subject that is held has its own, so that what was released is what was looked at.</summary>
    public static string CaseKey(PacketRef packet, long number) => string.Create(CultureInfo.InvariantCulture, $"{packet.Key}/{number}");

    /// <summary>The id of the payment in the account's risk profile: the same for each look at one revision.</summary>
    public static Guid PaymentId(PacketContent content) =>
        EffectId.Of(Kind, content.Ref.Key, string.Create(CultureInfo.InvariantCulture, $"payment/{content.Revision}"));

    private static Rejection? Scored(PacketDraft draft, PacketCommand.RecordScore command)
    {
        if (Awaits<PacketTask.Score>(draft.State, command.CommandId)) draft.Add(new PacketEvent.Scored(command.Score));
        return null;
    }

    private static Rejection? CaseHeard(PacketDraft draft, PacketCommand.RecordCase command)
    {
        var state = draft.State;
        if (state.Case is not { } known || known.Number != command.Case || command.Sequence <= known.Sequence || state.Phase is PacketPhase.Ended) return null;
        draft.Add(new PacketEvent.CaseDecided(command.Sequence, command.Release, command.Rejected));
        if (command.Rejected)
            Stop(draft, new(RejectionCode.RiskBlocked, "a case that reviewers approve", "they rejected it"));
        else if (command.Release is not null && state is { Phase: PacketPhase.Approving, Assessment.Verdict: Verdict.Held } && !IsBeingJudged(state))
            AskJudgement(draft);
        return null;
    }

    /// <summary>What it would give back did not come: nothing of it is sent, if that can still be helped.</summary>
    private static Rejection? DepositLost(PacketDraft draft, DepositRef deposit)
    {
        if (draft.State is { Phase: not PacketPhase.Ended, Content: { } content } && content.Legs.Any(leg => leg is Leg.ChainTransfer { Returns: { } returned } && returned == deposit))
            Stop(draft, new(RejectionCode.NotFinal, $"deposit {deposit} on its chain", "a reorg took it"));
        return null;
    }

    /// <summary>What was not reserved ends here, what was is closed like a cancelled one.</summary>
    private static void Stop(PacketDraft draft, Rejection no)
    {
        if (draft.State.Phase is PacketPhase.Reserving { Closing: null } or PacketPhase.Running { Closing: null })
            draft.Add(new PacketEvent.CloseWanted(PacketEnd.Rejected, no.Actual));
        else if (draft.State.Phase is not (PacketPhase.Reserving or PacketPhase.Running))
            draft.Add(new PacketEvent.Finished(PacketEnd.Rejected, no));
    }

    /// <summary>The account's judgement over what is known now: a score that is no longer fresh is taken anew first.</summary>
    private static void AskJudgement(PacketDraft draft) => draft.Add(IsStale(draft) ? new PacketEvent.ScoreRequested(null) : new PacketEvent.JudgementRequested());

    private static bool IsStale(PacketDraft draft) => draft.State.Score is { } score && draft.Stamp.Latest >= score.FreshUntil;

    private static bool IsBeingJudged(PacketState state) => state.Tasks.Values.Any(task => task is PacketTask.Assess or PacketTask.Score);

    /// <summary>Held: its case is opened; or, where the release came while the account judged, it judges again.</summary>
    private static void Hold(PacketDraft draft)
    {
        if (draft.State.Case is not { } known)
            draft.Add(new PacketEvent.CaseWanted());
        else if (known.Release is not null && known.Sequence > draft.State.JudgedCase)
            AskJudgement(draft);
    }

    private static PacketState OnRisk(PacketState state, PacketEvent @event)
    {
        switch (@event)
        {
            case PacketEvent.Scored e:
                var scored = Done<PacketTask.Score>(state) with { Score = e.Score };

                // Reviewers released what they looked at; something graver is another case.
                var next = scored.Case is { } old && ReleaseRule.IsGraver(old.Action, old.VerdictSuffices, e.Score.Value.Demand.Action, e.Score.Terms) ? WithoutCase(scored) : scored;
                return OweJudgement(next with { Judged = state.Votes.Length });
            case PacketEvent.ScoreRequested e:
                return (ToBeJudged(state) with
                {
                    Attempts = state.Attempts + (e.Reason is null ? 0 : 1),
                    Rejection = e.Reason ?? state.Rejection,
                }).Owe(new PacketTask.Score());
            case PacketEvent.CaseWanted:
                var number = state.Counter + 1;
                var action = state.Assessment!.Risk!.Action;
                return (state with { Case = new(number, action, 0, null) { VerdictSuffices = state.Score!.Terms.VerdictSuffices } }).Owe(new PacketTask.OpenCase(number, state.Content!.Proposer, state.Score!));
            case PacketEvent.CaseDecided e:
                // What was reserved under a release is signed under it, as long as that holds: the signer judges each leg as of the first one.
                var kept = state.Phase is PacketPhase.Reserving or PacketPhase.Running && !e.Rejected ? state.Case!.Release : null;
                return state with { Case = state.Case! with { Sequence = e.Sequence, Release = e.Release ?? kept } };
            default:
                throw new UnreachableException($"No event of a risk {@event}.");
        }
    }

    private static PacketState ToBeJudged(PacketState state) => Drop(state) with
    {
        Phase = state.Assessment is null ? new PacketPhase.Assessing() : new PacketPhase.Approving(),
        Judged = state.Votes.Length,
    };

    private static PacketState OweJudgement(PacketState state) => (state with { JudgedCase = state.Case?.Sequence ?? 0 }).Owe(new PacketTask.Assess());

    /// <summary>The case is closed: it is of what the packet no longer is.</summary>
    private static PacketState WithoutCase(PacketState state) =>
        state.Case is { IsClosed: false } known ? (state with { Case = null }).Owe(new PacketTask.CloseCase(known.Number)) : state with { Case = null };

    /// <summary>Over: its case is closed, and what was released is still told.</summary>
    private static PacketState Closed(PacketState state) =>
        state.Case is { IsClosed: false } known ? (state with { Case = known with { IsClosed = true } }).Owe(new PacketTask.CloseCase(known.Number)) : state;

    private static Effect EffectOf(PacketState state, PacketTask.OpenCase task, Guid id) => new Effect.TellCase(
        CaseKey(state.Ref, task.Case), new CaseCommand.Open(id, task.Taken.Payment.Id, task.Proposer, task.Taken.Value, task.Taken.Terms)
        {
            Subject = task.Taken.Terms.AsksVerdict ? VerdictSubjects.Of(task.Taken.Payment) : null,
        });
}
