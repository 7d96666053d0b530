using System.Buffers.Binary;
using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// What one side does on chain: it ends, closes, defends, settles and has itself paid out. What is to be done follows from what the chain shows and from the newest state alone,
/// so it is the same after a crash, a reorg or a call that somebody else made. One act is under way at a time; each is a packet of the account. All rests on final blocks, but
/// for one thing: a stale close is answered at its first sight. Any node may say that there is one, so its word brings a challenge about and holds up nothing that final blocks ask for.
/// </summary>
public sealed partial class ChannelDecider
{
    /// <summary>Orders of the channel key are good for at least so many seconds.</summary>
    private const ulong OrderLasts = 86_400;

    private static readonly Span _actLasts = Span.Seconds(1_800);

    /// <summary>Nothing is signed within the clocks' doubt, half a minute, of its deadline: what has less than this has no chance. One that is late costs its fee and no more.</summary>
    private static readonly Span _leastLasts = Span.Seconds(120);
    private static readonly Span _firstPause = Span.Seconds(30);
    private static readonly Span _longestPause = Span.Hours(1);

    private static Rejection? Close(ChannelDraft draft)
    {
        var state = draft.State;
        if (state.Phase == ChannelPhase.Closing) return null;
        if (state.Phase is not (ChannelPhase.Open or ChannelPhase.Ended or ChannelPhase.PeerLost))
            return new(RejectionCode.WrongState, "a side that knows its states, of an open channel", state.Phase.ToString());
        draft.Add(new ChannelEvent.CloseWanted());
        return null;
    }

    /// <summary>The peer is asked to pay for it; once it has the secret it might not, so the secret is kept for the contract.</summary>
    private static Rejection? Fulfil(ChannelDraft draft, ChannelCommand.Fulfil fulfil)
    {
        if (draft.State.Phase is ChannelPhase.Closing or ChannelPhase.PeerLost) return Keep(draft, fulfil);
        if (Want(draft, fulfil, new ChannelUpdate.Fulfil(fulfil.Number, fulfil.Secret)) is { } refusal) return refusal;
        if (FindTheirs(draft.State, fulfil.Number) is { } open && Secrets(draft.State).All(known => known.Lock != open.Number))
            draft.Add(new ChannelEvent.SecretKept(new(open.Number, open.Kind, fulfil.Secret)));
        return null;
    }

    /// <summary>A lock of the peer's is taken on chain, since the peer signs nothing more.</summary>
    private static Rejection? Keep(ChannelDraft draft, ChannelCommand.Fulfil fulfil)
    {
        var state = draft.State;
        if ((ClosingBook(state) ?? state.Book).Find(state.Us.Other(), fulfil.Number) is not { } open)
            return new(RejectionCode.NotFound, "a lock of the peer's in the state that it closes by", $"{fulfil.Number}");
        if (!BookRules.Opens(fulfil.Secret, open.Kind, open.Target)) return new(RejectionCode.ProofInvalid, $"the secret of {open.Target}", fulfil.Secret.ToString());
        if (state.Second > open.Expiry) return new(RejectionCode.DeadlinePassed, $"until second {open.Expiry}", $"{state.Second}");
        if (Secrets(state).All(known => known.Lock != open.Number)) draft.Add(new ChannelEvent.SecretKept(new(open.Number, open.Kind, fulfil.Secret)));
        return null;
    }

    private static Rejection? RecordOrder(ChannelDraft draft, ChannelCommand.RecordOrder command)
    {
        if (OrderWanted(draft.State) != command.Order) return null;
        if (command.Signature.Length != ChannelSignature.Length)
            return new(RejectionCode.BadSignature, $"{ChannelSignature.Length} bytes", command.Signature.ToString());
        draft.Add(new ChannelEvent.OrderSigned(command.Order, command.Signature));
        return null;
    }

    private static Rejection? RecordOrderRefused(ChannelDraft draft, Rejection reason)
    {
        if (!draft.State.IsOrderHeld && OrderWanted(draft.State) is not null) draft.Add(new ChannelEvent.OrderRefused(reason));
        return null;
    }

    private static Rejection? RecordAct(ChannelDraft draft, ChannelCommand.RecordAct command)
    {
        if (draft.State.Act is not { IsProposed: false } act || act.Number != command.Number) return null;
        draft.Add(command.Refusal is { } refusal ? new ChannelEvent.ActEnded(act.Number, refusal) : new ChannelEvent.ActProposed(act.Number) { Packet = command.Packet });
        return null;
    }

    private static Rejection? LookIfDue(ChannelDraft draft, Stamp stamp) =>
        draft.State.NextLook is { } due && due <= stamp.Latest && draft.State.Phase is not (ChannelPhase.None or ChannelPhase.Closed) ? Look(draft) : null;

    /// <summary>Ends the act that is of no more use or too late, begins the one that is wanted, and closes what is over.</summary>
    private static void Act(ChannelDraft draft, Stamp stamp)
    {
        var call = NextCall(draft.State, stamp.Latest);
        if (draft.State.Act is { } act)
        {
            if (call is null ? !IsAnswering(draft.State, act) : !IsOf(act, call)) draft.Add(new ChannelEvent.ActEnded(act.Number, null));
            else if (stamp.Latest >= act.SettleBefore) draft.Add(new ChannelEvent.ActEnded(act.Number, new(RejectionCode.DeadlinePassed, $"on chain before {act.SettleBefore}", $"{stamp.Latest}")));
            else return;
        }

        var state = draft.State;
        if (NextCall(state, stamp.Latest) is { } next) draft.Add(new ChannelEvent.ActBegun(Begin(state, next, stamp.Latest)));
        if (state is { Stage: ChannelStage.Gone, Credit.IsZero: true, Phase: not ChannelPhase.Closed } && !Carries(state)) draft.Add(new ChannelEvent.ChannelClosed());
    }

    /// <summary>What failed waits before it is made again, and keeps nothing else waiting.</summary>
    private static bool IsPaused(ChannelState state, ChannelActKind kind, Instant now) => state.Pauses?.GetValueOrDefault(kind)?.TryAfter is { } after && now < after;

    private static bool IsOf(ChannelAct act, ChannelCall call) => (call.Kind, call.Nonce) == (act.Kind, act.Nonce);

    /// <summary>A challenge that the newest block seems to have: until a final one has it, its packet is left to say how it ended.</summary>
    private static bool IsAnswering(ChannelState state, ChannelAct act) =>
        act is { Kind: ChannelActKind.Challenge, IsProposed: true } && state is { Stage: ChannelStage.Open, Latest: not null } && state.Full?.Book.Nonce == act.Nonce;

    private static ChannelAct Begin(ChannelState state, ChannelCall call, Instant now)
    {
        var lasts = _actLasts;
        if (call is ChannelCall.Challenge or ChannelCall.Register)
        {
            // A late one is of no use: three quarters of what is left are for it, the rest for one more.
            var end = call is ChannelCall.Register { Known: var known } ? FindTheirs(state, known.Lock)?.Expiry ?? state.ClosesAt : ClosingAt(state);
            var left = end > state.Second ? end - state.Second : 0;
            lasts = new Span(Math.Max(Math.Min((long)Math.Min(left, int.MaxValue) * 750, _actLasts.Ms), _leastLasts.Ms));
        }

        var number = state.Acts + 1;
        return new(number, call.Kind, call.Nonce, PacketOf(state, number), now + new Span(lasts.Ms * 2 / 3), now + lasts, false, state.ActTrouble);
    }

    /// <summary>The packet of an act that goes alone.</summary>
    private static Name PacketOf(ChannelState state, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"channel-{state.Id.ToString()[2..22]}-{state.Us.ToString().ToLowerInvariant()}-{number}");

    private static ImmutableArray<KnownSecret> Secrets(ChannelState state) => state.Secrets.IsDefault ? [] : state.Secrets;

    private static ChannelState Seen(ChannelState state, ChannelSight sight, Instant at)
    {
        state = state with
        {
            Window = sight.Window,
            Stage = sight.Stage,
            ClosingNonce = sight.Nonce,
            ClosesAt = sight.ClosesAt,
            Latest = sight.Latest,
            LatestSince = sight.Latest is null ? 0 : state.Latest is not null && sight.Stage == state.Stage ? state.LatestSince : sight.Second,
            Credit = sight.Credit,
            Pulls = sight.Pulls,
            IsOrderHeld = false,
            Phase = sight.Stage != ChannelStage.Open && state.Phase is ChannelPhase.Open or ChannelPhase.Ended or ChannelPhase.PeerLost ? ChannelPhase.Closing : state.Phase,
        };
        var withdrawn = state.Accounts.SeenWithdrawn.Of(state.Us);
        state = LeavesSeen(Booked(Registered(state, sight), sight), sight, withdrawn);
        return state with { NextLook = NextLookOf(state, at) };
    }

    private static ChannelState Ended(ChannelState state, ChannelEvent.ActEnded e, Instant at)
    {
        var act = state.Act!;
        state = state with { Act = null, ActTrouble = e.Trouble };
        state = state with { NextLook = NextLookOf(state, at) };
        if (e.Trouble is not null)
        {
            var failures = state.Pauses?.GetValueOrDefault(act.Kind)?.Failures ?? 0;
            // It may have been another's part that failed: alone it goes at once.
            if (act.Packet != PacketOf(state, act.Number)) return Paused(state, act.Kind, new(failures + 1, null));
            var pause = Math.Min(Math.Min(BusyPause(state).Ms, _firstPause.Ms) << Math.Min(failures, 16), _longestPause.Ms);
            return Paused(state, act.Kind, new(failures + 1, at + new Span(pause))) with { NextLook = at + new Span(Math.Min(pause, PauseOf(state).Ms)) };
        }

        // One that gave way has done nothing.
        if (!e.IsDone) return state;
        return state with
        {
            Pauses = null,
            Secrets = act.Kind != ChannelActKind.Register || state.Secrets.IsDefault
                ? state.Secrets
                : [.. state.Secrets.Select(known => (ulong)known.Lock == act.Nonce ? known with { IsRegistered = true } : known)],
        };
    }

    private static ChannelState Paused(ChannelState state, ChannelActKind kind, ActPause pause) =>
        state with { Pauses = (state.Pauses ?? ImmutableSortedDictionary<ChannelActKind, ActPause>.Empty).SetItem(kind, pause) };

    /// <summary>What closes is looked at at the same instants for all channels of an account, so that what is to be done for several goes in one transaction; each account has its own.</summary>
    private static Instant NextLookOf(ChannelState state, Instant at)
    {
        var (pause, busy) = (PauseOf(state), BusyPause(state));
        if (state.Stage == ChannelStage.Open || pause != busy) return at + pause;
        var offset = BinaryPrimitives.ReadUInt32BigEndian(state.Opening!.Account.Hash.ToArray()) % busy.Ms;
        var next = (at + busy).UnixMs;
        return new(next - ((next - offset) % busy.Ms));
    }

    private static Span BusyPause(ChannelState state) => new(Math.Clamp((long)Math.Min(state.Window, int.MaxValue) * 1000 / 64, 2_000, 60_000));

    /// <summary>How long until the chain is looked at again: a few dozen times in a window while something is under way there, and some times in any window.</summary>
    private static Span PauseOf(ChannelState state)
    {
        var busy = BusyPause(state);
        var isBusy = state.Stage != ChannelStage.Open || state.Latest is not null || state.WantsClose || state.Act is not null || state.Phase == ChannelPhase.Ended || state.Leaves is { IsUnpulled: true };
        var ms = (long)Math.Min(state.Window, int.MaxValue) * 1000;
        var pause = isBusy ? busy : new Span(Math.Clamp(ms / 8, 10_000, _longestPause.Ms));
        // A lock's time comes between two looks, or has come.
        return NextDeadline(state) switch
        {
            0 => busy,
            { } due when due < (ulong)pause.Ms / 1000 => new Span(Math.Max((long)due * 1000, 2_000)),
            _ => pause,
        };
    }
}
