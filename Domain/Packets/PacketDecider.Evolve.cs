using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>How events change the state.</summary>
public sealed partial class PacketDecider
{
    public static PacketState Evolve(PacketState state, PacketEvent @event, Instant at) => @event switch
    {
        PacketEvent.Drafted e => Fresh(WithoutCase(state)) with { Phase = new PacketPhase.Draft(), Content = e.Content },
        PacketEvent.Proposed e => e.NeedsSimulation
            ? (state with { Phase = new PacketPhase.Simulating(), Origin = e.Origin }).Owe(new PacketTask.Simulate())
            : state with { Phase = new PacketPhase.Simulating(), Origin = e.Origin },
        PacketEvent.BoundsFixed e => (Drop(WithoutCase(state)) with
        {
            Phase = new PacketPhase.Assessing(),
            Bounds = e.Bounds,
            Votes = [],
            Judged = 0,
            QuorumAt = null,
            Score = null,
        }).Owe(new PacketTask.Score()),
        PacketEvent.Judged e => Drop(state) with { Phase = new PacketPhase.Approving(), Assessment = e.Assessment },
        PacketEvent.VoteCast e => state with { Votes = state.Votes.Add(e.Vote) },
        PacketEvent.JudgementRequested => OweJudgement(ToBeJudged(state)),
        PacketEvent.Scored or PacketEvent.ScoreRequested or PacketEvent.CaseWanted or PacketEvent.CaseDecided => OnRisk(state, @event),
        PacketEvent.QuorumReached e => OnQuorum(state, e),
        PacketEvent.Approved e => e.NeedsSimulation
            ? (state with { Phase = new PacketPhase.Approved() }).Owe(new PacketTask.Simulate())
            : state with { Phase = new PacketPhase.Approved() },
        PacketEvent.BoundsConfirmed => (Done<PacketTask.Simulate>(state) with { Phase = new PacketPhase.Reserving(null) })
            .Owe(new PacketTask.Reserve()),
        PacketEvent.VotesVoided e => state with { Votes = [], Judged = 0, QuorumAt = null, Rejection = e.Reason },
        PacketEvent.Reserved => OnReserved(Done<PacketTask.Reserve>(state)),
        PacketEvent.ReservationRefused e => Done<PacketTask.Reserve>(state) with { Rejection = e.Rejection, Attempts = state.Attempts + 1 },
        PacketEvent.FrozenOut e => Drop(state) with { Phase = new PacketPhase.Frozen(e.RetryAt), Rejection = e.Rejection },
        PacketEvent.CloseWanted e => state with
        {
            Phase = state.Phase is PacketPhase.Running
                ? new PacketPhase.Running(new(e.End, e.Reason))
                : new PacketPhase.Reserving(new(e.End, e.Reason)),
        },
        PacketEvent.LegStarted or PacketEvent.LegOffered or PacketEvent.GroupStarted or PacketEvent.LegProgressed or PacketEvent.LegAbandoned
            or PacketEvent.LegCloseRequested => OnLeg(state, @event),
        PacketEvent.TaskDone e => OnDone(state with { Tasks = state.Tasks.Remove(e.Number) }, state.Tasks[e.Number], e.Refusal),
        PacketEvent.RecoveryBegun or PacketEvent.LegFound or PacketEvent.Restored => OnRecovery(state, @event),
        PacketEvent.Reopened => state with { Phase = new PacketPhase.Running((state.Phase as PacketPhase.Ended)?.Closing) },
        PacketEvent.Finished e => Drop(Closed(state)) with
        {
            Phase = new PacketPhase.Ended(e.End, (state.Phase as PacketPhase.Running)?.Closing),
            Rejection = e.End == PacketEnd.Settled ? null : e.Rejection ?? state.Rejection,
        },
        _ => throw new UnreachableException($"No packet event {@event}."),
    };

    /// <summary>
    /// Nothing but what holds for the packet's whole life: numbers are never used twice, a restore is heard of once, and a case that was opened is closed.
    /// </summary>
    private static PacketState Fresh(PacketState state) => Empty(state.Ref.Key) with
    {
        Counter = state.Counter,
        Epoch = state.Epoch,
        Tasks = state.Tasks.RemoveRange(state.Tasks.Where(task => !task.Value.IsOfCase).Select(task => task.Key)),
    };

    private static PacketState OnLeg(PacketState state, PacketEvent @event) => @event switch
    {
        PacketEvent.LegStarted e => OnStarted(state, state.Legs[e.Leg]),
        PacketEvent.LegOffered e => state.With(state.Legs[e.Leg] with { Stage = new PacketLegStage.Offered() }).Owe(new PacketTask.Offer(e.Leg)),
        PacketEvent.GroupStarted e => state.Content!.Legs.Where(leg => leg.Group == e.Group)
            .Aggregate(state, (next, leg) => next.With(next.Legs[leg.Id] with { Stage = new PacketLegStage.Sent() }))
            .Owe(new PacketTask.SendGroup(e.Group)),
        PacketEvent.LegProgressed e => OnProgress(state, state.Legs[e.Leg], e.Progress),
        PacketEvent.LegAbandoned e => Release(state, Abandoned(state.Legs[e.Leg], e.Rejection), e.Rejection, null, UInt256.Zero),
        PacketEvent.LegCloseRequested e => state.With(state.Legs[e.Leg] with { CloseAsked = true }).Owe(new PacketTask.Close(e.Leg, e.Reason)),
        _ => throw new UnreachableException($"No event of a leg {@event}."),
    };

    /// <summary>Leaves off what nobody waits for any more.</summary>
    private static PacketState Drop(PacketState state) =>
        state with { Tasks = state.Tasks.RemoveRange(state.Tasks.Where(task => task.Value.IsDroppable).Select(task => task.Key)) };

    private static PacketState Done<T>(PacketState state)
        where T : PacketTask => state with { Tasks = state.Tasks.RemoveRange(state.Tasks.Where(task => task.Value is T).Select(task => task.Key)) };

    private static PacketState OnQuorum(PacketState state, PacketEvent.QuorumReached e)
    {
        var next = state with { Phase = new PacketPhase.Timelocked(e.UnlocksAt), QuorumAt = e.At };
        return next.Tasks.Values.Any(task => task is PacketTask.Announce) ? next : next.Owe(new PacketTask.Announce());
    }

    // A packet that was there before a restore may have come as far as this before, and its legs further.
    private static PacketState OnReserved(PacketState state) => LookUpIfRestored(state with
    {
        Phase = new PacketPhase.Running((state.Phase as PacketPhase.Reserving)?.Closing),
        Legs = state.Content!.Legs.ToImmutableSortedDictionary(leg => leg.Id, leg => new PacketLeg(leg.Id, new PacketLegStage.Waiting(), false)),
        Rejection = null,
    });

    private static PacketState OnStarted(PacketState state, PacketLeg leg) => state.Leg(leg.Id) switch
    {
        Leg.LedgerTransfer => state.With(leg with { Stage = new PacketLegStage.Sent() }).Owe(new PacketTask.Send(leg.Id)),
        Leg.ChannelPayment => state.With(leg with { Stage = new PacketLegStage.Paying(null) }).Owe(new PacketTask.Pay(leg.Id)),
        _ => state.With(leg with { Stage = new PacketLegStage.Submitted() }).Owe(new PacketTask.Submit(leg.Id)),
    };

    private static PacketState OnProgress(PacketState state, PacketLeg leg, LegProgress progress) => progress switch
    {
        LegProgress.Claimed e => state.With(leg with { Stage = new PacketLegStage.Claimed(e.Nonce) }),
        LegProgress.Signed e => state.With(leg with { Stage = new PacketLegStage.Signed(e.TxHash) }),
        LegProgress.AcceptedByNode e => state.With(leg with { Stage = new PacketLegStage.Accepted(e.TxHash) }),
        LegProgress.Mined e => state.With(leg with { Stage = new PacketLegStage.Mined(e.Inclusion) }),
        LegProgress.Unmined e => OnUnmined(state, leg, e),
        LegProgress.Final e => state.With(leg with { Stage = new PacketLegStage.Posting(e.Inclusion) }).Owe(new PacketTask.Post(leg.Id, e.Inclusion)),
        LegProgress.Reverted e => Release(
            state,
            leg,
            new(RejectionCode.SimulationFailed, "a transaction that succeeds", $"reverted in block {e.Inclusion.Block}"),
            e.Inclusion,
            e.Inclusion.FeePaid),
        LegProgress.Impossible { Lost: { } lost } e => Release(
            state, leg, new(RejectionCode.NonceConflict, $"the coin {lost} of the leg", $"it can never be, and {e.By.TxHash} in block {e.By.Block} is final"), e.By, e.FeePaid),
        LegProgress.Impossible e => Release(
            state, leg, new(RejectionCode.NonceConflict, "the nonce of the leg", $"spent by {e.By.TxHash}"), e.By, e.FeePaid),
        LegProgress.Refused e => Release(state, leg, e.Rejection, null, UInt256.Zero),
        LegProgress.Delivered => state.With(leg with { Stage = new PacketLegStage.Settled(null) }),

        // The account has taken the amount back itself, with the payee's refusal: there is nothing left to release.
        LegProgress.Returned e => state.With(leg with { Stage = new PacketLegStage.Released(e.Rejection, null) }),
        LegProgress.Paid or LegProgress.Unpaid or LegProgress.Delayed => OnPayment(state, leg, progress),
        _ => throw new UnreachableException($"No leg progress {progress}."),
    };

    // Posted goes back to reserved, and so does released; what is still on its way is taken back after it, since tasks of a leg are done in order.
    private static PacketState OnUnmined(PacketState state, PacketLeg leg, LegProgress.Unmined e)
    {
        var next = state.With(leg with { Stage = new PacketLegStage.Signed(e.TxHash), CloseAsked = false });
        return leg.Stage is PacketLegStage.Mined ? next
            : leg.Stage.HasFailed ? next.Owe(new PacketTask.Unrelease(leg.Id, e.LostBlock))
            : next.Owe(new PacketTask.Unpost(leg.Id, e.LostBlock));
    }

    private static PacketState Release(PacketState state, PacketLeg leg, Rejection rejection, Inclusion? by, UInt256 feePaid) =>
        state.With(leg with { Stage = new PacketLegStage.Releasing(rejection, by) })
            .Owe(new PacketTask.Release(leg.Id, feePaid, rejection.ToString(), by));

    private static PacketState OnDone(PacketState state, PacketTask task, Rejection? refusal)
    {
        var next = refusal is null || task is PacketTask.LookUp ? state : state with { Rejection = refusal };
        return task switch
        {
            PacketTask.Post post when next.Legs[post.Leg] is { Stage: PacketLegStage.Posting posting } leg =>
                next.With(leg with { Stage = new PacketLegStage.Settled(posting.Inclusion) }),
            PacketTask.Offer offer when refusal is null && next.Legs[offer.Leg] is { Stage: PacketLegStage.Offered } leg =>
                next.With(leg with { Stage = new PacketLegStage.Agreed() }),
            PacketTask.LookUp look when next.Legs[look.Leg] is { Stage: PacketLegStage.Unknown } leg =>
                next.With(leg with { Stage = refusal is null ? new PacketLegStage.Submitted() : new PacketLegStage.Waiting() }),
            PacketTask.PostPayment post when next.Legs[post.Leg] is { Stage: PacketLegStage.Paid paid } leg =>
                next.With(leg with { Stage = new PacketLegStage.Settled(null) { Secret = paid.Secret } }),
            PacketTask.Release release when next.Legs[release.Leg] is { Stage: PacketLegStage.Releasing releasing } leg =>
                next.With(leg with { Stage = new PacketLegStage.Released(releasing.Rejection, releasing.By) }),
            _ => next,
        };
    }
}
