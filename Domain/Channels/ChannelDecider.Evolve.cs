using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What each event makes of the state.</summary>
public sealed partial class ChannelDecider
{
    public static ChannelState Evolve(ChannelState state, ChannelEvent @event, Instant at) =>
        Dealt(state, EvolveOne(@event.PeerHeard == 0 ? state : Heard(state, @event.PeerHeard), @event, at), @event, at);

    private static ChannelState EvolveOne(ChannelState state, ChannelEvent @event, Instant at) => @event switch
    {
        ChannelEvent.ChannelOpened e => state with { Phase = ChannelPhase.Opening, Opening = e.Opening, Trouble = null, Looks = true, Round = state.Round + 1, OurTurn = state.Us == ChannelSide.A },
        ChannelEvent.OpeningRefused e => state with { Phase = ChannelPhase.None, Trouble = e.Reason, Signs = false, IsFound = false, Looks = false },
        ChannelEvent.SignerReady => OpenIfReady(state with { Signs = true }),
        ChannelEvent.LookWanted => state with { Looks = true, Round = state.Round + 1 },
        ChannelEvent.ChannelSeen { Sight.Window: 0 } => OpenIfReady(state with { IsFound = true, Looks = false }),
        ChannelEvent.ChannelSeen e => Seen(OpenIfReady(state with { IsFound = true, Looks = false }), e.Sight, at),
        ChannelEvent.LossFound => Forgetful(state) with { Signs = false, Asks = true, Round = state.Round + 1 },
        ChannelEvent.RecoveryBegun e => state with { Recovery = e.Epoch, Signs = false, Round = state.Round + 1 },
        ChannelEvent.SignatureRefused e => SignatureRefused(state with { Round = state.Round + 1 }, e),
        ChannelEvent.NoticeTaken { Notice: ChannelNotice.Proof } => state with { Proving = false },
        ChannelEvent.NoticeTaken => state with { Asks = false },
        ChannelEvent.DepositCounted e => state with { Deposits = state.Deposits.With(e.Side, e.Total) },
        ChannelEvent.TimeRecorded e => state with { Second = e.Second },
        ChannelEvent.FreezeSet e => Turned(state with { Frozen = e.Frozen }),
        ChannelEvent.UpdateWanted { Wish: var wish } e => Carried(state, e) with
        {
            Wishes = state.Wishes.Add(wish),
            LastLock = wish.Update is ChannelUpdate.Offer { Lock.Number: var number } ? number : state.LastLock,
        },
        ChannelEvent.UpdateRefused e => Remember(state with { Wishes = state.Wishes.RemoveAll(wish => wish.Id == e.Wish) }, [e.Wish], e.Reason),
        ChannelEvent.StateProposed e => Proposed(state, e),
        ChannelEvent.ProposalSigned e => Signed(state, e),
        ChannelEvent.StateAcknowledged e => Acknowledged(state, e),
        ChannelEvent.ProposalBurnt e => Burnt(state, e),
        ChannelEvent.ProposalTaken e => Taken(state, e),
        ChannelEvent.ProposalRefused e => Say(
            Hear(state, e.Message) with { Highest = IsNext(state, e.Nonce) ? e.Nonce : state.Highest },
            number => new ChannelMessage.Refuse(number, e.Nonce, e.Reason)),
        ChannelEvent.StateSigned e => SignedTheirs(state, e),
        ChannelEvent.TurnAsked => Say(state with { Asked = true }, static number => new ChannelMessage.AskTurn(number)),
        ChannelEvent.TurnWanted e => Hear(state, e.Message) with { PeerWants = true },
        ChannelEvent.TurnYielded => Say(state with { OurTurn = false, PeerWants = false }, static number => new ChannelMessage.Yield(number)),
        ChannelEvent.TurnTaken e => Hear(state, e.Message) with { OurTurn = true, Asked = false },
        ChannelEvent.ProtocolBroken e => Hear(state, e.Message),
        ChannelEvent.MessageHeard e => Heard(state, e.Number),
        ChannelEvent.PeerFoundLost => state with { Phase = ChannelPhase.PeerLost, Outbox = state.Outbox.Clear(), Proving = state.Full is not null, Round = state.Round + 1 },
        ChannelEvent.CloseWanted => state with { Phase = ChannelPhase.Closing, WantsClose = true, NextLook = at },
        ChannelEvent.OrderSigned { Order: ChannelOrder.Withdrawal order } e => LeaveSigned(state with { ActTrouble = null }, order, e.Signature),
        ChannelEvent.OrderSigned e => state with { Order = new(e.Order, e.Signature), ActTrouble = null },
        ChannelEvent.OrderRefused e => state with { IsOrderHeld = true, ActTrouble = e.Reason },
        ChannelEvent.ActBegun e => state with { Act = e.Act, Acts = e.Act.Number, NextLook = NextLookOf(state, at) },
        ChannelEvent.ActProposed e => state with { Act = state.Act! with { IsProposed = true, Packet = e.Packet ?? state.Act!.Packet } },
        ChannelEvent.ActEnded e => Ended(state, e, at),
        ChannelEvent.ChannelClosed => state with { Phase = ChannelPhase.Closed, NextLook = null, Order = null },
        ChannelEvent.LossProved e => Forgetful(state) with { Full = e.State, Asks = false, Accounts = Restated(state, e.State.Book) },
        _ => EvolveLocks(state, @event),
    };

    /// <summary>What was under way is not known to be all.</summary>
    private static ChannelState Forgetful(ChannelState state) => state with { Phase = ChannelPhase.LostState, Ours = [], Theirs = [], Leaves = null, Outbox = state.Outbox.Clear() };

    private static ChannelState Heard(ChannelState state, long upTo) => state with { Outbox = state.Outbox.RemoveRange(state.Outbox.Keys.Where(number => number <= upTo)) };

    private static ChannelState OpenIfReady(ChannelState state) =>
        state is { Phase: ChannelPhase.Opening, Signs: true, IsFound: true } ? state with { Phase = ChannelPhase.Open } : state;

    private static ChannelState Remember(ChannelState state, IEnumerable<Guid> wishes, Rejection reason)
    {
        var refused = state.Refused.AddRange(wishes.Select(wish => new RefusedWish(wish, reason)));
        return state with { Refused = refused.Length > ChannelLimits.Refused ? refused[^ChannelLimits.Refused..] : refused };
    }

    private static ChannelState SignatureRefused(ChannelState state, ChannelEvent.SignatureRefused e)
    {
        var index = IndexOf(state, e.Nonce);
        if (index < 0) return Say(state with { Theirs = [] }, number => new ChannelMessage.Refuse(number, state.Theirs[0].Nonce, e.Reason));
        var fallen = state.Ours[index..];
        return Remember(state, fallen[0].Wishes.Select(static wish => wish.Id), e.Reason) with
        {
            Ours = state.Ours[..index],
            // Nothing was signed for its nonce, nor for those after it: whoever proposes next may use them.
            Highest = e.Nonce == ChannelBook.FinalNonce ? state.Highest : e.Nonce - 1,
            Wishes = [.. fallen.Skip(1).SelectMany(static own => own.Wishes), .. state.Wishes],
            // Deposits that are not signed in now are not tried again before the chain has gone on.
            CountsAfter = fallen[0].Wishes.IsEmpty ? state.Second : state.CountsAfter,
            AnswersAfter = fallen[0].Wishes.Any(static wish => NumberOf(wish.Update) is not null) ? state.Second : state.AnswersAfter,
        };
    }

    private static ChannelState Proposed(ChannelState state, ChannelEvent.StateProposed e)
    {
        var wishes = state.Wishes[..e.Wishes];
        ImmutableArray<ChannelUpdate> updates = e.Counts.IsEmpty ? [.. wishes.Select(static wish => wish.Update)] : e.Counts;
        var book = Applied(state, state.Us, e.Nonce, updates);
        return state with
        {
            Ours = state.Ours.Add(new(book, state.Newest.Nonce, wishes, null) { Entries = ChannelLedger.Entries(state, state.Us, updates) }),
            Wishes = state.Wishes[e.Wishes..],
            Highest = e.Nonce == ChannelBook.FinalNonce ? state.Highest : e.Nonce,
        };
    }

    private static ChannelState Signed(ChannelState state, ChannelEvent.ProposalSigned e)
    {
        var index = IndexOf(state, e.Nonce);
        var own = state.Ours[index];
        return Say(
            Marked(state, own.Book) with { Ours = state.Ours.SetItem(index, own with { Signature = e.Signature }) },
            number => new ChannelMessage.Propose(number, own.Nonce, own.On, UpdatesOf(state, index), e.Signature));
    }

    /// <summary>The updates of a proposal: what was asked for, or else the deposits that it counts in.</summary>
    private static ImmutableArray<ChannelUpdate> UpdatesOf(ChannelState state, int index)
    {
        var own = state.Ours[index];
        if (!own.Wishes.IsEmpty) return [.. own.Wishes.Select(static wish => wish.Update)];
        var before = index == 0 ? state.Book : state.Ours[index - 1].Book;
        return Counts(before.Deposited, own.Book.Deposited);
    }

    private static ChannelState Acknowledged(ChannelState state, ChannelEvent.StateAcknowledged e)
    {
        var index = IndexOf(state, e.Nonce);
        var own = state.Ours[index];
        return Fill(
            Hear(state, e.Message) with
            {
                Ours = state.Ours[(index + 1)..],
                Accounts = Posted(state, state.Ours.Take(index + 1).Select(static full => full.Entries)),
                CountsAfter = null,
                OurEnd = own.Nonce == ChannelBook.FinalNonce,
            },
            CoSignedOf(state.Us, own.Book, own.Signature!.Value, e.Signature));
    }

    private static ChannelState Burnt(ChannelState state, ChannelEvent.ProposalBurnt e)
    {
        var index = IndexOf(state, e.Nonce);
        if (index < 0) return Hear(state, e.Message);
        var burnt = state.Ours[index..];
        // A nonce that both used at once is nobody's fault: what was asked for with it is asked for again. So are those after it, which were built on it.
        var ended = e.Reason.Code == RejectionCode.NonceConflict ? [] : burnt[0].Wishes;
        return Remember(Hear(state, e.Message), ended.Select(static wish => wish.Id), e.Reason) with
        {
            // The oldest that is not signed may be with the signer just now: its nonce stays used.
            Highest = burnt.FirstOrDefault(static own => own.Signature is null) is { Nonce: < ChannelBook.FinalNonce } asked ? asked.Nonce : state.Highest,
            Ours = state.Ours[..index],
            // What was not signed yet cannot be completed by anybody.
            Burnt = state.Burnt.AddRange(burnt.Where(static proposal => proposal.Signature is not null)),
            // States follow each other, so nothing is done twice.
            Wishes = [.. burnt.SelectMany(static proposal => proposal.Wishes).Skip(ended.Length), .. state.Wishes],
            CountsAfter = e.Reason.Code == RejectionCode.NotFinal ? state.Second : state.CountsAfter,
            AnswersAfter = ended.Any(static wish => NumberOf(wish.Update) is not null) ? state.Second : state.AnswersAfter,
        };
    }

    private static ChannelState Taken(ChannelState state, ChannelEvent.ProposalTaken e) => Told(Hear(state, e.Message), e.Updates) with
    {
        PeerLock = e.Updates.OfType<ChannelUpdate.Offer>().LastOrDefault()?.Lock.Number ?? state.PeerLock,
        Theirs = state.Theirs.Add(new(Applied(state, state.Us.Other(), e.Nonce, e.Updates), e.Signature) { Entries = ChannelLedger.Entries(state, state.Us.Other(), e.Updates) }),
        Highest = e.Nonce == ChannelBook.FinalNonce ? state.Highest : e.Nonce,
    };

    private static ChannelState SignedTheirs(ChannelState state, ChannelEvent.StateSigned e)
    {
        var index = 0;
        while (state.Theirs[index].Nonce != e.Nonce) index++;
        var theirs = state.Theirs[index];
        var accounts = Posted(state, state.Theirs.Take(index + 1).Select(static full => full.Entries));
        return Say(
            Fill(Marked(state, theirs.Book) with { Theirs = state.Theirs[(index + 1)..], Accounts = accounts }, CoSignedOf(state.Us, theirs.Book, e.Signature, theirs.Signature)),
            number => new ChannelMessage.Acknowledge(number, e.Nonce, e.Signature));
    }

    /// <summary>A newer state holds: none that was burnt before it can win against it any more. One above it still can.</summary>
    private static ChannelState Fill(ChannelState state, CoSigned full) => Forget(state with
    {
        Full = full,
        Burnt = state.Burnt.RemoveAll(burnt => burnt.Nonce < full.Book.Nonce),
        Phase = full.Book.Nonce == ChannelBook.FinalNonce && state.Phase == ChannelPhase.Open ? ChannelPhase.Ended : state.Phase,
        EndedAt = full.Book.Nonce == ChannelBook.FinalNonce ? state.Second : 0,
        AnswersAfter = null,
    });

    private static CoSigned CoSignedOf(ChannelSide us, ChannelBook book, HexBytes ours, HexBytes theirs) =>
        us == ChannelSide.A ? new(book, ours, theirs) : new(book, theirs, ours);

    private static ChannelBook Applied(ChannelState state, ChannelSide proposer, ulong nonce, ImmutableArray<ChannelUpdate> updates) =>
        state.Rules.Apply(state.Newest, proposer, nonce, updates) is { Book: { } book }
            ? book
            : throw new UnreachableException($"State {nonce} of channel {state.Id} was judged before it was stored.");

    private static ChannelState Hear(ChannelState state, HeardMessage message) => state with
    {
        Heard = message.Number,
        HeardLast = (state.HeardLast.Length < ChannelLimits.HeardLast ? state.HeardLast : state.HeardLast[1..]).Add(message.Digest),
    };

    private static ChannelState Say(ChannelState state, Func<long, ChannelMessage> message) =>
        state with { Said = state.Said + 1, Outbox = state.Outbox.Add(state.Said + 1, message(state.Said + 1)) };

    private static int IndexOf(ChannelState state, ulong nonce)
    {
        for (var i = 0; i < state.Ours.Length; i++)
            if (state.Ours[i].Nonce == nonce) return i;
        return -1;
    }
}
