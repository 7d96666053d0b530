using TPWallet.Crypto.Onions;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// Locks on their way over several channels. Where one that both have signed goes is decided once; then the next channel is asked for that very lock, and decides once; there
/// it is a lock of ours that is carried for the first one, which is told how it ended.
/// <code>
///   lock of the peer's ─▶ (full) ─route─▶ LockRouted ─pass─▶ LockPassed ······▶ Carry in the next channel
///                                  └────▶ LockDropped ◀──┘                            │
///   SecretKept ◀──────────────────── secret: at once ─────────────────────────────────┤
///   LockDropped ◀── never pays: in no state that the peer can close with, or overdue and not registered
/// </code>
/// At the last hop a lock that pays an invoice of this account is passed to the invoice in place of a channel, which answers likewise; any other waits for the account.
/// The secret goes back as soon as it is known; a failure only when the lock can never pay any more. So who carries gets what it pays, or pays nothing.
/// </summary>
public sealed partial class ChannelDecider
{
    private static readonly ImmutableSortedDictionary<long, HexBytes> _noOnions = ImmutableSortedDictionary<long, HexBytes>.Empty;
    private static readonly ImmutableSortedDictionary<long, LockRelay> _noRelays = ImmutableSortedDictionary<long, LockRelay>.Empty;

    private static Rejection? RecordRouted(ChannelDraft draft, ChannelCommand.RecordRouted routed)
    {
        if (draft.State.Onions?.ContainsKey(routed.Number) != true) return null;
        draft.Add(routed.Refusal is null
            ? new ChannelEvent.LockRouted(routed.Number, routed.Onward) { Payment = routed.Payment }
            : new ChannelEvent.LockDropped(routed.Number, routed.Reason));
        return null;
    }

    private static Rejection? RecordPassed(ChannelDraft draft, ChannelCommand.RecordPassed passed)
    {
        if (draft.State.Relays?.GetValueOrDefault(passed.Number) is not { IsPassed: false }) return null;
        draft.Add(passed.Refusal is null ? new ChannelEvent.LockPassed(passed.Number) : new ChannelEvent.LockDropped(passed.Number, passed.Reason));
        return null;
    }

    /// <summary>Who gives back by hand what has gone on pays for it himself; what an invoice holds it counts on.</summary>
    private static Rejection? Fail(ChannelDraft draft, ChannelCommand.Fail fail) =>
        draft.State.Onions?.ContainsKey(fail.Number) == true || draft.State.Relays?.ContainsKey(fail.Number) == true
            ? new(RejectionCode.WrongState, "a lock that ends here and pays no invoice", $"lock {fail.Number} does not")
            : Want(draft, fail, new ChannelUpdate.Fail(fail.Number));

    /// <summary>What a message says of locks' ways has its form.</summary>
    private static Rejection? JudgeWays(ImmutableArray<ChannelUpdate> updates)
    {
        foreach (var update in updates)
        {
            switch (update)
            {
                case ChannelUpdate.Offer { Onion: { } onion } when onion.Length != Onion.Length:
                    return new(RejectionCode.Malformed, $"an onion of {Onion.Length} bytes", $"{onion.Length}");
                case ChannelUpdate.Fail { Reason: { } reason } when reason.Length > ChannelLimits.LongestReason:
                    return new(RejectionCode.Malformed, $"a reason of at most {ChannelLimits.LongestReason} bytes", $"{reason.Length}");
                default:
                    break;
            }
        }

        return null;
    }

    private static void OweRoutes(ChannelState state, ImmutableSortedDictionary<string, Effect>.Builder owed)
    {
        var opening = state.Opening!;
        var waits = WaitsForTower(state);
        if (state is { Phase: ChannelPhase.Open, Signs: true } && !waits)
        {
            foreach (var (number, onion) in state.Onions ?? _noOnions)
                if (state.Book.Find(state.Us.Other(), number) is { } open) owed.Add(NameOf(RouteName, number), new Effect.RouteLock(opening, state.Ref, open, onion, state.Second, IsBeyond(state, open)));
            foreach (var (number, relay) in state.Relays ?? _noRelays)
                if (!relay.IsPassed && state.Book.Find(state.Us.Other(), number) is { } open) owed.Add(NameOf(PassName, number), PassOf(state, relay, open));
        }

        foreach (var (number, carry) in state.Carries ?? _noCarries)
        {
            if (!carry.IsAwaited || (carry.Secret is null && (waits || !HasFailed(state, carry)))) continue;
            var id = EffectId.Of(Kind, state.Ref.ToString(), NameOf(OriginName, number));
            owed.Add(NameOf(OriginName, number), carry.Payer is { } payer
                ? new Effect.TellPayer(id, payer, carry.Secret, carry.Reason)
                : new Effect.TellOrigin(id, carry.Origin!, carry.Secret, carry.Reason));
        }
    }

    private static Effect PassOf(ChannelState state, LockRelay relay, ChannelLock open)
    {
        var id = EffectId.Of(Kind, state.Ref.ToString(), NameOf(PassName, open.Number));
        if (relay.Onward is { } onward) return new Effect.PassLock(id, new(state.Ref, open.Number, onward.SharedSecret), onward, open);
        var (payment, opening) = (relay.Payment!, state.Opening!);
        var place = new InvoicePlace(opening.Key, opening.Facts.Chain, opening.Facts.Manager, opening.Facts.Token);
        return new Effect.HoldPart(
            id, new(opening.Account, payment.Invoice), new(new(state.Ref, open.Number, payment.SharedSecret), place, open.Amount, payment.Total, open.Kind, open.Target));
    }

    private static ChannelState EvolveLocks(ChannelState state, ChannelEvent @event) => @event switch
    {
        ChannelEvent.LockRouted e => state with
        {
            Onions = state.Onions!.Count > 1 ? state.Onions.Remove(e.Number) : null,
            Relays = e.Onward is null && e.Payment is null ? state.Relays : (state.Relays ?? _noRelays).SetItem(e.Number, new(e.Onward, e.Payment)),
        },
        ChannelEvent.LockPassed e => state with { Relays = state.Relays!.SetItem(e.Number, state.Relays[e.Number] with { IsPassed = true }) },
        ChannelEvent.LockDropped e => Forget(state with { Onions = state.Onions?.Remove(e.Number), Relays = state.Relays?.Remove(e.Number), Drops = (state.Drops ?? _noDrops).SetItem(e.Number, e.Reason) }),
        ChannelEvent.DealingsTold or ChannelEvent.PeerAwaited => state,
        ChannelEvent.AllowanceSet e => state with { Allowance = e.Allowance },
        ChannelEvent.CarryTold e => state with { Carries = state.Carries!.Count > 1 ? state.Carries.Remove(e.Number) : null },
        ChannelEvent.BookRecalled e => state with { Accounts = state.Accounts with { Recalled = new(e.Nonce, e.Book) } },
        ChannelEvent.TowerSet e => state with { Tower = Begun(state, e), Round = state.Round + 1 },
        ChannelEvent.StatesHanded e => Handed(state, e),
        ChannelEvent.TowerRefused e => TowerRefused(state, e.Reason),
        ChannelEvent.SideAnnounced e => state with { Announced = new((state.Announced?.Number ?? 0) + 1, e.IsOpen, e.Capacity) { IsPublic = e.IsPublic } },
        ChannelEvent.PublicSet e => Turned(state with { IsPublic = e.IsPublic }),
        ChannelEvent.SecretKept e => state with { Secrets = state.Secrets.IsDefault ? [e.Known] : state.Secrets.Add(e.Known) },
        ChannelEvent.LeaveAsked e => LeaveAsked(state, e),
        ChannelEvent.LeaveWanted e => Hear(state, e.Message) with { Leaves = LeavesOf(state) with { Peer = new(e.Total, e.Expiry, state.Full!) } },
        ChannelEvent.LeaveGiven e => LeaveGiven(state, e),
        _ => throw new UnreachableException($"No channel event: {@event.GetType().Name}."),
    };

    /// <summary>Locks of the peer's that stand in no state any more need no answer.</summary>
    private static ChannelState Forget(ChannelState state)
    {
        if (state is { Onions: null, Relays: null, Drops: null, Secrets.IsDefault: true }) return state;
        var secrets = Secrets(state).RemoveAll(known => IsGone(known.Lock));
        return state with { Onions = Standing(state.Onions), Relays = Standing(state.Relays), Drops = Standing(state.Drops), Secrets = secrets.IsEmpty ? default : secrets };

        bool IsGone(long number) => FindTheirs(state, number) is null;
        ImmutableSortedDictionary<long, T>? Standing<T>(ImmutableSortedDictionary<long, T>? locks) => locks?.RemoveRange(locks.Keys.Where(IsGone)) is { IsEmpty: false } left ? left : null;
    }
}
