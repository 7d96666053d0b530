using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>From the reservation on: starting legs, hearing of them, closing them, and the end.</summary>
public sealed partial class PacketDecider
{
    private static Rejection? Progress(PacketDraft draft, Name leg, LegProgress progress)
    {
        if (!draft.State.Legs.TryGetValue(leg, out var held)) return new(RejectionCode.LegMismatch, "a leg of this packet", $"{leg}");
        if (draft.State.Phase is not (PacketPhase.Running or PacketPhase.Ended)) return WrongState(draft.State, "a packet that was reserved");
        if (!Applies(held.Stage, progress)) return null;
        if (draft.State.Phase is PacketPhase.Ended) draft.Add(new PacketEvent.Reopened());
        draft.Add(new PacketEvent.LegProgressed(leg, progress));
        return null;
    }

    /// <summary>
    /// Whether the news changes the leg. Lanes tell in order, so what does not apply is a late repetition: it changes nothing. A leg that was
    /// posted or released is moved only by a reorg.
    /// </summary>
    private static bool Applies(PacketLegStage stage, LegProgress progress) => progress switch
    {
        LegProgress.Claimed claimed => stage is PacketLegStage.Submitted || (stage is PacketLegStage.Claimed before && before.Nonce != claimed.Nonce),
        LegProgress.Signed signed => stage is PacketLegStage.Submitted or PacketLegStage.Claimed
            || (stage is PacketLegStage.Signed before && before.TxHash != signed.TxHash)
            || (stage is PacketLegStage.Accepted accepted && accepted.TxHash != signed.TxHash),
        LegProgress.AcceptedByNode taken => stage is PacketLegStage.Submitted or PacketLegStage.Claimed or PacketLegStage.Signed
            || (stage is PacketLegStage.Accepted before && before.TxHash != taken.TxHash),
        LegProgress.Mined mined => stage.IsAtLane || (stage is PacketLegStage.Mined before && before.Inclusion != mined.Inclusion),
        LegProgress.Unmined => stage is PacketLegStage.Mined or PacketLegStage.Posting or PacketLegStage.Settled { Inclusion: not null },
        LegProgress.Final or LegProgress.Reverted or LegProgress.Impossible => stage.IsAtLane || stage is PacketLegStage.Mined,
        LegProgress.Refused => stage is PacketLegStage.Submitted or PacketLegStage.Claimed,
        LegProgress.Delivered or LegProgress.Returned => stage is PacketLegStage.Sent,
        _ => false,
    };

    private static Rejection? Acknowledge(PacketDraft draft, PacketCommand.Acknowledge command)
    {
        var number = PacketTask.Number(command.Intent);
        if (!draft.State.Tasks.TryGetValue(number, out var task)) return null;
        var refusal = (command.Reply as CommandReply.Refused)?.Rejection;
        draft.Add(new PacketEvent.TaskDone(number, refusal));
        if (refusal is not null && StartOf(task) is { } leg && CanAbandon(draft.State.Legs[leg].Stage, refusal))
            draft.Add(new PacketEvent.LegAbandoned(leg, refusal));
        return null;
    }

    private static Name? StartOf(PacketTask task) => task switch
    {
        PacketTask.Submit submit => submit.Leg,
        PacketTask.Send send => send.Leg,
        _ => (Name?)null,
    };

    // "Already exists" says that the lane has the leg: then it lives there, and only the lane tells its end.
    private static bool CanAbandon(PacketLegStage stage, Rejection refusal) =>
        stage is PacketLegStage.Submitted or PacketLegStage.Sent && refusal.Code is not RejectionCode.AlreadyExists;

    private static void Advance(PacketDraft draft)
    {
        if (draft.State.Phase is not PacketPhase.Running) return;

        // Each round starts or abandons at least one leg, so there are no more rounds than legs.
        for (var round = 0; round <= PacketContent.MaxLegs && AdvanceWaiting(draft); round++)
        {
        }

        if (draft.State.Phase is PacketPhase.Running { Closing: { } closing })
        {
            foreach (var leg in draft.State.Legs.Values.Where(leg => leg.Stage.IsAtLane && !leg.CloseAsked).ToArray())
                draft.Add(new PacketEvent.LegCloseRequested(leg.Id, closing.Reason));
        }

        Finish(draft);
    }

    private static bool AdvanceWaiting(PacketDraft draft)
    {
        var moved = false;
        var closing = (draft.State.Phase as PacketPhase.Running)!.Closing;
        foreach (var leg in draft.State.Legs.Values.Where(leg => leg.Stage is PacketLegStage.Waiting).ToArray())
        {
            var before = draft.State.Leg(leg.Id).After.Select(id => draft.State.Legs[id]).ToArray();
            if (closing is not null)
                draft.Add(new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.WrongState, "an open packet", closing.Reason)));
            else if (before.FirstOrDefault(b => b.Stage is PacketLegStage.Releasing or PacketLegStage.Released) is { } failed)
                draft.Add(new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.LegMismatch, $"{failed.Id} settled", $"{failed.Id} cannot settle")));
            else if (before.All(b => b.Stage is PacketLegStage.Settled))
                draft.Add(new PacketEvent.LegStarted(leg.Id));
            else
                continue;
            moved = true;
        }

        return moved;
    }

    private static void Finish(PacketDraft draft)
    {
        var state = draft.State;
        if (!state.Legs.Values.All(leg => leg.Stage.HasEnded) || state.Tasks.Values.Any(task => task.Of is not null)) return;
        var settled = state.Legs.Values.Count(leg => leg.Stage is PacketLegStage.Settled);
        var failed = state.Legs.Values.Select(leg => leg.Stage).OfType<PacketLegStage.Released>().FirstOrDefault();
        var end = settled == state.Legs.Count ? PacketEnd.Settled
            : settled > 0 ? PacketEnd.PartiallySettled
            : (state.Phase as PacketPhase.Running)!.Closing?.End ?? PacketEnd.Invalidated;
        draft.Add(new PacketEvent.Finished(end, failed?.Rejection));
    }
}
