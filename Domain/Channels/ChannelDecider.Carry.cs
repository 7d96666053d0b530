using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>How locks end: those of ours that are carried for another channel, which is told; and what is known of the peer's, which is proposed until it is done, or said to the contract.</summary>
public sealed partial class ChannelDecider
{
    private static readonly ImmutableSortedDictionary<long, LockCarry> _noCarries = ImmutableSortedDictionary<long, LockCarry>.Empty;
    private static readonly ImmutableSortedDictionary<long, HexBytes?> _noDrops = ImmutableSortedDictionary<long, HexBytes?>.Empty;

    /// <summary>Decided once (<see cref="IDecidedOnce"/>): what was refused here is given back there, and must not be taken later.</summary>
    private static Rejection? Carry(ChannelDraft draft, ChannelCommand.Carry carry)
    {
        var offer = new ChannelUpdate.Offer(carry.Lock with { Offerer = draft.State.Us, Number = draft.State.LastLock + 1 }) { Onion = carry.Onion };
        return JudgeOffer(draft.State, offer.Lock) ?? Want(draft, carry, offer, carry.Origin, carry.Payer);
    }

    /// <summary>What is kept here is proposed until it is done: an answer must not be lost, whatever state the channel is in.</summary>
    private static Rejection? Answer(ChannelDraft draft, ChannelCommand.Answer answer)
    {
        var state = draft.State;
        if (FindTheirs(state, answer.Number) is not { } open || Secrets(state).Any(known => known.Lock == answer.Number)) return null;
        if (answer.Secret is not { } secret)
        {
            if (state.Drops?.ContainsKey(answer.Number) != true) draft.Add(new ChannelEvent.LockDropped(answer.Number, answer.Reason));
            return null;
        }

        if (!BookRules.Opens(secret, open.Kind, open.Target)) return new(RejectionCode.ProofInvalid, $"the secret of {open.Target}", secret.ToString());
        draft.Add(new ChannelEvent.SecretKept(new(open.Number, open.Kind, secret)));
        return null;
    }

    private static Rejection? RecordOriginTold(ChannelDraft draft, long number)
    {
        if (draft.State.Carries?.ContainsKey(number) == true) draft.Add(new ChannelEvent.CarryTold(number));
        return null;
    }

    /// <summary>What is known of the peer's locks is proposed: each goes out of the book by its secret, or back.</summary>
    private static void WishAnswers(ChannelDraft draft)
    {
        var state = draft.State;
        if (state.AnswersAfter >= state.Second) return;
        foreach (var known in Secrets(state))
            if (state.Newest.Find(state.Us.Other(), known.Lock) is { } open && open.Expiry >= state.Second) WishAnswer(draft, known.Lock, new ChannelUpdate.Fulfil(known.Lock, known.Secret));
        foreach (var (number, reason) in state.Drops ?? _noDrops)
            if (state.Newest.Find(state.Us.Other(), number) is not null) WishAnswer(draft, number, new ChannelUpdate.Fail(number) { Reason = reason });
    }

    private static void WishAnswer(ChannelDraft draft, long number, ChannelUpdate update)
    {
        var state = draft.State;
        if (state.Wishes.Length >= ChannelLimits.Wishes || state.Wishes.Any(wish => NumberOf(wish.Update) == number)) return;
        draft.Add(new ChannelEvent.UpdateWanted(new(EffectId.ResultOf(Kind, state.Ref.ToString(), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"answer|{number}")), update)));
    }

    /// <summary>The peer's lock that an update answers.</summary>
    private static long? NumberOf(ChannelUpdate update) => update switch
    {
        ChannelUpdate.Fulfil fulfil => fulfil.Number,
        ChannelUpdate.Fail fail => fail.Number,
        _ => null,
    };

    /// <summary>
    /// What a final block past their expiry says of the peer's locks that still stand: a secret that was registered in time is paid for by the contract alone now; any other pays nowhere,
    /// and its lock is given back.
    /// </summary>
    private static void JudgeOverdue(ChannelDraft draft, ImmutableArray<ChannelLock> overdue, ChannelSight sight)
    {
        if (sight.Registry.IsDefaultOrEmpty) return;
        foreach (var open in overdue)
        {
            if (sight.Second <= open.Expiry || sight.Registry.FirstOrDefault(entry => entry.Kind == open.Kind && entry.Target == open.Target) is not { } entry) continue;
            if (entry.Second == 0 || entry.Second > open.Expiry || !IsWorthClaiming(draft.State, open))
            {
                if (draft.State.Drops?.ContainsKey(open.Number) != true) draft.Add(new ChannelEvent.LockDropped(open.Number, null));
                continue;
            }

            if (Secrets(draft.State).All(known => known.Lock != open.Number))
            {
                if (entry.Secret is not { } secret || !BookRules.Opens(secret, open.Kind, open.Target)) continue;
                draft.Add(new ChannelEvent.SecretKept(new(open.Number, open.Kind, secret) { IsRegistered = true }));
            }

            if (draft.State is { Phase: ChannelPhase.Open, Stage: ChannelStage.Open }) draft.Add(new ChannelEvent.CloseWanted());
        }
    }

    /// <summary>The peer's locks past their expiry that nothing else brings to their end.</summary>
    private static IEnumerable<ChannelLock> OverdueOfPeer(ChannelState state) =>
        state is { Phase: ChannelPhase.Open, Stage: ChannelStage.Open } ? Unanswered(state).Where(open => open.Expiry < state.Second) : [];

    /// <summary>The peer's locks that have not gone on, and are not on their way back.</summary>
    private static IEnumerable<ChannelLock> Unanswered(ChannelState state) => state.Book.Locks.Where(open => open.Offerer != state.Us && state.Onions?.ContainsKey(open.Number) != true
        && state.Drops?.ContainsKey(open.Number) != true && (state.Relays?.ContainsKey(open.Number) != true || Secrets(state).Any(known => known.Lock == open.Number)));

    /// <summary>
    /// The peer's locks that go back although their secrets are known, as nobody said them to the contract in time: their amounts are lost. Below the contract's floor none is among them, as that was
    /// never to be had but from the peer.
    /// </summary>
    public static IEnumerable<ChannelLock> Forgone(ChannelState state) =>
        Secrets(state).Where(known => state.Drops?.ContainsKey(known.Lock) == true).Select(known => FindTheirs(state, known.Lock)).OfType<ChannelLock>().Where(open => IsWorthClaiming(state, open));

    /// <summary>The contract pays nothing for locks below the floor: they are trimmed.</summary>
    private static bool IsWorthClaiming(ChannelState state, ChannelLock open) => open.Amount >= state.Terms!.LockFloor;

    /// <summary>The first secret that the peer has not paid for and that must go to the contract now, with time left to be mined; null: none must.</summary>
    private static ChannelCall? Guard(ChannelState state) =>
        Secrets(state).FirstOrDefault(known => !known.IsRegistered && FindTheirs(state, known.Lock) is { } open && state.Second <= open.Expiry
            && (state.WantsClose || open.Expiry - state.Second <= state.Terms!.ShortestLock) && IsWorthClaiming(state, open)) is { } due
            ? new ChannelCall.Register(due)
            : null;

    /// <summary>A lock of the peer's that stands in a state which either side can close with.</summary>
    private static ChannelLock? FindTheirs(ChannelState state, long number) => Books(state).Select(book => book.Find(state.Us.Other(), number)).FirstOrDefault(static open => open is not null);

    /// <summary>All books that the peer can close with, and those that it has proposed and that will be signed.</summary>
    private static IEnumerable<ChannelBook> Books(ChannelState state) =>
        state.Ours.Concat(state.Burnt).Select(static own => own.Book).Concat(state.Theirs.Select(static theirs => theirs.Book)).Prepend(state.Book);

    /// <summary>A lock of ours that can never pay.</summary>
    private static bool HasFailed(ChannelState state, LockCarry carry)
    {
        if (carry.Secret is not null || carry.IsVoid) return carry.IsVoid;
        if (state.Phase is ChannelPhase.None or ChannelPhase.Opening or ChannelPhase.LostState) return false;
        if (state.Wishes.Any(wish => wish.Id == carry.Wish) || Books(state).Any(book => book.Find(state.Us, carry.Lock.Number) is not null)) return false;
        return state.Stage switch
        {
            ChannelStage.Open => !SeemsClosing(state),
            ChannelStage.Gone => true,
            _ => ClosingBook(state) is { } closing && closing.Find(state.Us, carry.Lock.Number) is null,
        };
    }

    /// <summary>What a lock of ours came to, if that is known.</summary>
    private static UpdateStanding? EndOf(ChannelState state, Guid wish)
    {
        if ((state.Carries ?? _noCarries).Values.FirstOrDefault(carry => carry.Wish == wish) is not { } carry) return null;
        return carry.Secret is { } secret ? new UpdateStanding.Paid(secret) : HasFailed(state, carry) ? new UpdateStanding.Failed(carry.Reason) : null;
    }

    /// <summary>Whether a lock of ours may still pay without this side knowing the secret.</summary>
    private static bool Carries(ChannelState state) => (state.Carries ?? _noCarries).Values.Any(carry => carry.Secret is null && !HasFailed(state, carry));

    /// <summary>Locks past their expiry whose secret may be with the contract.</summary>
    private static ImmutableArray<ChannelLock> Overdue(ChannelState state) =>
        [.. OverdueOfPeer(state), .. (state.Carries ?? _noCarries).Values.Where(carry => carry.Secret is null && !carry.IsVoid && carry.Lock.Expiry < state.Second && !HasFailed(state, carry)).Select(static carry => carry.Lock)];

    private static string NameOf(string name, long number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}|{number:D19}");

    /// <summary>A lock of ours was asked for. Those that have ended and that nobody is to be told of are forgotten, the oldest first.</summary>
    private static ChannelState Carried(ChannelState state, ChannelEvent.UpdateWanted e)
    {
        if (e.Wish.Update is not ChannelUpdate.Offer { Lock: var open }) return state;
        var carries = (state.Carries ?? _noCarries).Add(open.Number, new(e.Wish.Id, open, e.Origin) { Payer = e.Payer });
        var ended = carries.Values.Where(carry => !carry.IsAwaited && (carry.Secret is not null || HasFailed(state, carry))).Select(static carry => carry.Lock.Number).ToArray();
        return state with { Carries = carries.RemoveRange(ended.Take(ended.Length - ChannelLimits.EndedLocks)) };
    }

    /// <summary>What a proposal of the peer's says of locks: ways of its own, and how ours end.</summary>
    private static ChannelState Told(ChannelState state, ImmutableArray<ChannelUpdate> updates)
    {
        foreach (var update in updates)
        {
            state = update switch
            {
                ChannelUpdate.Offer { Onion: { } onion } offer => state with { Onions = (state.Onions ?? _noOnions).SetItem(offer.Lock.Number, onion) },
                ChannelUpdate.Fulfil fulfil when state.Carries?.GetValueOrDefault(fulfil.Number) is { } carry =>
                    state with { Carries = state.Carries.SetItem(fulfil.Number, carry with { Secret = fulfil.Secret }) },
                ChannelUpdate.Fail fail when state.Carries?.GetValueOrDefault(fail.Number) is { } carry =>
                    state with { Carries = state.Carries.SetItem(fail.Number, carry with { Reason = fail.Reason }) },
                _ => state,
            };
        }

        return state;
    }

    /// <summary>What the registry says of locks of ours past their expiry.</summary>
    private static ChannelState Registered(ChannelState state, ChannelSight sight)
    {
        if (sight.Registry.IsDefaultOrEmpty || state.Carries is not { } carries) return state;
        foreach (var (number, carry) in carries)
        {
            if (carry.Secret is not null || sight.Registry.FirstOrDefault(entry => entry.Kind == carry.Lock.Kind && entry.Target == carry.Lock.Target) is not { } entry) continue;
            if (entry.Secret is { } secret && BookRules.Opens(secret, carry.Lock.Kind, carry.Lock.Target)) carries = carries.SetItem(number, carry with { Secret = secret });
            else if (sight.Second > carry.Lock.Expiry && (entry.Second == 0 || entry.Second > carry.Lock.Expiry)) carries = carries.SetItem(number, carry with { IsVoid = true });
        }

        return state with { Carries = carries };
    }

    /// <summary>The contract's seconds until a lock comes to a time at which the chain is to be looked at; null: no lock does.</summary>
    private static ulong? NextDeadline(ChannelState state)
    {
        var own = (state.Carries ?? _noCarries).Values.Where(carry => carry.Secret is null && !carry.IsVoid && !HasFailed(state, carry)).Select(carry => Until(carry.Lock.Expiry + 1));
        var theirs = Secrets(state).Where(static known => !known.IsRegistered)
            .Select(known => FindTheirs(state, known.Lock) is { } open && state.Second <= open.Expiry && IsWorthClaiming(state, open) ? Until(open.Expiry - Math.Min(open.Expiry, state.Terms!.ShortestLock)) : ulong.MaxValue);
        var past = state is { Phase: ChannelPhase.Open, Stage: ChannelStage.Open } ? Unanswered(state).Select(open => Until(open.Expiry + 1)) : [];
        return own.Concat(theirs).Concat(past).DefaultIfEmpty(ulong.MaxValue).Min() is var next and < ulong.MaxValue ? next : null;
        ulong Until(ulong second) => second > state.Second ? second - state.Second : 0;
    }
}
