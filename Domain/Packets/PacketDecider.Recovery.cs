using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Packets;

/// <summary>
/// After a restore of the journal (design.md, Restore). A leg that this state has not given to a lane may have been given, signed and paid in the lost tail:
/// it is unknown until its lane, which asks the signer, has said. What the signer signed of a packet that is forgotten is told by its lane; the packet
/// comes back with its signed legs alone, and nothing of it is started anew.
/// </summary>
public sealed partial class PacketDecider
{
    public static PacketCommand? Recover(PacketState state, Guid commandId, long epoch) =>
        state.Epoch < epoch && state.Phase is not (PacketPhase.Absent or PacketPhase.Ended) && state.Content!.Legs.Any(static leg => leg is not Leg.LedgerTransfer)
            ? new PacketCommand.Recover(commandId, epoch)
            : null;

    private static Rejection? BeginRecovery(PacketDraft draft, long epoch)
    {
        if (draft.State.Epoch < epoch) draft.Add(new PacketEvent.RecoveryBegun(epoch));
        return null;
    }

    private static Rejection? Found(PacketDraft draft, Name id, LegProgress.Found found)
    {
        // The account decides on the reservation this moment: until its answer is here it cannot be told what of it holds.
        if (draft.State.Phase is PacketPhase.Reserving) return new(RejectionCode.Retry, "a packet that is reserved or not", StateName(draft.State));
        if (found.Packet.Ref != draft.State.Ref || found.Packet.Legs.All(leg => leg.Id != id)) return new(RejectionCode.LegMismatch, "a leg of this packet", $"{id}");
        if (!draft.State.Legs.TryGetValue(id, out var leg))
        {
            draft.Add(new PacketEvent.Restored(found.Packet, found.Bounds, id));
            return null;
        }

        var (own, signed) = (Canonical.Hash(draft.State.Content!), Canonical.Hash(found.Packet));
        if (own != signed) return new(RejectionCode.IntentConflict, $"packet hash {own}", $"{signed}");
        bool? held = leg.Stage switch
        {
            PacketLegStage.Waiting or PacketLegStage.Unknown => true,
            PacketLegStage.Releasing { By: null } or PacketLegStage.Released { By: null } => false,
            _ => null,
        };
        if (held is not { } isHeld) return null;
        if (draft.State.Phase is PacketPhase.Ended) draft.Add(new PacketEvent.Reopened());
        draft.Add(new PacketEvent.LegFound(id, isHeld));
        return null;
    }

    private static PacketState OnRecovery(PacketState state, PacketEvent @event)
    {
        switch (@event)
        {
            case PacketEvent.RecoveryBegun e:
                return LookUpIfRestored(StopPayments(state with { Epoch = e.Epoch }));
            case PacketEvent.LegFound e:
                var found = state.With(state.Legs[e.Leg] with { Stage = new PacketLegStage.Submitted() });
                return e.Held ? found : found.Owe(new PacketTask.Hold(e.Leg));
            case PacketEvent.Restored e:
                var lost = new Rejection(RejectionCode.WrongState, "a leg that was signed before the journal was restored", "one that was not");
                var restored = Fresh(state) with
                {
                    Phase = new PacketPhase.Running(null),
                    Content = e.Content,
                    Bounds = e.Bounds,
                    Legs = e.Content.Legs.ToImmutableSortedDictionary(
                        leg => leg.Id,
                        leg => new PacketLeg(leg.Id, leg.Id == e.Leg ? new PacketLegStage.Submitted() : new PacketLegStage.Released(lost, null), false)),
                };
                return restored.Owe(new PacketTask.Hold(e.Leg));
            default:
                throw new UnreachableException($"No event of a recovery {@event}.");
        }
    }

    private static PacketState LookUpIfRestored(PacketState state)
    {
        if (state.Epoch == 0 || state.Phase is not PacketPhase.Running) return state;
        foreach (var leg in state.Legs.Values.Where(leg => leg.Stage is PacketLegStage.Waiting && state.Leg(leg.Id).IsOnChain))
            state = state.With(leg with { Stage = new PacketLegStage.Unknown() }).Owe(new PacketTask.LookUp(leg.Id));
        return state;
    }
}
