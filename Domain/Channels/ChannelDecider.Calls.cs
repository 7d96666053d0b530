using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What one side has to say to the contract, and has its key sign for that.</summary>
public sealed partial class ChannelDecider
{
    /// <summary>What is to be said to the contract now, the most urgent first.</summary>
    private static ImmutableArray<ChannelCall> Calls(ChannelState state)
    {
        if (state.Window == 0 || state.Phase is ChannelPhase.None or ChannelPhase.Opening or ChannelPhase.Closed) return [];
        return state.Stage switch
        {
            ChannelStage.Open => Wanted(End(state), Challenge(state), Guard(state), SeemsClosing(state) ? null : Closing(state), Leave(state)),
            ChannelStage.Closing => Wanted(End(state), Challenge(state), Register(state), Settle(state)),
            ChannelStage.Settled => Wanted(Register(state), Resolve(state)),
            _ => Wanted(Pull(state)),
        };
    }

    private static ImmutableArray<ChannelCall> Wanted(params ReadOnlySpan<ChannelCall?> calls)
    {
        ImmutableArray<ChannelCall> wanted = [];
        foreach (var call in calls)
            if (call is not null) wanted = wanted.Add(call);
        return wanted;
    }

    private static ChannelCall? NextCall(ChannelState state, Instant now)
    {
        foreach (var call in Calls(state))
            if (!IsPaused(state, call.Kind, now)) return call;
        return null;
    }

    /// <summary>What an act says to the contract; null: it is of no more use.</summary>
    private static ChannelCall? CallOf(ChannelState state, ChannelAct act) => Calls(state).FirstOrDefault(call => IsOf(act, call));

    /// <summary>
    /// A node says that the newest block has a close of a channel that final ones show open. After half a window of the contract's clock it would be final, and what is not is not
    /// believed any more: until then nothing is done that it would make vain, and nothing that has a deadline waits for it.
    /// </summary>
    private static bool SeemsClosing(ChannelState state) =>
        state is { Stage: ChannelStage.Open, Latest: not null, LatestSince: var since } && state.Second < since + (state.Window / 2);

    /// <summary>When the window ends: what a node says of the newest block cannot put it off.</summary>
    private static ulong ClosingAt(ChannelState state) =>
        state is { Stage: ChannelStage.Open, Latest: { } latest } ? Math.Min(latest.ClosesAt, state.Second + state.Window) : state.ClosesAt;

    /// <summary>Who proposed the last state brings it, and the other one when that has not come about. Nothing is newer, whatever this side may have lost.</summary>
    private static ChannelCall? End(ChannelState state) =>
        state.Full is { Book.Nonce: ChannelBook.FinalNonce } full
        && (state.OurEnd || state.Stage == ChannelStage.Closing || state.Second >= state.EndedAt + (state.Window / 4))
            ? new ChannelCall.CloseTogether(full)
            : null;

    private static ChannelCall? Challenge(ChannelState state)
    {
        if (state.Full is not { } full || (state.Stage == ChannelStage.Open && !SeemsClosing(state))) return null;
        var nonce = state is { Stage: ChannelStage.Open, Latest: { } latest } ? latest.Nonce : state.ClosingNonce;
        return full.Book.Nonce > nonce && full.Book.Nonce != ChannelBook.FinalNonce && state.Second < ClosingAt(state)
            ? new ChannelCall.Challenge(SignedState.Of(full, state.Terms!.LockFloor))
            : null;
    }

    private static ChannelCall? Closing(ChannelState state)
    {
        if (!state.WantsClose || state.Phase != ChannelPhase.Closing || state.Order is not { Order: ChannelOrder.Demand demand } order) return null;
        if (demand.Book.Nonce != state.Book.Nonce || state.Second > demand.Expiry) return null;
        return new ChannelCall.Close(demand, order.Signature, state.Us, state.Us == ChannelSide.A ? state.Full?.SignatureB : state.Full?.SignatureA);
    }

    private static ChannelCall? Register(ChannelState state)
    {
        var book = ClosingBook(state);
        var known = Secrets(state).FirstOrDefault(known => !known.IsRegistered && book?.Find(state.Us.Other(), known.Lock) is { } open && open.Expiry >= state.Second);
        return known is null ? null : new ChannelCall.Register(known);
    }

    /// <summary>Either may; who closed goes first.</summary>
    private static ChannelCall? Settle(ChannelState state) =>
        state.Second >= state.ClosesAt + (state.WantsClose ? 0 : state.Window / 8) && ClosingBook(state) is { } book ? new ChannelCall.Settle(book) : null;

    /// <summary>All at once, when the last has come to its time: until then each may still be paid.</summary>
    private static ChannelCall? Resolve(ChannelState state) =>
        ClosingBook(state) is { } book && book.Locks.All(open => open.Expiry < state.Second) ? new ChannelCall.Resolve(book) : null;

    private static ChannelCall? Pull(ChannelState state) =>
        state.Order is { Order: ChannelOrder.Pull pull } order && pull.Pulls == state.Pulls && pull.Amount == state.Credit && state.Second <= pull.Expiry
            ? new ChannelCall.Pull(pull, order.Signature, state.Us)
            : null;

    /// <summary>What our key is to sign for the contract now, or null.</summary>
    private static ChannelOrder? OrderWanted(ChannelState state)
    {
        if (state.Window == 0 || state.IsOrderHeld) return null;
        var expiry = state.Second + Math.Max(state.Window, OrderLasts);
        if (state is { Stage: ChannelStage.Gone, Credit.IsZero: false, Phase: not ChannelPhase.Closed })
            return Pull(state) is null ? new ChannelOrder.Pull(state.Credit, state.Pulls, expiry) : null;
        return state is { Stage: ChannelStage.Open, WantsClose: true, Phase: ChannelPhase.Closing } && !SeemsClosing(state) && End(state) is null && Closing(state) is null
            ? new ChannelOrder.Demand(state.Book, expiry)
            : LeaveOrder(state, expiry);
    }

    /// <summary>The book that it closes by on chain; null where this side does not know it, and has to leave settling to the peer.</summary>
    private static ChannelBook? ClosingBook(ChannelState state) => state.Stage is ChannelStage.Open or ChannelStage.Gone ? null : BookOf(state, state.ClosingNonce);

    /// <summary>The book of a state that either side may have signed; null: it is not known here, or not any more.</summary>
    internal static ChannelBook? BookOf(ChannelState state, ulong nonce) =>
        Books(state).Append(ChannelBook.Empty).FirstOrDefault(book => book.Nonce == nonce) ?? (state.Accounts.Recalled?.Nonce == nonce ? state.Accounts.Recalled.Book : null);
}
