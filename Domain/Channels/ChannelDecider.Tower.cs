using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;

namespace TPWallet.Domain.Channels;

/// <summary>
/// What a side hands to another operator's tower, at most one message at a time, in which all is that has come since: behind its back, so that a tower that is away holds up no payment;
/// or, where the side waits for it, before anything is done on a state.
/// </summary>
public sealed partial class ChannelDecider
{
    private const string TowerName = "tower";

    private static Rejection? SetTower(ChannelDraft draft, ChannelCommand.SetTower command)
    {
        var state = draft.State;
        if (state.Phase is not (ChannelPhase.Opening or ChannelPhase.Open)) return new(RejectionCode.WrongState, "an open channel", state.Phase.ToString());
        if (command.Tower is { } tower && tower == state.Opening!.Peer) return new(RejectionCode.SeparationOfDuties, "a tower that is not the peer's own", tower.Value);
        if (command is { Tower: null, Waits: true }) return new(RejectionCode.Malformed, "a tower to wait for", "none");
        if (state.Tower?.Name != command.Tower || state.Tower?.Trouble is not null || (state.Tower?.Waits ?? false) != command.Waits) draft.Add(new ChannelEvent.TowerSet(command.Tower, command.Waits));
        return null;
    }

    private static Rejection? RecordHandedOver(ChannelDraft draft, ChannelCommand.RecordHandedOver command)
    {
        if (draft.State.Tower is not { } tower || tower.Name != command.Tower) return null;
        if (command.Refusal is { } refusal) draft.Add(new ChannelEvent.TowerRefused(refusal));
        else draft.Add(new ChannelEvent.StatesHanded(command.Newest, command.UpTo, command.HistoryTo));
        return null;
    }

    /// <summary>A last state needs no tower: nothing wins against it, and whoever holds it brings it.</summary>
    private static void OweTower(ChannelState state, ImmutableSortedDictionary<string, Effect>.Builder owed)
    {
        if (state is not { Tower: { } tower, Full: { Book.Nonce: not ChannelBook.FinalNonce } full } || !MayBeGuarded(state)) return;
        if (tower.Trouble is not null && NewestOf(tower, full) <= tower.TroubleAt) return;
        if (tower.Marks.IsEmpty && tower.HistoryTo == 0 && full.Book.Nonce <= tower.Handed) return;
        var upTo = tower.Marks is [.., var last] ? last.Nonce : 0;
        owed.Add(
            string.Create(CultureInfo.InvariantCulture, $"{TowerName}|{full.Book.Nonce} {upTo} {tower.HistoryTo} {tower.Name}"),
            new Effect.HandOver(state.Opening!, state.Ref, tower.Name, full, state.Window, tower.Marks, tower.HistoryTo));
    }

    /// <summary>
    /// Whether the newest state waits for its tower. Until that has it, the peer hears nothing of it, no lock goes on, no payment counts as failed and no secret is said to the peer: were this
    /// deployment lost now, the tower would answer by the state before.
    /// </summary>
    private static bool WaitsForTower(ChannelState state) =>
        state is { Tower: { Waits: true } tower, Full.Book.Nonce: not ChannelBook.FinalNonce and var nonce } && nonce > tower.Handed && MayBeGuarded(state);

    /// <summary>Until a final block shows it settled, the peer may close by an old state.</summary>
    private static bool MayBeGuarded(ChannelState state) => state is
    {
        Phase: ChannelPhase.Open or ChannelPhase.Ended or ChannelPhase.PeerLost or ChannelPhase.Closing,
        Stage: ChannelStage.Open or ChannelStage.Closing,
        Window: not 0,
    };

    private static ChannelCommand.RecordHandedOver? HandedOver(ChannelState state, string intent, EffectResult result)
    {
        var refusal = result switch
        {
            EffectResult.Replied { Reply: CommandReply.Refused refused } => refused.Rejection,
            EffectResult.Failed failed => failed.Rejection,
            _ => null,
        };
        if (refusal is null && result is not EffectResult.Replied { Reply: CommandReply.Accepted }) return null;
        var parts = intent[(TowerName.Length + 1)..].Split(' ');
        ulong Number(int at) => ulong.Parse(parts[at], CultureInfo.InvariantCulture);
        return new(AgainId(state, intent), parts[3], Number(0), Number(1), Number(2), refusal);
    }

    /// <summary>The channel's history is handed over too: what was signed before a tower was named is closed by as well.</summary>
    private static TowerStanding? Begun(ChannelState state, ChannelEvent.TowerSet e) =>
        e.Tower is { } tower ? new(tower, state.Tower?.Name == tower ? state.Tower.Handed : 0, state.Full is null && state.Ours.IsEmpty ? 0 : state.Highest, [], null, 0, e.Waits) : null;

    /// <summary>From now on the peer can close by a state that this side has signed.</summary>
    private static ChannelState Marked(ChannelState state, ChannelBook book)
    {
        if (state.Tower is not { } tower || book.Nonce == ChannelBook.FinalNonce) return state;
        var marks = tower.Marks.Add(new(book.Nonce, ContractState.Of(book, state.Terms!.LockFloor).Hash(state.Id)));
        if (marks.Length <= TowerStanding.MostMarks) return state with { Tower = tower with { Marks = marks } };
        var kept = marks[^(TowerStanding.MostBehind + 1)..];
        return state with { Tower = tower with { HistoryTo = kept[0].Nonce - 1, Marks = kept } };
    }

    private static ChannelState Handed(ChannelState state, ChannelEvent.StatesHanded e) => state with
    {
        Tower = state.Tower! with
        {
            Handed = Math.Max(state.Tower.Handed, e.Newest),
            HistoryTo = state.Tower.HistoryTo == e.HistoryTo ? 0 : state.Tower.HistoryTo,
            Marks = state.Tower.Marks.RemoveAll(mark => mark.Nonce <= e.UpTo),
            Trouble = null,
        },
        Round = state.Round + 1,
    };

    private static ChannelState TowerRefused(ChannelState state, Rejection reason) => state with
    {
        Tower = state.Tower! with { Trouble = reason, TroubleAt = state.Full is { } full ? NewestOf(state.Tower, full) : 0 },
        Round = state.Round + 1,
    };

    private static TowerStandingView? ViewOf(TowerStanding? tower) =>
        tower is null ? null : new(tower.Name, tower.Handed, tower.Marks.Length, tower.Trouble) { Waits = tower.Waits };

    private static ulong NewestOf(TowerStanding tower, CoSigned full) => tower.Marks is [.., var last] ? Math.Max(last.Nonce, full.Book.Nonce) : full.Book.Nonce;
}
