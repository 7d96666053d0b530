using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// Withdrawals from the open channel. Both sign a state that names the new total; from then on the amount is spent in every state. Only then both sign the contract's order for it:
/// <code>
///   who withdraws                          the other
///   (state is full) LeaveAsked ─AskLeave──▶ LeaveWanted
///   OrderSigned (own)                      OrderSigned (the peer's)
///   LeaveGiven ◀────────────────GiveLeave──────┘
///   act: withdraw, then pull
/// </code>
/// An order that expired unused is asked for again, for the same total. Whether it was used or not, a close gives each what is theirs: the contract adds what a state names and was not
/// withdrawn, and takes off what was withdrawn and the state does not name.
/// </summary>
public sealed partial class ChannelDecider
{
    private static Rejection? Withdraw(ChannelDraft draft, ChannelCommand.Withdraw withdraw)
    {
        var state = draft.State;
        // One that does not read the message would answer it with an error for ever, and all after it would wait.
        return state.Opening!.Peer is { } peer && LeavesOf(state).PeerForm < ChannelMessage.Form
            ? new(RejectionCode.UnsupportedKind, $"a peer that has said that it knows withdrawals (each look asks it)", $"{peer} has not")
            : Want(draft, withdraw, new ChannelUpdate.Withdraw(withdraw.Amount));
    }

    /// <summary>Asks for an order where what both signed is not on the chain, and no order is good for it.</summary>
    private static void AskLeave(ChannelDraft draft)
    {
        var (state, total) = (draft.State, draft.State.Book.Withdrawn.Of(draft.State.Us));
        if (!MayWithdraw(state) || total <= state.Accounts.SeenWithdrawn.Of(state.Us) || state.Book.Nonce == ChannelBook.FinalNonce) return;
        // While a call rests on an order, that one stays.
        if (LeavesOf(state).Own is { } own && (state.Act is { Kind: ChannelActKind.Withdraw } || (own.Total >= total && state.Second <= own.Expiry))) return;
        draft.Add(new ChannelEvent.LeaveAsked(total, state.Second + Math.Max(state.Window, OrderLasts)));
    }

    private static void HearAskLeave(ChannelDraft draft, ChannelMessage.AskLeave ask, HeardMessage heard)
    {
        var (state, named) = (draft.State, draft.State.Book.Withdrawn.Of(draft.State.Us.Other()));
        if (ask.Total.IsZero || ask.Total > named)
            Break(draft, heard, new(RejectionCode.PayloadMismatch, $"1 to {named}, as a state with both signatures names", ask.Total.ToString()));
        else if (ask.Expiry >= ChannelLimits.LatestSecond)
            Break(draft, heard, new(RejectionCode.Overflow, $"a second below {ChannelLimits.LatestSecond}", $"{ask.Expiry}"));
        else
            draft.Add(new ChannelEvent.LeaveWanted(heard, ask.Total, ask.Expiry));
    }

    /// <summary>A right signature of an order that is not wanted any more changes nothing.</summary>
    private static void HearGiveLeave(ChannelDraft draft, ChannelMessage.GiveLeave give, HeardMessage heard)
    {
        var (state, facts) = (draft.State, draft.State.Facts!);
        var peer = facts.PartyOf(state.Us.Other());
        if (give.Total >= BookRules.MostWithdrawn || !ChannelSignature.IsBy(peer, ChannelDomain.Of(facts).Withdrawal(state.Id, facts.PartyOf(state.Us), give.Total, give.Expiry), give.Signature))
            Break(draft, heard, new(RejectionCode.BadSignature, $"a signature by {peer} of a withdrawal of {give.Total} until {give.Expiry}", give.Signature.ToString()));
        else
            draft.Add(new ChannelEvent.LeaveGiven(heard, give.Total, give.Expiry, give.Signature));
    }

    private static ChannelLeaves LeavesOf(ChannelState state) => state.Leaves ?? ChannelLeaves.None;

    /// <summary>Whether more was withdrawn, final on the chain, than the newest state names.</summary>
    private static bool IsOutrun(ChannelState state)
    {
        var (seen, named) = (state.Accounts.SeenWithdrawn, state.Book.Withdrawn);
        return state is { Phase: ChannelPhase.Open or ChannelPhase.Ended or ChannelPhase.PeerLost or ChannelPhase.Closing, Stage: ChannelStage.Open or ChannelStage.Closing }
            && (seen.A > named.A || seen.B > named.B);
    }

    /// <summary>Whether the contract would still let anybody withdraw, as far as is known.</summary>
    private static bool MayWithdraw(ChannelState state) => state is { Phase: ChannelPhase.Open, Stage: ChannelStage.Open, Window: not 0 } && !SeemsClosing(state);

    /// <summary>What of withdrawals our key is to sign: its own order first, the payout, and the peer's order.</summary>
    private static ChannelOrder? LeaveOrder(ChannelState state, ulong expiry)
    {
        if (state.Leaves is not { } leaves || !MayWithdraw(state)) return null;
        if (leaves.Own is { Ours: null } own && state.Second <= own.Expiry) return OrderOf(state.Us, own.Total, own.Expiry, own.State);
        if (leaves.IsUnpulled && !state.Credit.IsZero && Pull(state) is null) return new ChannelOrder.Pull(state.Credit, state.Pulls, expiry);
        // One who asks and asks and hears nothing must not fill the store.
        if (state.Outbox.Values.Count(static message => message is ChannelMessage.GiveLeave) >= ChannelLimits.UnheardLeaves) return null;
        return leaves.Peer is { } peer && state.Second <= peer.Expiry ? OrderOf(state.Us.Other(), peer.Total, peer.Expiry, peer.State) : null;
    }

    private static ChannelOrder.Withdrawal OrderOf(ChannelSide party, UInt256 total, ulong expiry, CoSigned by) => new(party, total, expiry, by.Book, by.SignatureA, by.SignatureB);

    /// <summary>The contract's withdrawal, and after it the payout.</summary>
    private static ChannelCall? Leave(ChannelState state)
    {
        if (state.Leaves is not { } leaves || !MayWithdraw(state)) return null;
        if (leaves.Own is { Ours: { } ours, Theirs: { } theirs } own && state.Second <= own.Expiry)
        {
            return state.Us == ChannelSide.A
                ? new ChannelCall.Withdraw(own.Number, own.Total, own.Expiry, state.Us, ours, theirs)
                : new ChannelCall.Withdraw(own.Number, own.Total, own.Expiry, state.Us, theirs, ours);
        }

        return leaves.IsUnpulled ? Pull(state) : null;
    }

    private static ChannelState LeaveAsked(ChannelState state, ChannelEvent.LeaveAsked e)
    {
        var leaves = LeavesOf(state);
        return Say(
            state with { Leaves = leaves with { Number = leaves.Number + 1, Own = new(leaves.Number + 1, e.Total, e.Expiry, state.Full!, null, null) } },
            number => new ChannelMessage.AskLeave(number, e.Total, e.Expiry));
    }

    private static ChannelState LeaveGiven(ChannelState state, ChannelEvent.LeaveGiven e)
    {
        state = Hear(state, e.Message);
        return state.Leaves is { Own: { } own } leaves && (own.Total, own.Expiry) == (e.Total, e.Expiry)
            ? state with { Leaves = leaves with { Own = own with { Theirs = e.Signature } } }
            : state;
    }

    private static ChannelState LeaveSigned(ChannelState state, ChannelOrder.Withdrawal order, HexBytes signature)
    {
        var leaves = LeavesOf(state);
        return order.Party == state.Us
            ? state with { Leaves = leaves with { Own = leaves.Own! with { Ours = signature } } }
            : Say(state with { Leaves = leaves with { Peer = null } }, number => new ChannelMessage.GiveLeave(number, order.Total, order.Expiry, signature));
    }

    /// <summary>What the chain shows of withdrawals, while the channel is open or closing there.</summary>
    /// <param name="before">What was withdrawn at the look before.</param>
    private static ChannelState LeavesSeen(ChannelState state, ChannelSight sight, UInt256 before)
    {
        if (state.Leaves is null && sight is { PeerForm: 0, Withdrawn.Sum.IsZero: true }) return state;
        var (leaves, done) = (LeavesOf(state), sight.Withdrawn.Of(state.Us));
        var isOpen = sight.Stage == ChannelStage.Open;
        return state with
        {
            Leaves = leaves with
            {
                Own = isOpen && leaves.Own?.Total > done ? leaves.Own : null,
                Peer = isOpen ? leaves.Peer : null,
                IsUnpulled = !sight.Credit.IsZero && (leaves.IsUnpulled || (isOpen && done > before)),
                PeerForm = Math.Max(leaves.PeerForm, sight.PeerForm),
            },
        };
    }
}
