using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>From the reservation on: starting legs, hearing of them, closing them, and the end.</summary>
public sealed partial class PacketDecider
{
    private static Rejection? Progress(PacketDraft draft, Name leg, LegProgress progress)
    {
        if (progress is LegProgress.Found found) return Found(draft, leg, found);
        if (!draft.State.Legs.TryGetValue(leg, out var held)) return new(RejectionCode.LegMismatch, "a leg of this packet", $"{leg}");
        if (draft.State.Phase is not (PacketPhase.Running or PacketPhase.Ended)) return WrongState(draft.State, "a packet that was reserved");
        if (IsOfPayment(progress) != draft.State.Leg(leg) is Leg.ChannelPayment) return new(RejectionCode.LegMismatch, $"news that {leg} can have", progress.GetType().Name);
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
        LegProgress.Unmined lost => stage is PacketLegStage.Mined or PacketLegStage.Posting or PacketLegStage.Settled { Inclusion: not null }
            || (stage.MadeImpossibleBy is { } by && (by.TxHash, by.Block.Hash) == (lost.TxHash, lost.LostBlock)),
        LegProgress.Final or LegProgress.Reverted or LegProgress.Impossible => stage.IsAtLane || stage is PacketLegStage.Mined,
        LegProgress.Refused => stage is PacketLegStage.Submitted or PacketLegStage.Claimed,
        LegProgress.Delivered or LegProgress.Returned => stage is PacketLegStage.Sent,
        LegProgress.Paid => stage is PacketLegStage.Paying || stage.HasFailed,
        LegProgress.Unpaid => stage is PacketLegStage.Paying,
        LegProgress.Delayed => stage is PacketLegStage.Paying { Delay: null },
        _ => false,
    };

    private static Rejection? Acknowledge(PacketDraft draft, PacketCommand.Acknowledge command)
    {
        var number = PacketTask.Number(command.Intent);
        if (!draft.State.Tasks.TryGetValue(number, out var task)) return null;
        var refusal = (command.Reply as CommandReply.Refused)?.Rejection;
        draft.Add(new PacketEvent.TaskDone(number, refusal));
        if (refusal is null) return null;
        foreach (var leg in StartedBy(draft.State, task, refusal))
            if (CanAbandon(draft.State.Legs[leg].Stage, refusal)) draft.Add(new PacketEvent.LegAbandoned(leg, refusal));
        return null;
    }

    private static ImmutableArray<Name> StartedBy(PacketState state, PacketTask task, Rejection refusal) => task switch
    {
        // A payment that was begun is known for ever, but where a restore of the journal forgot it.
        PacketTask.Close close when refusal.Code is RejectionCode.NotFound && state.Leg(close.Leg) is Leg.ChannelPayment => [close.Leg],
        PacketTask.Submit submit => [submit.Leg],
        PacketTask.Send send => [send.Leg],
        PacketTask.Pay pay => [pay.Leg],
        PacketTask.Offer offer => [offer.Leg],
        PacketTask.SendGroup group => [.. state.Content!.Legs.Where(leg => leg.Group == group.Group).Select(leg => leg.Id)],
        _ => [],
    };

    // "Already exists" says that the lane has the leg: then it lives there, and only the lane tells its end.
    private static bool CanAbandon(PacketLegStage stage, Rejection refusal) =>
        stage is PacketLegStage.Paying
        || (stage is PacketLegStage.Submitted or PacketLegStage.Sent or PacketLegStage.Offered && refusal.Code is not RejectionCode.AlreadyExists);

    private static void Advance(PacketDraft draft)
    {
        if (draft.State.Phase is not PacketPhase.Running) return;

        // A leg is offered, started and abandoned at most once each, so there are no more rounds than that.
        for (var round = 0; round <= 3 * PacketContent.MaxLegs && (AdvanceIdle(draft) || AdvanceInstead(draft)); round++)
        {
        }

        AdvanceCompensations(draft);
        RequestCloses(draft);
        Finish(draft);
    }

    private static void RequestCloses(PacketDraft draft)
    {
        var closing = (draft.State.Phase as PacketPhase.Running)!.Closing;
        var late = draft.State.Content!.CompensateBefore <= draft.Stamp.Latest;
        foreach (var leg in draft.State.Legs.Values.Where(leg => leg.Stage.CanClose && !leg.CloseAsked).ToArray())
        {
            // A cancelled or late packet still undoes what it did; only its own deadline ends that.
            if (!draft.State.Compensates(leg)) Close(closing?.Reason);
            else Close(late ? "compensate-before passed" : null);

            void Close(string? reason)
            {
                if (reason is not null) draft.Add(new PacketEvent.LegCloseRequested(leg.Id, reason));
            }
        }
    }

    private static bool AdvanceIdle(PacketDraft draft)
    {
        var moved = false;
        foreach (var id in draft.State.Legs.Keys.ToArray())
        {
            if (draft.State.Legs[id] is not { Stage.IsIdle: true } leg || draft.State.Compensates(leg) || draft.State.IsInstead(leg)) continue;
            if (NextOf(draft.State, leg) is not { } next) continue;
            draft.Add(next);
            moved = true;
        }

        return moved;
    }

    /// <summary>What becomes of a leg that was not started yet, or null while it waits.</summary>
    private static PacketEvent? NextOf(PacketState state, PacketLeg leg)
    {
        var (content, asked) = (state.Content!, state.Leg(leg.Id));
        if ((state.Phase as PacketPhase.Running)!.Closing is { } closing)
            return new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.WrongState, "an open packet", closing.Reason));
        var atomic = LegPlan.IsAtomic(content, asked);
        var together = atomic ? LegPlan.Together(content, asked).Select(other => state.Legs[other.Id]).ToArray() : [];
        var before = LegPlan.Before(content, asked).Select(id => Standing(state, id)).ToArray();
        if (asked is Leg.ChannelPayment && state.Epoch > 0) return new PacketEvent.LegAbandoned(leg.Id, Forgotten);
        if (before.Concat(together).FirstOrDefault(other => other.Stage.HasFailed) is { } failed)
            return new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.LegMismatch, $"{failed.Id} settled", $"{failed.Id} cannot settle"));
        return leg.Stage switch
        {
            PacketLegStage.Waiting when before.All(other => other.Stage is PacketLegStage.Settled) =>
                atomic ? new PacketEvent.LegOffered(leg.Id) : new PacketEvent.LegStarted(leg.Id),
            PacketLegStage.Agreed when together.All(other => other.Stage is PacketLegStage.Agreed) => new PacketEvent.GroupStarted(asked.Group!.Value),
            _ => null,
        };
    }

    /// <summary>
    /// Starts what undoes a settled leg once nothing after it can settle any more, latest first; lets go of what is not needed when all is over.
    /// </summary>
    private static void AdvanceCompensations(PacketDraft draft)
    {
        var over = draft.State.Legs.Values.Where(leg => !draft.State.Compensates(leg)).All(leg => leg.Stage.HasEnded);
        foreach (var leg in draft.State.Legs.Values.Where(leg => leg.Stage is PacketLegStage.Waiting && draft.State.Compensates(leg)).ToArray())
        {
            var wanted = IsWanted(draft.State, draft.State.Leg(leg.Id).Compensates!.Value, out var due);
            if (due && draft.State.Content!.CompensateBefore <= draft.Stamp.Latest)
                draft.Add(new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.DeadlinePassed, $"before {draft.State.Content.CompensateBefore}", $"{draft.Stamp.Latest}")));
            else if (due)
                draft.Add(new PacketEvent.LegStarted(leg.Id));
            else if (over && !wanted)
                draft.Add(new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.WrongState, "a settled leg before one that failed", "none")));
        }
    }

    /// <param name="due">Everything after the leg has ended and, where it settled, was undone first.</param>
    private static bool IsWanted(PacketState state, Name undone, out bool due)
    {
        var content = state.Content!;
        var later = LegPlan.Later(content, state.Leg(undone)).Select(leg => leg.Id).ToArray();
        var wanted = Standing(state, undone).Stage is PacketLegStage.Settled && later.Any(id => Standing(state, id).Stage.HasFailed);
        due = wanted && later.All(id => Standing(state, id).Stage.HasEnded
            && (LegPlan.CompensationOf(content, id) is not { } other || state.Legs[other.Id].Stage.HasEnded));
        return wanted;
    }

    private static void Finish(PacketDraft draft)
    {
        var state = draft.State;
        if (!state.Legs.Values.All(leg => leg.Stage.HasEnded) || state.Tasks.Values.Any(task => task.IsOfLegs)) return;
        var legs = state.Legs.Values.Where(leg => !state.Compensates(leg) && !state.IsInstead(leg)).Select(leg => Standing(state, leg.Id)).ToArray();
        var settled = legs.Where(leg => leg.Stage is PacketLegStage.Settled).ToArray();
        var undone = settled.Count(leg =>
            LegPlan.CompensationOf(state.Content!, leg.Id) is { } other && state.Legs[other.Id].Stage is PacketLegStage.Settled);
        var failed = legs.Select(leg => leg.Stage).OfType<PacketLegStage.Released>().FirstOrDefault();
        var end = settled.Length == legs.Length ? PacketEnd.Settled
            : settled.Length > 0 && undone == settled.Length ? PacketEnd.Compensated
            : state.Legs.Values.Any(leg => leg.Stage is PacketLegStage.Settled) ? PacketEnd.PartiallySettled
            : (state.Phase as PacketPhase.Running)!.Closing?.End ?? PacketEnd.Invalidated;
        draft.Add(new PacketEvent.Finished(end, failed?.Rejection));
    }
}
