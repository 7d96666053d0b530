using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>
/// Legs over channels, and those on chain that are made instead of them. The payment's name and its command follow from packet and leg, so it begins once whatever crashes
/// and repeats. What is made instead starts only when the payment has said that it is over and nothing was paid: it says so when no part of it is under way any more.
/// <list type="bullet">
/// <item>A payment that its payee refused is made in no other way: the payee may have it already, or does not want it. Neither is one whose invoice another payment of the account pays.</item>
/// <item>After a restore of the journal no payment begins, those under way are stopped, and nothing is made instead of one: parts that were forgotten may pay.</item>
/// </list>
/// </summary>
public sealed partial class PacketDecider
{
    private static readonly Rejection Forgotten =
        new(RejectionCode.OutcomeUnknown, "a payment over channels that no restored journal has forgotten", "one that may have begun before the journal was restored");

    /// <summary>The payment of a leg over channels.</summary>
    public static PaymentRef PaymentOf(LegRef leg) => new(leg.Packet.Owner, $"{PaymentRef.OfPackets}{BeginId(leg):N}");

    private static Guid BeginId(LegRef leg) => EffectId.Of(Kind, leg.Packet.Key, $"payment/{leg.Leg}");

    private static bool IsOfPayment(LegProgress progress) => progress is LegProgress.Paid or LegProgress.Unpaid or LegProgress.Delayed;

    private static Effect.TellPayment OfPayment(PacketState state, PacketTask task, Guid id)
    {
        var leg = new LegRef(state.Ref, task.Of!.Value);
        return new(PaymentOf(leg), task is PacketTask.Pay && state.Leg(leg.Leg) is Leg.ChannelPayment asked
            ? new PaymentCommand.Pay(BeginId(leg), asked.Payment, leg)
            : new PaymentCommand.Stop(id));
    }

    /// <summary>Without what its payment is still to be asked.</summary>
    private static PacketState NotAsked(PacketState state, Name leg) =>
        state with { Tasks = state.Tasks.RemoveRange(state.Tasks.Where(task => task.Value is PacketTask.Pay or PacketTask.Close && task.Value.Of == leg).Select(static task => task.Key)) };

    /// <summary>A payment that tells something has begun, and one that tells its end is over: it is asked for nothing more.</summary>
    private static PacketState OnPayment(PacketState state, PacketLeg leg, LegProgress progress) => OnWord(progress is LegProgress.Delayed ? state : NotAsked(state, leg.Id), leg, progress);

    private static PacketState OnWord(PacketState state, PacketLeg leg, LegProgress progress) => progress switch
    {
        LegProgress.Paid e => state.With(leg with { Stage = new PacketLegStage.Paid(e.Secret) }).Owe(new PacketTask.PostPayment(leg.Id, e.Arrived + e.FeePaid)),
        LegProgress.Unpaid e => Release(
            state,
            leg with { IsUnpaid = !e.MayBePaid && state.Epoch == 0 && e.Failure is not (PaymentFailure.RefusedByPayee or PaymentFailure.InvoiceTaken) },
            new(RejectionCode.PaymentFailed, "a payment over channels", $"{e.Failure}"),
            null,
            UInt256.Zero),
        LegProgress.Delayed e => state.With(leg with
        {
            Stage = new PacketLegStage.Paying(new(RejectionCode.PaymentFailed, "a payment over channels", $"{e.Failure}, and {e.InFlight} may still be paid or come back")),
        }),
        _ => throw new UnreachableException($"No news of a payment {progress}."),
    };

    /// <summary>One that is still to be asked for may have been, so it is not asked for again: it is stopped where it is known, and given up where it is forgotten.</summary>
    private static PacketState StopPayments(PacketState state)
    {
        foreach (var leg in state.Legs.Values.Where(static leg => leg.Stage is PacketLegStage.Paying))
        {
            state = NotAsked(state, leg.Id).With(leg with { CloseAsked = true }).Owe(new PacketTask.Close(leg.Id, Forgotten.Actual));
        }

        return state;
    }

    /// <summary>A payment that came too late to begin was never begun. Of any other that was not taken nobody knows that here.</summary>
    private static PacketLeg Abandoned(PacketLeg leg, Rejection rejection) =>
        leg.Stage is PacketLegStage.Paying && rejection.Code is RejectionCode.DeadlinePassed ? leg with { IsUnpaid = true } : leg;

    /// <summary>The leg that tells how far it is: what is made instead of it, once it cannot be paid any more.</summary>
    private static PacketLeg Standing(PacketState state, Name id) =>
        state.Legs[id] is { Stage.HasFailed: true } && LegPlan.MadeInstead(state.Content!, id) is { } other ? state.Legs[other.Id] : state.Legs[id];

    private static bool AdvanceInstead(PacketDraft draft)
    {
        var moved = false;
        foreach (var leg in draft.State.Legs.Values.Where(leg => leg.Stage is PacketLegStage.Waiting && draft.State.IsInstead(leg)).ToArray())
        {
            if (InsteadNext(draft.State, leg) is not { } next) continue;
            draft.Add(next);
            moved = true;
        }

        return moved;
    }

    private static PacketEvent? InsteadNext(PacketState state, PacketLeg leg)
    {
        if ((state.Phase as PacketPhase.Running)!.Closing is { } closing)
            return new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.WrongState, "an open packet", closing.Reason));
        var first = state.Legs[LegPlan.InsteadOf(state.Leg(leg.Id))!.Value];
        return first.Stage switch
        {
            PacketLegStage.Paid or PacketLegStage.Settled => new PacketEvent.LegAbandoned(leg.Id, new(RejectionCode.WrongState, $"{first.Id} unpaid", "paid")),
            PacketLegStage.Released when first.IsUnpaid => new PacketEvent.LegStarted(leg.Id),
            PacketLegStage.Released released => new PacketEvent.LegAbandoned(leg.Id, released.Rejection),
            _ => null,
        };
    }
}
