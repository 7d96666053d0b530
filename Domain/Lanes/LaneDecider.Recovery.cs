using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes;

/// <summary>
/// After a restore of the journal (design.md, Restore). The lost tail may have given out nonces, and its requests were signed: a lane that went on from
/// the restored state would claim them again, and take the signer's refusal for a leg that was never signed. So it first reads from the signer all
/// that was signed from the lowest nonce on which the restored state is not over, follows it, and reads the chain before it claims.
/// </summary>
public sealed partial class LaneDecider
{
    public static LaneCommand? Recover(LaneState state, Guid commandId, long epoch) =>
        state.Epoch < epoch ? new LaneCommand.Recover(commandId, epoch) : null;

    private static bool GoesOnInRecovery(LaneCommand command) => command is LaneCommand.Recover or LaneCommand.RecordSigned or LaneCommand.Tick;

    private static Rejection? BeginRecovery(LaneDraft draft, long epoch)
    {
        if (draft.State.Epoch < epoch) draft.Add(new LaneEvent.RecoveryBegun(epoch));
        return null;
    }

    private static Rejection? RecordSigned(LaneDraft draft, LaneCommand.RecordSigned command)
    {
        if (draft.State.Recovery is not { } recovery || recovery.Number != command.Number) return null;
        foreach (var signed in command.Page.Intents.Reverse()) Follow(draft, signed);
        if (command.Page.Next is { } next) draft.Add(new LaneEvent.PageRead(draft.Next(), next));
        else draft.Add(new LaneEvent.RecoveryEnded());
        return null;
    }

    private static void Follow(LaneDraft draft, SignedIntent signed)
    {
        var sequence = draft.State.Find(signed.Leg)?.Sequence;
        if (sequence is null)
        {
            if (signed is not { Packet: { } packet, Bounds: { } bounds } || packet.Legs.FirstOrDefault(leg => leg.Id == signed.Leg.Leg) is not { } leg)
            {
                // Nobody knows any more what it pays: a person has to look, and nothing new is signed until then. What waits is not refused: it may be
                // on the next page.
                var lost = new Rejection(RejectionCode.IntentConflict, $"the packet of {signed.Leg}, which was signed", $"{signed.TxHash} alone");
                if (draft.State.Stop is null) draft.Add(new LaneEvent.LaneStopped(lost, null));
                return;
            }

            sequence = draft.Next();
            draft.Add(new LaneEvent.LegFound(sequence.Value, IntentOf(signed, packet, leg), signed.Nonce, packet, bounds));
        }
        else if (draft.State.Entries[sequence.Value].Signed is { } known && (known.Nonce != signed.Nonce || known.Find(signed.TxHash) is not null))
        {
            return;
        }

        draft.Add(new LaneEvent.VersionFound(sequence.Value, signed.Nonce, signed.Terms, signed.NoOp, signed.Raw, signed.TxHash));
    }

    private static SpendIntent IntentOf(SignedIntent signed, PacketContent packet, Leg leg) => new(
        signed.Leg,
        leg,
        signed.Key,
        signed.PacketHash,
        leg switch
        {
            Leg.ChainTransfer transfer => transfer.Fee.Max,
            Leg.ContractCall call => call.Fee.Max,
            _ => UInt256.Zero,
        },
        LegPlan.Deadline(packet, leg));

    private static LaneState OnRecovery(LaneState state, LaneEvent @event, Instant at) => @event switch
    {
        LaneEvent.RecoveryBegun e => OnBegun(state, e.Epoch),
        LaneEvent.LegFound e => Report(Numbered(state, e.Sequence), e.Intent.Leg, new LegProgress.Found(e.Packet, e.Bounds))
            .With(new LaneEntry(e.Sequence, e.Intent, new EntryStage.Claimed(e.Nonce), null)),
        LaneEvent.VersionFound e => OnFound(state, state.Entries[e.Sequence], e, at),
        LaneEvent.PageRead e => Numbered(state, e.Number) with { Recovery = state.Recovery! with { Number = e.Number, Before = e.Before } },
        LaneEvent.RecoveryEnded => state with
        {
            Recovery = null,
            NextNonce = AfterOwn(state, state.NextNonce),
            IsNextKnown = state.IsNextKnown || state.Entries.Values.Any(entry => entry.Signed is not null),
        },
        _ => throw new UnreachableException($"No event of a recovery {@event}."),
    };

    /// <summary>What is unsigned waits for a nonce again. A signature that was asked for keeps its own: the key still asks for it.</summary>
    private static LaneState OnBegun(LaneState state, long epoch)
    {
        var counter = Math.Max(state.Counter, epoch) + 1;
        var claims = state.Entries.Values.Where(entry => entry.Stage is EntryStage.Claimed or EntryStage.Priced).ToArray();
        var next = claims.Select(entry => entry.Stage.Nonce!.Value).Append(state.NextNonce).Min();
        var open = state.Entries.Values.Where(entry => !entry.IsFinished).Select(entry => entry.Stage.Nonce).OfType<ulong>().Append(next).Min();
        var known = state.Facts is not null || state.IsNextKnown;
        return state with
        {
            Epoch = epoch,
            Recovery = new(counter, known ? open : 0, 0),
            Counter = counter,
            Facts = null,
            FactsWanted = null,
            IsNextKnown = known,
            NextNonce = next,
            Entries = state.Entries.SetItems(
                claims.Select(entry => KeyValuePair.Create(entry.Sequence, entry with { Stage = new EntryStage.Queued() }))),
        };
    }

    private static LaneState OnFound(LaneState state, LaneEntry entry, LaneEvent.VersionFound e, Instant at)
    {
        var version = new SignedVersion(e.Terms, e.Raw, e.TxHash, e.NoOp, at, false, false, false, null, null, 0, false);
        var closing = entry.Closing ?? (e.NoOp ? "closed before the restore" : null);
        if (entry.Signed is null)
        {
            var first = state.With(entry with { Stage = new EntryStage.Signed(new(e.Nonce, [version], null, at, 0, at, default)), Closing = closing });
            return e.NoOp ? first : Report(first, entry, new LegProgress.Signed(e.TxHash));
        }

        // Pages come newest first; each version costs more than all before it (signer, IntentRules).
        return Body(state.With(entry with { Closing = closing }), e.Sequence, body => body with
        {
            Versions = [.. body.Versions.Append(version).OrderBy(v => v.Terms.MaxFeePerGas)],
            Pending = body.Pending is { } pending && pending.Terms == e.Terms && pending.NoOp == e.NoOp ? null : body.Pending,
            Resend = 0,
            NextAt = at,
        });
    }

    /// <summary>Whether this nonce or a higher one is signed: then it is not given out again by counting down.</summary>
    private static bool IsSignedFrom(LaneState state, ulong nonce) => state.Entries.Values.Any(entry => entry.Signed?.Nonce >= nonce);
}
