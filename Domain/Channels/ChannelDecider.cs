using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>
/// One side of a payment channel. A state counts when both have signed it; whose turn it is proposes, the other signs or refuses.
/// <code>
///   who has the turn                                     the other
///   wish ─▶ StateProposed ─▶ ProposalSigned ─Propose──▶ ProposalTaken ─▶ StateSigned      (full there: it may act)
///              StateAcknowledged  ◀──────Acknowledge────────┘                             (full here: it may act)
///              ProposalBurnt      ◀──────Refuse──────── ProposalRefused                   (nonce burnt; exposed until a higher one is full)
///   TurnWanted ◀─────────────────────────AskTurn─────── TurnAsked
///   TurnYielded ─────────────────────────Yield────────▶ TurnTaken
/// </code>
/// Each arrow leaves after its event is durable, is the same bytes whenever it is sent again, and is kept until the other side has made it durable. So crashes
/// and a bad network lose nothing, and the turn cannot be lost. For one nonce one book is ever signed by one side: the nonce of a
/// proposal is above all that were ever used. A side that has been put back to an older copy is found out by the numbers of the messages and is shown the
/// newest state; it signs nothing more.
/// </summary>
public sealed partial class ChannelDecider : IMachine<ChannelState, ChannelCommand, ChannelEvent>
{
    private ChannelDecider()
    {
    }

    public static string Kind => "channel";

    public static int CodeVersion => 15;

    public static ChannelState Empty(string key) => new(
        ChannelRef.Parse(key), ChannelPhase.None, null, null, false, false, false, false, 0, 0, false, default, 0, null, [], [], [], 0, false, false, false, [], null, 0, 0,
        ImmutableSortedDictionary<long, ChannelMessage>.Empty, 0, [], 0, false, []);

    /// <summary>That a message was heard is mostly known just before something else is written: the answer to it, or the next payment.</summary>
    public static ChannelEvent? Joined(ChannelEvent earlier, ChannelEvent later) =>
        earlier is ChannelEvent.MessageHeard { PeerHeard: 0 } heard ? later with { PeerHeard = Math.Max(later.PeerHeard, heard.Number) } : null;

    /// <summary>The newest first: an event may be of several.</summary>
    public static int GenerationOf(ChannelEvent @event) => @event switch
    {
        ChannelEvent.TowerSet { Waits: true } => EventGenerations.AwaitedTowers,
        ChannelEvent.SideAnnounced { IsPublic: true } => EventGenerations.Gossip,
        ChannelEvent.ActProposed { Packet: not null } => EventGenerations.JoinedActs,
        ChannelEvent.UpdateWanted { Wish.Update: ChannelUpdate.Withdraw } or ChannelEvent.ProposalTaken { HasWithdrawal: true } or ChannelEvent.OrderSigned { Order: ChannelOrder.Withdrawal }
            or ChannelEvent.ActBegun { Act.Kind: ChannelActKind.Withdraw } or ChannelEvent.ChannelSeen { Sight.HasWithdrawal: true } => EventGenerations.Withdrawals,
        { PeerHeard: not 0 } => EventGenerations.HeardInPassing,
        ChannelEvent.UpdateWanted { Payer: not null } => EventGenerations.Ways,
        ChannelEvent.ChannelSeen { Sight.EntriesTo: not 0 } => EventGenerations.Books,
        ChannelEvent.LockRouted { Payment: not null } => EventGenerations.Invoices,
        ChannelEvent.ChannelSeen { Sight.Registry.IsDefault: false } or ChannelEvent.UpdateWanted { Origin: not null } or ChannelEvent.ProposalTaken { HasWays: true }
            or ChannelEvent.ActEnded { IsDone: true } => EventGenerations.Carrying,
        ChannelEvent.UpdateWanted { Wish.Update: ChannelUpdate.Offer { Onion: not null } or ChannelUpdate.Fail { Reason: not null } } => EventGenerations.Carrying,
        ChannelEvent.ChannelSeen { Sight.Window: not 0 } => EventGenerations.Closing,
        _ => EventGenerations.First,
    };

    public static ChannelCommand Tick(Guid commandId) => new ChannelCommand.Tick(commandId);

    public static Instant? NextWake(ChannelState state)
    {
        var look = state.Looks || state.Phase is ChannelPhase.None or ChannelPhase.Closed ? null : state.NextLook;
        return WatchDue(state) is { } watch && (look is null || watch < look) ? watch : look;
    }

    public static ChannelCommand? Recover(ChannelState state, Guid commandId, long epoch) =>
        state.Phase != ChannelPhase.None && state.Recovery < epoch ? new ChannelCommand.Recover(commandId, epoch) : null;

    /// <summary>What the account sees; null: there is nothing.</summary>
    public static ChannelView? View(ChannelState state, long version) => state.Opening is { } opening
        ? new(
            state.Ref, state.Phase, opening, state.Book, state.Deposits, state.Least, state.Wishes.Length + state.Ours.Sum(static own => own.Wishes.Length), state.Frozen,
            state.Trouble ?? state.ActTrouble, version)
        {
            Stage = state.Stage,
            ClosesAt = state.ClosesAt,
            Second = state.Second,
            IsAnnounced = state.Announced is { IsOpen: true } && IsTold(state),
            Tower = ViewOf(state.Tower),
            IsPublic = state.IsPublic,
            Room = RoomOf(state),
            Withdrawn = state.Accounts.SeenWithdrawn,
            IsUnpaid = state.Leaves is { IsUnpulled: true },
            Leave = state.Leaves?.Own is { } own ? new(own.Total, own.Expiry, own.Theirs is not null) : null,
            Act = state.Act is { } act ? new(act.Kind, act.Nonce, act.Packet, act.Trouble) : null,
        }
        : null;

    /// <summary>What came of an update that was accepted; those that are neither waiting nor refused are done. A lock that is done has still to pay, or to fail.</summary>
    public static UpdateStanding Standing(ChannelState state, Guid wish)
    {
        if (state.Refused.All(refused => refused.Id != wish) && EndOf(state, wish) is { } end) return end;
        if (state.Refused.LastOrDefault(refused => refused.Id == wish) is { } refused) return new UpdateStanding.Refused(refused.Reason);
        return state.Wishes.Concat(state.Ours.SelectMany(static own => own.Wishes)).Any(waiting => waiting.Id == wish) ? new UpdateStanding.Waiting() : new UpdateStanding.Done();
    }

    public static Decision<ChannelEvent> Decide(ChannelState state, ChannelCommand command, Stamp stamp)
    {
        if (state.Phase == ChannelPhase.None && command is ChannelCommand.Hear) return NotYet(state);
        if (state.Phase == ChannelPhase.None && command is not ChannelCommand.Open)
            return new Rejection(RejectionCode.NotFound, "a channel that is known here", state.Id.ToString());
        var draft = new ChannelDraft(state, stamp.Latest);
        var refusal = command switch
        {
            ChannelCommand.Open open => Open(draft, open),
            ChannelCommand.Pay pay => Want(draft, pay, new ChannelUpdate.Pay(pay.Amount)),
            ChannelCommand.Offer offer => Want(draft, offer, OfferOf(state, offer)),
            ChannelCommand.Carry carry => Carry(draft, carry),
            ChannelCommand.RecordRouted routed => RecordRouted(draft, routed),
            ChannelCommand.RecordPassed passed => RecordPassed(draft, passed),
            ChannelCommand.Answer answer => Answer(draft, answer),
            ChannelCommand.RecordOriginTold told => RecordOriginTold(draft, told.Number),
            ChannelCommand.RecordAnnounced announced => RecordAnnounced(draft, announced),
            ChannelCommand.RecordDealingsTold told => RecordDealingsTold(draft, told.Number),
            ChannelCommand.Allow allow => Allow(draft, allow.Allowance),
            ChannelCommand.RecordRecalled recalled => RecordRecalled(draft, recalled),
            ChannelCommand.SetTower set => SetTower(draft, set),
            ChannelCommand.SetPublic set => SetPublic(draft, set),
            ChannelCommand.RecordHandedOver handed => RecordHandedOver(draft, handed),
            ChannelCommand.Fulfil fulfil => Fulfil(draft, fulfil),
            ChannelCommand.Fail fail => Fail(draft, fail),
            ChannelCommand.Withdraw withdraw => Withdraw(draft, withdraw),
            ChannelCommand.End end => Want(draft, end, new ChannelUpdate.End()),
            ChannelCommand.Close => Close(draft),
            ChannelCommand.RecordOrder order => RecordOrder(draft, order),
            ChannelCommand.RecordOrderRefused order => RecordOrderRefused(draft, order.Reason),
            ChannelCommand.RecordAct act => RecordAct(draft, act),
            ChannelCommand.SetFrozen freeze => SetFrozen(draft, freeze.Frozen),
            ChannelCommand.Look => Look(draft),
            ChannelCommand.RecordSight sight => RecordSight(draft, sight.Sight),
            ChannelCommand.RecordTaken taken => RecordTaken(draft, taken.Nonce),
            ChannelCommand.RecordNotOpened refused => RecordNotOpened(draft, refused.Reason),
            ChannelCommand.RecordSignatureRefused refused => RecordSignatureRefused(draft, refused),
            ChannelCommand.RecordNotice notice => RecordNotice(draft, notice.Notice),
            ChannelCommand.Recover recover => Recover(draft, recover.Epoch),
            ChannelCommand.Hear hear => Hear(draft, hear.Message),
            ChannelCommand.RecordSignature signature => RecordSignature(draft, signature),
            ChannelCommand.RecordHeard heard => RecordHeard(draft, heard),
            ChannelCommand.Tick => LookIfDue(draft, stamp),
            _ => new Rejection(RejectionCode.UnsupportedKind, "a channel command", command.GetType().Name),
        };
        return refusal is null ? Concluded(draft, command, stamp) : refusal;
    }

    /// <summary>With what follows by itself.</summary>
    private static ImmutableArray<ChannelEvent> Concluded(ChannelDraft draft, ChannelCommand command, Stamp stamp)
    {
        Advance(draft);
        Act(draft, stamp);
        if (command is ChannelCommand.Tick) WatchIfDue(draft, stamp);
        return draft.Events;
    }

    private static ChannelUpdate.Offer OfferOf(ChannelState state, ChannelCommand.Offer offer) =>
        new(new(state.Us, state.LastLock + 1, offer.Amount, offer.Expiry, offer.Kind, offer.Target)) { Onion = offer.Onion };

    /// <summary>Queues what may be possible; what is not, by the newest book alone, is refused at once.</summary>
    private static Rejection? Want(ChannelDraft draft, ChannelCommand command, ChannelUpdate update, LockOrigin? origin = null, PaymentPart? payer = null)
    {
        var state = draft.State;
        if (state.Phase != ChannelPhase.Open) return new(RejectionCode.WrongState, "an open channel", state.Phase.ToString());
        if (state.Frozen && IsSpending(update)) return new(RejectionCode.Frozen, "a channel that may spend", "it is frozen");
        if (state.Wishes.Length >= ChannelLimits.Wishes) return new(RejectionCode.Overloaded, $"fewer than {ChannelLimits.Wishes} updates that wait", $"{state.Wishes.Length}");
        if (JudgeWays([update]) is { } malformed) return malformed;
        if (state.Rules.Apply(state.Newest, state.Us, state.Highest + 1, [update]).Refusal is { } refusal) return refusal;
        draft.Add(new ChannelEvent.UpdateWanted(new(command.CommandId, update)) { Origin = origin, Payer = payer });
        return null;
    }

    private static Rejection? SetFrozen(ChannelDraft draft, bool frozen)
    {
        if (draft.State.Frozen == frozen) return null;
        draft.Add(new ChannelEvent.FreezeSet(frozen));
        if (!frozen) return null;
        // What is said stays said; what only waits does not leave any more.
        foreach (var wish in draft.State.Wishes.Where(static wish => IsSpending(wish.Update)))
            draft.Add(new ChannelEvent.UpdateRefused(wish.Id, new(RejectionCode.Frozen, "a channel that may spend", "it is frozen")));
        return null;
    }

    private static Rejection? RecordSignature(ChannelDraft draft, ChannelCommand.RecordSignature command)
    {
        var state = draft.State;
        var own = state.Ours.FirstOrDefault(proposal => proposal.Nonce == command.Nonce && proposal.Signature is null);
        var theirs = state.Theirs.FirstOrDefault(incoming => incoming.Nonce == command.Nonce);
        if ((own is null && theirs is null) || state.Phase != ChannelPhase.Open) return null;
        // Whose signature it is the signer has made sure of; a wrong one would harm nobody, as the peer does not take it.
        if (command.Signature.Length != ChannelSignature.Length)
            return new(RejectionCode.BadSignature, $"{ChannelSignature.Length} bytes", command.Signature.ToString());
        draft.Add(own is not null ? new ChannelEvent.ProposalSigned(command.Nonce, command.Signature) : new ChannelEvent.StateSigned(command.Nonce, command.Signature));
        return null;
    }

    private static Rejection? RecordSignatureRefused(ChannelDraft draft, ChannelCommand.RecordSignatureRefused command)
    {
        var state = draft.State;
        if (state.Phase != ChannelPhase.Open) return null;
        var (nonce, reason) = (command.Nonce, command.Reason);
        if (state.Ours.Any(own => own.Nonce == nonce && own.Signature is null) || state.Theirs.Any(theirs => theirs.Nonce == nonce))
            draft.Add(reason.Code == RejectionCode.NonceConflict ? new ChannelEvent.LossFound(nonce) : new ChannelEvent.SignatureRefused(nonce, reason));
        return null;
    }

    private static Rejection? RecordHeard(ChannelDraft draft, ChannelCommand.RecordHeard heard)
    {
        if (!draft.State.Outbox.ContainsKey(heard.Number)) return null;
        if (heard.Refusal is null) draft.Add(new ChannelEvent.MessageHeard(heard.Number));
        else if (draft.State.Phase is ChannelPhase.Open or ChannelPhase.Ended) draft.Add(new ChannelEvent.PeerFoundLost());
        return null;
    }

    private static Rejection? RecordNotice(ChannelDraft draft, ChannelNotice notice)
    {
        if (notice == ChannelNotice.Proof ? draft.State.Proving : draft.State.Asks) draft.Add(new ChannelEvent.NoticeTaken(notice));
        return null;
    }

    /// <summary>What a freeze stops.</summary>
    private static bool IsSpending(ChannelUpdate update) => update is ChannelUpdate.Pay or ChannelUpdate.Offer;
}
