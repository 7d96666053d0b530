using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>
/// After a restore of the journal (design.md, Restore) this lane may have forgotten what was signed, and would offer the same coins to another leg. So it first
/// reads from the signer what was signed here, newest first, until a page brings nothing that it does not know, and follows it.
/// </summary>
public sealed partial class CoinLaneDecider
{
    public static LaneCommand? Recover(CoinLaneState state, Guid commandId, long epoch) => state.Epoch < epoch ? new LaneCommand.Recover(commandId, epoch) : null;

    private static bool GoesOnInRecovery(LaneCommand command) => command is LaneCommand.Recover or LaneCommand.RecordSigned or LaneCommand.Tick;

    private static Rejection? BeginRecovery(CoinDraft draft, long epoch)
    {
        if (draft.State.Epoch < epoch) draft.Add(new CoinLaneEvent.RecoveryBegun(epoch));
        return null;
    }

    private static Rejection? RecordSigned(CoinDraft draft, LaneCommand.RecordSigned command)
    {
        if (draft.State.Recovery is not { } recovery || recovery.Number != command.Number) return null;
        var before = draft.Events.Length;
        foreach (var signed in command.Page.Intents.Reverse()) Follow(draft, signed);

        // Signatures are made nearly in the order in which they are asked for: a page that is known throughout ends the lost tail.
        if (command.Page.Next is { } next && draft.Events.Length > before) draft.Add(new CoinLaneEvent.PageRead(draft.Next(), next));
        else draft.Add(new CoinLaneEvent.RecoveryEnded());
        return null;
    }

    private static void Follow(CoinDraft draft, SignedIntent signed)
    {
        var entry = draft.State.Find(signed.Leg);
        if (entry?.Body?.Find(signed.TxHash) is not null || signed.Coins is not { } spend) return;
        if (entry is null)
        {
            if (signed is not { Packet: { } packet, Bounds: { } bounds } || packet.Legs.FirstOrDefault(leg => leg.Id == signed.Leg.Leg) is not { } leg
                || CoinLegs.SenderOf(leg) is not { } sender)
            {
                // Nobody knows any more what it pays: a person has to look, and nothing new is signed until then.
                var lost = new Rejection(RejectionCode.IntentConflict, $"the packet of {signed.Leg}, which was signed", $"{signed.TxHash} alone");
                if (draft.State.Stop is null) draft.Add(new CoinLaneEvent.LaneStopped(lost, null));
                return;
            }

            var intent = new SpendIntent(signed.Leg, leg, signed.Key, signed.PacketHash, sender.Fee.Max, LegPlan.Deadline(packet, leg));
            draft.Add(new CoinLaneEvent.LegFound(draft.Next(), intent, spend, packet, bounds));
            entry = draft.State.Find(signed.Leg)!;
        }

        draft.Add(new CoinLaneEvent.VersionFound(entry.Sequence, spend, signed.Raw, signed.TxHash));
    }

    private static CoinLaneState OnRecovery(CoinLaneState state, CoinLaneEvent @event, Instant at) => @event switch
    {
        CoinLaneEvent.RecoveryBegun e => OnBegun(state, e.Epoch),
        CoinLaneEvent.LegFound e => Told(
            // Whose the payee is was in the tail that is lost: its lane is told, and one that is not ours keeps a coin that it never spends.
            Numbered(state, e.Sequence).With(new(e.Sequence, e.Intent, ToOwn: true, new CoinStage.Reserved(e.Spend), null)),
            e.Intent.Leg,
            new LegProgress.Found(e.Packet, e.Bounds)),
        CoinLaneEvent.VersionFound e => OnFound(state, state.Entries[e.Sequence], e, at),
        CoinLaneEvent.PageRead e => Numbered(state, e.Number) with { Recovery = state.Recovery! with { Number = e.Number, Before = e.Before } },
        CoinLaneEvent.RecoveryEnded => state with { Recovery = null },
        _ => throw new UnreachableException($"No event of a recovery {@event}."),
    };

    /// <summary>What is unsigned chooses coins again. A signature that was asked for keeps its own: the key still asks for it.</summary>
    private static CoinLaneState OnBegun(CoinLaneState state, long epoch)
    {
        var counter = Math.Max(state.Counter, epoch) + 1;
        return state with
        {
            Epoch = epoch,
            Recovery = new(counter, 0, 0),
            Counter = counter,
            Market = null,
            MarketWanted = null,
            Selecting = null,
            Entries = state.Entries.SetItems(state.Entries.Where(entry => entry.Value.Stage is CoinStage.Reserved)
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value with { Stage = new CoinStage.Queued(default) }))),
        };
    }

    private static CoinLaneState OnFound(CoinLaneState state, CoinLeg entry, CoinLaneEvent.VersionFound e, Instant at)
    {
        var version = new CoinVersion(e.Spend, e.Raw, e.TxHash, at, false, false, false, null, null, 0, false);
        var closing = entry.Closing ?? (version.NoOp ? "closed before the restore" : null);
        if (entry.Body is null)
        {
            var first = state.With(entry with { Stage = new CoinStage.Signed(new([version], null, at, 0, at, default)), Closing = closing });
            return version.NoOp ? first : Report(first, entry, new LegProgress.Signed(e.TxHash));
        }

        // Pages come newest first; each version costs more than all before it (signer, OutpointRules).
        return Body(state.With(entry with { Closing = closing }), e.Sequence, body => body with
        {
            Versions = [.. body.Versions.Append(version).OrderBy(v => v.Spend.FeeSat)],
            Pending = body.Pending is { } pending && pending.Spend.FeeSat == e.Spend.FeeSat && pending.Spend.IsNoOp == e.Spend.IsNoOp ? null : body.Pending,
            Resend = 0,
            NextAt = at,
        });
    }

    private static CoinLaneState Told(CoinLaneState state, LegRef leg, LegProgress progress) =>
        state with { Counter = state.Counter + 1, Reports = state.Reports.Add(state.Counter + 1, new(leg, progress)) };
}
