using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Channels;

/// <summary>What follows from a state by itself: proposals, and whose turn it is.</summary>
public sealed partial class ChannelDecider
{
    private static void Advance(ChannelDraft draft)
    {
        if (draft.State.Phase != ChannelPhase.Open)
        {
            foreach (var wish in draft.State.Wishes)
                draft.Add(new ChannelEvent.UpdateRefused(wish.Id, new(RejectionCode.WrongState, "an open channel", draft.State.Phase.ToString())));
            return;
        }

        WishAnswers(draft);
        AskLeave(draft);
        if (MayPropose(draft.State)) ProposeCounts(draft);
        while (MayPropose(draft.State) && IsFull(draft.State) && ProposeWishes(draft))
        {
        }

        if (draft.State.OurTurn)
        {
            if (draft.State.PeerWants && draft.State.Ours.IsEmpty) draft.Add(new ChannelEvent.TurnYielded());
        }
        else if (!draft.State.Asked && CanPropose(draft.State) && (!draft.State.Wishes.IsEmpty || Counts(draft.State).Any(count => count is ChannelUpdate.Count { Side: var side } && side == draft.State.Us)))
        {
            draft.Add(new ChannelEvent.TurnAsked());
        }
    }

    private static bool MayPropose(ChannelState state) =>
        state.OurTurn && !state.PeerWants && state.Ours.Length < ChannelLimits.OpenProposals && CanPropose(state);

    /// <summary>Whether the turn would be of use.</summary>
    private static bool CanPropose(ChannelState state) =>
        state.Signs && state.Burnt.Length < ChannelLimits.Burnt && state.Newest.Nonce != ChannelBook.FinalNonce && !HasBurntEnd(state);

    /// <summary>What comes while a proposal is open waits for its answer, and goes together: one signature for many, unless there is enough for one more.</summary>
    private static bool IsFull(ChannelState state) => state.Wishes.Length >= (state.Ours.IsEmpty ? 1 : BookRules.MaxUpdates);

    private static void ProposeCounts(ChannelDraft draft)
    {
        var counts = Counts(draft.State);
        if (!counts.IsEmpty) draft.Add(new ChannelEvent.StateProposed(draft.State.Highest + 1, 0, counts));
    }

    /// <summary>Deposits that are final and in no book, if it is time to propose them.</summary>
    private static ImmutableArray<ChannelUpdate> Counts(ChannelState state) =>
        state.CountsAfter is { } after && state.Second <= after ? [] : Counts(state.Newest.Deposited, state.Deposits);

    /// <summary>What counts in the deposits by which one pair of totals is above another.</summary>
    private static ImmutableArray<ChannelUpdate> Counts(SidePair before, SidePair after) =>
    [
        .. new[] { ChannelSide.A, ChannelSide.B }.Where(side => after.Of(side) > before.Of(side)).Select(side => new ChannelUpdate.Count(side, after.Of(side))),
    ];

    /// <summary>Makes one proposal of what waits. What cannot be done any more leaves the queue.</summary>
    /// <returns>Whether there was a proposal.</returns>
    private static bool ProposeWishes(ChannelDraft draft)
    {
        var (rules, us, nonce) = (draft.State.Rules, draft.State.Us, draft.State.Highest + 1);
        var (book, taken, ends) = (draft.State.Newest, 0, false);
        foreach (var wish in draft.State.Wishes)
        {
            if (taken == BookRules.MaxUpdates || ends) break;
            // Nothing newer wins against a last state that the peer holds and has not signed: it is never built on what the peer may refuse.
            if (wish.Update is ChannelUpdate.End && (taken > 0 || !draft.State.Ours.IsEmpty)) break;
            var (next, refusal) = rules.Apply(book, us, nonce, [wish.Update]);
            if (refusal is not null)
            {
                draft.Add(new ChannelEvent.UpdateRefused(wish.Id, refusal));
                continue;
            }

            (book, taken, ends) = (next!, taken + 1, wish.Update is ChannelUpdate.End);
        }

        if (taken == 0) return false;
        draft.Add(new ChannelEvent.StateProposed(ends ? ChannelBook.FinalNonce : nonce, taken, []));
        return true;
    }
}
