using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What the signer and the chain say: how a channel comes to be open, what was deposited, and whether this side still knows all that it signed.</summary>
public sealed partial class ChannelDecider
{
    private static Rejection? Open(ChannelDraft draft, ChannelCommand.Open open)
    {
        var (facts, terms, state) = (open.Opening.Facts, open.Opening.Terms, draft.State);
        if (state.Phase != ChannelPhase.None)
        {
            return state.Opening == open.Opening
                ? new(RejectionCode.AlreadyExists, "a channel that is not known yet", state.Id.ToString())
                : new(RejectionCode.IntentConflict, "what it was opened with", "another account, key, peer, or other facts or terms");
        }

        if (!facts.Chain.IsEvm) return new(RejectionCode.WrongChain, "an EVM chain", facts.Chain.ToString());
        if (facts.A.CompareTo(facts.B) >= 0) return new(RejectionCode.Malformed, "A with the lower address", $"{facts.A}, {facts.B}");
        if (ChannelDomain.Id(facts) is var id && id != state.Id) return new(RejectionCode.PayloadMismatch, state.Id.ToString(), id.ToString());
        if (terms.LongestLock >= ChannelLimits.LatestSecond || terms.ShortestLock > terms.LongestLock)
            return new(RejectionCode.Malformed, $"a shortest lock up to the longest, below {ChannelLimits.LatestSecond} s", $"{terms.ShortestLock}, {terms.LongestLock}");
        draft.Add(new ChannelEvent.ChannelOpened(open.Opening));
        return null;
    }

    /// <summary>Who says something here before this side has begun asks again later.</summary>
    private static Rejection NotYet(ChannelState state) => new(RejectionCode.Retry, "a channel that is open here", $"{state.Phase}");

    private static Rejection? Look(ChannelDraft draft)
    {
        if (!draft.State.Looks) draft.Add(new ChannelEvent.LookWanted());
        return null;
    }

    private static Rejection? RecordSight(ChannelDraft draft, ChannelSight sight)
    {
        var terms = draft.State.Terms!;
        if (!draft.State.Looks) return null;
        if (draft.State.Phase == ChannelPhase.Opening && (sight.LockFloor != terms.LockFloor || sight.TrimCap != terms.TrimCap))
        {
            var reason = new Rejection(RejectionCode.PayloadMismatch, $"lock floor {sight.LockFloor} and trim cap {sight.TrimCap}, as on chain", $"{terms.LockFloor} and {terms.TrimCap}");
            draft.Add(new ChannelEvent.OpeningRefused(reason));
            return null;
        }

        var overdue = OverdueOfPeer(draft.State).ToImmutableArray();
        // The time first: when to look again is counted from it.
        if (RecordTime(draft, sight.Second) is { } late) return late;
        draft.Add(new ChannelEvent.ChannelSeen(sight));
        // Nothing is withdrawn but what a state names that both sides have: this one had it, and does not know it any more.
        if (IsOutrun(draft.State)) draft.Add(new ChannelEvent.LossFound(draft.State.Highest + 1));
        if (sight.Act is { End: not ChannelActEnd.None } ended && draft.State.Act is { } act && act.Packet == ended.Packet)
            draft.Add(new ChannelEvent.ActEnded(act.Number, ended.End == ChannelActEnd.Failed ? ended.Trouble ?? new(RejectionCode.WrongState, "a packet that settles", "it ended otherwise") : null) { IsDone = ended.End == ChannelActEnd.Done });
        JudgeOverdue(draft, overdue, sight);
        return Count(draft, ChannelSide.A, sight.Deposited.A) ?? Count(draft, ChannelSide.B, sight.Deposited.B);
    }

    /// <summary>The signer has signed nothing that is not known here, or else this side was put back.</summary>
    private static Rejection? RecordTaken(ChannelDraft draft, ulong nonce)
    {
        var state = draft.State;
        if (state.Signs || state.Phase is ChannelPhase.None or ChannelPhase.LostState) return null;
        var isKnown = nonce == ChannelBook.FinalNonce
            ? state.Ours.Concat(state.Burnt).Select(static own => own.Book).Concat(state.Theirs.Select(static theirs => theirs.Book)).Append(state.Book).Any(static book => book.Nonce == ChannelBook.FinalNonce)
            : nonce <= state.Highest;
        draft.Add(isKnown ? new ChannelEvent.SignerReady() : new ChannelEvent.LossFound(nonce));
        return null;
    }

    private static Rejection? RecordNotOpened(ChannelDraft draft, Rejection reason)
    {
        if (draft.State.Phase == ChannelPhase.Opening) draft.Add(new ChannelEvent.OpeningRefused(reason));
        return null;
    }

    private static Rejection? Recover(ChannelDraft draft, long epoch)
    {
        if (draft.State.Recovery < epoch) draft.Add(new ChannelEvent.RecoveryBegun(epoch));
        return null;
    }

    private static Rejection? Count(ChannelDraft draft, ChannelSide side, UInt256 total)
    {
        if (total > BookRules.MostDeposited) return new(RejectionCode.Overflow, $"at most {BookRules.MostDeposited}", total.ToString());
        if (total > draft.State.Deposits.Of(side)) draft.Add(new ChannelEvent.DepositCounted(side, total));
        return null;
    }

    private static Rejection? RecordTime(ChannelDraft draft, ulong second)
    {
        if (second >= ChannelLimits.LatestSecond) return new(RejectionCode.Overflow, $"a second below {ChannelLimits.LatestSecond}", $"{second}");
        if (second > draft.State.Second) draft.Add(new ChannelEvent.TimeRecorded(second));
        return null;
    }
}
