using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Packets;

/// <summary>From the first simulation to the reservation: what is voted on, whether it is enough, and that it still holds in the end.</summary>
public sealed partial class PacketDecider
{
    private static Rejection? Simulated(PacketDraft draft, PacketCommand.RecordSimulation command)
    {
        if (!Awaits<PacketTask.Simulate>(draft.State, command.CommandId)) return null;
        var bounds = Bounds.Normalise(command.Bounds);
        if (draft.State.Phase is PacketPhase.Simulating)
        {
            draft.Add(new PacketEvent.BoundsFixed(bounds));
        }
        else if (BoundsLimit.Exceeded(bounds, draft.State.Bounds!) is { } excess)
        {
            // No vote survives a changed effect: the members see the new bounds and vote again.
            draft.Add(new PacketEvent.VotesVoided(excess));
            draft.Add(new PacketEvent.BoundsFixed(bounds));
        }
        else
        {
            // The simulation may have waited for an operator or a node longer than lists and history stand still.
            draft.Add(IsStale(draft) ? new PacketEvent.ScoreRequested(null) : new PacketEvent.BoundsConfirmed());
        }

        return null;
    }

    private static Rejection? SimulationFailed(PacketDraft draft, PacketCommand.RecordSimulationFailure command)
    {
        if (!Awaits<PacketTask.Simulate>(draft.State, command.CommandId)) return null;
        if (HoldsBack(command.Rejection.Code))
        {
            draft.Add(new PacketEvent.FrozenOut(command.Rejection, draft.Stamp.Latest + PacketState.FrozenFor));
            return null;
        }

        var end = draft.State.Phase is PacketPhase.Simulating ? PacketEnd.Rejected : PacketEnd.Invalidated;
        draft.Add(new PacketEvent.Finished(end, command.Rejection));
        return null;
    }

    private static Rejection? Assessed(PacketDraft draft, PacketCommand.RecordAssessment command)
    {
        if (!Awaits<PacketTask.Assess>(draft.State, command.CommandId) && !Awaits<PacketTask.Score>(draft.State, command.CommandId)) return null;
        var assessment = command.Assessment;
        if (assessment.Denial is { Code: RejectionCode.Frozen } frozen)
        {
            draft.Add(new PacketEvent.FrozenOut(frozen, draft.Stamp.Latest + PacketState.FrozenFor));
            return null;
        }

        if (assessment.Denial is { Code: RejectionCode.RiskUnscored } unscored && draft.State.Attempts < PacketState.MaxAttempts)
        {
            draft.Add(new PacketEvent.ScoreRequested(unscored));
            return null;
        }

        if (assessment.Verdict is Verdict.Denied || UnknownKey(draft.State.Content!, assessment) is not null)
        {
            draft.Add(new PacketEvent.Finished(PacketEnd.Rejected, assessment.Denial ?? UnknownKey(draft.State.Content!, assessment)));
            return null;
        }

        VoidVotes(draft, assessment);
        draft.Add(new PacketEvent.Judged(assessment));
        Weigh(draft, assessment);
        return null;
    }

    // Votes bind policy and roster by hash: under another governance they are void, whoever cast them.
    private static void VoidVotes(PacketDraft draft, Assessment next)
    {
        if (draft.State.Assessment is not { } before || draft.State.Votes.IsEmpty) return;
        if ((before.PolicyVersion, before.PolicyHash, before.RosterHash) == (next.PolicyVersion, next.PolicyHash, next.RosterHash)) return;
        draft.Add(new PacketEvent.VotesVoided(new(
            RejectionCode.VoteVoid,
            $"policy {before.PolicyVersion}, roster {before.RosterHash}",
            $"policy {next.PolicyVersion}, roster {next.RosterHash}")));
    }

    private static void Weigh(PacketDraft draft, Assessment assessment)
    {
        // A judgement over votes that were void meanwhile, or that has not seen the newest ones, decides nothing about the quorum.
        if (assessment.Counted.Any(member => draft.State.Votes.All(vote => vote.Content.Member != member)))
        {
            AskJudgement(draft);
            return;
        }

        switch (assessment.Verdict)
        {
            case Verdict.Allowed:
                Approve(draft);
                break;
            case Verdict.TimeLocked:
                var reached = draft.State.QuorumAt ?? draft.Stamp.Latest;
                draft.Add(new PacketEvent.QuorumReached(reached, reached + assessment.Timelock));
                if (draft.Stamp.Earliest >= reached + assessment.Timelock) Approve(draft);
                break;
            case Verdict.Held:
                Hold(draft);
                RequestJudgement(draft);
                break;
            default:
                RequestJudgement(draft);
                break;
        }
    }

    private static void RequestJudgement(PacketDraft draft)
    {
        var state = draft.State;
        if (state.Votes.Length <= state.Judged || IsBeingJudged(state)) return;
        if (state.Approvals >= state.Assessment!.Required.Approvals)
            AskJudgement(draft);
    }

    private static void Approve(PacketDraft draft)
    {
        if (IsStale(draft))
        {
            draft.Add(new PacketEvent.ScoreRequested(null));
            return;
        }

        var simulate = OnChain(draft.State.Content!);
        draft.Add(new PacketEvent.Approved(simulate));
        if (!simulate) draft.Add(new PacketEvent.BoundsConfirmed());
    }

    private static Rejection? CastVote(PacketDraft draft, Vote vote)
    {
        var state = draft.State;
        var veto = vote.Content.Decision == VoteDecision.Veto;
        var votable = state.Phase is PacketPhase.Approving || (veto && state.Phase is PacketPhase.Timelocked or PacketPhase.Approved or PacketPhase.Frozen);
        if (!votable || state is not { Content: { } content, Assessment: { } assessment, Bounds: { } bounds })
            return WrongState(state, veto ? "a packet that is not reserved yet" : "a packet that collects votes");
        if (draft.Stamp.Latest >= content.OpenBefore) return TooLate(draft, content);
        var subject = new VoteSubject.Packet(content, bounds);
        if (VoteCheck.Check(vote, subject, VoteTerms.Of(content.Ref.Owner, assessment), draft.Stamp) is { } bad) return bad;
        if (veto)
        {
            draft.Add(new PacketEvent.VoteCast(vote));
            draft.Add(new PacketEvent.Finished(PacketEnd.Rejected, new(RejectionCode.Vetoed, "no veto", $"a veto of {vote.Content.Member}")));
            return null;
        }

        if (state.Votes.Any(other => other.Content.Member == vote.Content.Member))
            return new(RejectionCode.VoteDuplicate, $"one vote of {vote.Content.Member}", "another");
        if (!assessment.Eligible.Contains(vote.Content.Member) && assessment.Confirmer != vote.Content.Member)
        {
            return vote.Content.Member == content.Proposer
                ? new(RejectionCode.ProposerVote, "a member other than the proposer", $"{vote.Content.Member}")
                : new(RejectionCode.RoleMissing, string.Join(", ", assessment.Eligible), $"{vote.Content.Member}");
        }

        draft.Add(new PacketEvent.VoteCast(vote));
        RequestJudgement(draft);
        return null;
    }

    private static Rejection? Reserved(PacketDraft draft, Guid commandId)
    {
        if (draft.State.Phase is not PacketPhase.Reserving { Closing: var closing }) return null;
        if (!Awaits<PacketTask.Reserve>(draft.State, commandId)) return null;
        draft.Add(new PacketEvent.Reserved());
        if (closing is null && draft.Stamp.Latest >= draft.State.Content!.OpenBefore)
            draft.Add(new PacketEvent.CloseWanted(PacketEnd.Expired, "open-before passed"));
        return null;
    }

    private static Rejection? ReservationRefused(PacketDraft draft, Guid commandId, Rejection rejection)
    {
        if (draft.State.Phase is not PacketPhase.Reserving { Closing: var closing }) return null;
        if (!Awaits<PacketTask.Reserve>(draft.State, commandId)) return null;
        draft.Add(new PacketEvent.ReservationRefused(rejection));
        if (closing is not null)
            draft.Add(new PacketEvent.Finished(closing.End, rejection));
        else if (HoldsBack(rejection.Code))
            draft.Add(new PacketEvent.FrozenOut(rejection, draft.Stamp.Latest + PacketState.FrozenFor));
        else if (rejection.Code is RejectionCode.TimelockRunning && draft.State.Attempts < PacketState.MaxAttempts)
            draft.Add(new PacketEvent.QuorumReached(draft.State.QuorumAt ?? draft.Stamp.Latest, draft.Stamp.Earliest + PacketState.LockMargin));
        else if (rejection.Code is RejectionCode.RiskUnscored && draft.State.Attempts < PacketState.MaxAttempts)
            draft.Add(new PacketEvent.ScoreRequested(rejection));
        else if (ChangesGovernance(rejection.Code) && draft.State.Attempts < PacketState.MaxAttempts)
            AskJudgement(draft);
        else
            draft.Add(new PacketEvent.Finished(EndOf(rejection.Code), rejection));
        return null;
    }

    // Members or an operator stopped what is new, the chain did by itself, or too many packets are under way: this one waits, until its own deadline.
    private static bool HoldsBack(RejectionCode code) =>
        code is RejectionCode.Frozen or RejectionCode.OperatorStopped or RejectionCode.ChainStopped or RejectionCode.QuotaExceeded;

    // The governance moved between judgement and reservation: the account judges again, and votes that it voids are collected anew.
    private static bool ChangesGovernance(RejectionCode code) => code is RejectionCode.QuorumMissing or RejectionCode.RiskHeld
        or RejectionCode.VoteVoid or RejectionCode.VoteExpired or RejectionCode.UnknownMember or RejectionCode.UnknownDevice
        or RejectionCode.RoleMissing or RejectionCode.DeviceTooNew or RejectionCode.SeparationOfDuties;

    private static PacketEnd EndOf(RejectionCode code) => code switch
    {
        RejectionCode.ClaimTaken => PacketEnd.Invalidated,
        RejectionCode.DeadlinePassed or RejectionCode.Expired => PacketEnd.Expired,
        _ when ChangesGovernance(code) || code is RejectionCode.TimelockRunning => PacketEnd.Invalidated,
        _ => PacketEnd.Rejected,
    };

    private static Rejection? UnknownKey(PacketContent content, Assessment assessment)
    {
        foreach (var leg in content.Legs)
        {
            if (Sender(leg) is { } sender && KeyOf(assessment, sender) is null)
                return new(RejectionCode.KeyUnknown, $"an own address to send {leg.Id} from", $"{sender.Chain}/{sender.From}");
        }

        return null;
    }

    private static Name? KeyOf(Assessment assessment, (ChainId Chain, Address From) sender) =>
        assessment.Keys.FirstOrDefault(key => (key.Chain, key.Address) == sender)?.Key;

    private static (ChainId Chain, Address From)? Sender(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => (transfer.Amount.Asset.Chain, transfer.From),
        Leg.ContractCall call => (call.Chain, call.From),
        Leg.CoinPayments payments => (payments.Chain, payments.From),
        _ => null,
    };

    // Results carry the id of the intent that they answer: a result of an earlier question answers nothing.
    private static bool Awaits<T>(PacketState state, Guid commandId)
        where T : PacketTask => state.Tasks.Any(task => task.Value is T
            && EffectId.ResultOf(Kind, state.Ref.Key, PacketTask.Intent(task.Key, task.Value)) == commandId);
}
