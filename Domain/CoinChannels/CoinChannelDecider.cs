using TPWallet.Crypto;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>
/// One side of a channel on a chain of the Bitcoin family. Whose turn it is proposes; both commitments go over to the next book together, and each old one is given up
/// as soon as its owner has the new one.
/// <code>
///   who has the turn                                    the other
///   wish ─▶ RoundBegun ─▶ PeerSigned ──Commit──▶ CommitHeard ─▶ OwnTaken (old one given up) ─▶ PeerSigned
///            AnswerHeard (its old one can be punished) ◀──────Answer──────┘
///            OwnTaken (old one given up) ──Revoke──▶ RevokeHeard (its old one can be punished)
///   TurnWanted ◀──AskTurn── TurnAsked          TurnYielded ──Yield──▶ TurnTaken
///   None ─▶ Opening ─▶ Funding ─▶ Open ─▶ Closing ─▶ Settling ─▶ Closed          any ─▶ LostState
/// </code>
/// Each arrow leaves after its event is durable, and is the same bytes whenever it is sent again. Every commitment that the peer may hold is in the state before the
/// peer can hold it; ours is sent only if it was never given up, which the signer makes sure of once more. What the chain shows is taken whole from each look, so
/// penalties and claims follow from it anew after a crash or a reorganisation; phases advance on final blocks.
/// </summary>
public sealed partial class CoinChannelDecider : IMachine<CoinState, CoinCommand, CoinEvent>
{
    private CoinChannelDecider()
    {
    }

    /// <summary>A stored name.</summary>
    public static string Kind => "coin-channel";

    public static int CodeVersion => 2;

    /// <inheritdoc/>
    public static CoinState Empty(string key) => Empty(CoinChannelRef.Parse(key));

    /// <summary>Before the first event.</summary>
    public static CoinState Empty(CoinChannelRef side) => new(
        side, CoinPhase.None, null, null, null, null, null, [], [], null, [], [], [], ImmutableSortedDictionary<Bytes32, Bytes32>.Empty, null, [], [],
        side.Us == CoinSide.Opener, false, false, false, false, false, null, false, 0, ImmutableSortedDictionary<long, CoinMessage>.Empty, 0, [], 0, null, null, null, false,
        [], []);

    public static CoinCommand Tick(Guid commandId) => new CoinCommand.Tick(commandId);

    /// <summary>Time decides nothing here: heights do, and the chain is looked at for as long as the channel lives.</summary>
    public static Instant? NextWake(CoinState state) => null;

    public static CoinCommand? Recover(CoinState state, Guid commandId, long epoch) =>
        state.Phase is not (CoinPhase.None or CoinPhase.Closed) && state.Epoch < epoch ? new CoinCommand.Recover(commandId, epoch) : null;

    public static Decision<CoinEvent> Decide(CoinState state, CoinCommand command, Stamp stamp)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        if (state.Phase == CoinPhase.None && command is not CoinCommand.Open)
            return new Rejection(RejectionCode.NotYetOpen, "a channel that was begun here", state.Us.ToString());
        var draft = new CoinDraft(state, stamp.Latest);
        var refusal = command switch
        {
            CoinCommand.Open open => Open(draft, open),
            CoinCommand.Fund fund => Fund(draft, fund),
            CoinCommand.Update update => Want(draft, update),
            CoinCommand.End => End(draft),
            CoinCommand.Close => Close(draft, null),
            CoinCommand.Hear hear => Hear(draft, hear.Message, stamp),
            CoinCommand.RecordKeys keys => RecordKeys(draft, keys),
            CoinCommand.RecordSigned signed => RecordSigned(draft, signed),
            CoinCommand.RecordTaken taken => RecordTaken(draft, taken),
            CoinCommand.RecordEnd end => RecordEnd(draft, end.Signature),
            CoinCommand.RecordRefused refused => RecordRefused(draft, refused),
            CoinCommand.RecordHeard heard => RecordHeard(draft, heard.Number),
            CoinCommand.RecordSight sight => RecordSight(draft, sight.Sight),
            CoinCommand.RecordSent sent => RecordSent(draft, sent),
            CoinCommand.Recover recover => Recover(draft, recover.Epoch),
            CoinCommand.Look => Look(draft),
            CoinCommand.Tick => null,
            _ => new Rejection(RejectionCode.UnsupportedKind, "a command of a channel", command.GetType().Name),
        };
        if (refusal is not null) return refusal;
        Advance(draft);
        return draft.Events;
    }

    private static Rejection? Open(CoinDraft draft, CoinCommand.Open open)
    {
        if (draft.State.Phase != CoinPhase.None) return new(RejectionCode.AlreadyExists, "a channel that was not begun", draft.State.Phase.ToString());
        var (opening, parties) = (open.Opening, open.Opening.Parties);
        if (!parties.Chain.IsBitcoin) return new(RejectionCode.WrongChain, "a chain of the Bitcoin family", parties.Chain.Value);
        if (!Secp256k1.IsCompressedPoint(parties.Opener.Span) || !Secp256k1.IsCompressedPoint(parties.Accepter.Span) || parties.Opener == parties.Accepter)
            return new(RejectionCode.Malformed, "two public keys, compressed", $"{parties.Opener} and {parties.Accepter}");
        if (parties.Id != draft.State.Ref.Channel) return new(RejectionCode.Malformed, $"channel {parties.Id}, which these parties have", draft.State.Ref.Channel.ToString());
        if (new CoinRules(opening.Terms).Judge() is { } refusal) return refusal;
        if (!CoinRules.IsScript(opening.Payout)) return new(RejectionCode.Malformed, "a locking script", $"{opening.Payout.Length} bytes");
        draft.Add(new CoinEvent.Opened(opening));
        return null;
    }

    private static Rejection? Fund(CoinDraft draft, CoinCommand.Fund command)
    {
        var (state, funding) = (draft.State, command.Funding);
        if (state is not { Us: CoinSide.Opener, Phase: CoinPhase.Opening, Theirs: not null, Ours: not null } || (state.Funding is { } known && known != funding))
            return new(RejectionCode.WrongState, "an opener that has met its peer, and one funding", $"{state.Us} in {state.Phase}");
        if (command.Transaction is { Length: > CoinLimits.FundingBytes } long_) return new(RejectionCode.TooLarge, $"a transaction of at most {CoinLimits.FundingBytes} bytes", $"{long_.Length}");
        if (state.Funding is null) draft.Add(new CoinEvent.FundingChosen(funding, command.Transaction));
        return null;
    }

    /// <summary>Queues what may be possible; what is not, by the newest book alone, is refused at once.</summary>
    private static Rejection? Want(CoinDraft draft, CoinCommand.Update command)
    {
        var (state, wish) = (draft.State, command.Wish);
        if (state.Phase is CoinPhase.Closing or CoinPhase.Settling && wish is CoinUpdate.Fulfil fulfil) return Keep(draft, fulfil);
        if (state.Phase != CoinPhase.Open) return new(RejectionCode.WrongState, "an open channel", state.Phase.ToString());
        if (state.WantsEnd && wish is not (CoinUpdate.Fulfil or CoinUpdate.Fail)) return new(RejectionCode.WrongState, "a channel that is not to end", "it is");
        if (state.Wishes.Length >= CoinLimits.Wishes) return new(RejectionCode.Overloaded, $"fewer than {CoinLimits.Wishes} updates that wait", $"{state.Wishes.Length}");
        if (state.Rules.Apply(state.Book, state.Us, [wish]).Refusal is { } refusal) return refusal;
        draft.Add(new CoinEvent.UpdateWanted(new(command.CommandId, wish)));
        return null;
    }

    /// <summary>The peer signs nothing more: the preimage takes the HTLC on chain.</summary>
    private static Rejection? Keep(CoinDraft draft, CoinUpdate.Fulfil fulfil)
    {
        var htlc = draft.State.Live.Select(book => book.Find(draft.State.Us.Other(), fulfil.Id)).FirstOrDefault(static found => found is not null);
        if (htlc is null) return new(RejectionCode.NotFound, "an open HTLC of the other party", $"{fulfil.Id}");
        if (!CoinRules.Opens(fulfil.Preimage, htlc.PaymentHash)) return new(RejectionCode.ProofInvalid, $"the preimage of {htlc.PaymentHash}", fulfil.Preimage.ToString());
        if (!draft.State.Preimages.ContainsKey(htlc.PaymentHash)) draft.Add(new CoinEvent.PreimageKept(fulfil.Preimage));
        return null;
    }

    private static Rejection? End(CoinDraft draft)
    {
        if (draft.State.Phase != CoinPhase.Open) return new(RejectionCode.WrongState, "an open channel", draft.State.Phase.ToString());
        if (!draft.State.WantsEnd) draft.Add(new CoinEvent.EndWanted());
        return null;
    }

    private static Rejection? Close(CoinDraft draft, Rejection? reason)
    {
        var state = draft.State;
        if (state is { Phase: CoinPhase.Closing, WantsClose: true } or { Phase: CoinPhase.Settling or CoinPhase.Closed }) return null;
        if (state.Phase is not (CoinPhase.Opening or CoinPhase.Funding or CoinPhase.Open or CoinPhase.Closing))
            return new(RejectionCode.WrongState, "a side that has a commitment and knows its states", state.Phase.ToString());
        draft.Add(new CoinEvent.CloseWanted(reason));
        return null;
    }

    private static Rejection? Recover(CoinDraft draft, long epoch)
    {
        if (draft.State.Phase is not CoinPhase.Closed) draft.Add(new CoinEvent.SessionBegun(epoch));
        return null;
    }

    private static Rejection? RecordHeard(CoinDraft draft, long number)
    {
        if (draft.State.Outbox.ContainsKey(number)) draft.Add(new CoinEvent.MessageHeard(number));
        return null;
    }

    /// <summary>What follows by itself: proposals, the end, and whose turn it is.</summary>
    private static void Advance(CoinDraft draft)
    {
        var state = draft.State;
        if (state.Phase is CoinPhase.Closing or CoinPhase.Settling or CoinPhase.Closed or CoinPhase.LostState)
        {
            foreach (var wish in state.Wishes)
                draft.Add(new CoinEvent.UpdateRefused(wish.Id, new(RejectionCode.WrongState, "an open channel", state.Phase.ToString())));
            return;
        }

        // What spends the funding may end at any state that was not revoked: nothing new is agreed on while it is in sight.
        if (state.Phase != CoinPhase.Open || state.Round is not null || state.End is not null || state.Asking is not null || state.Sight?.Spent is not null) return;
        if (!state.OurTurn)
        {
            if (!state.AskedTurn && (!state.Wishes.IsEmpty || MayEnd(state))) draft.Add(new CoinEvent.TurnAsked());
            return;
        }

        if (state.PeerWants) draft.Add(new CoinEvent.TurnYielded());
        else if (!Propose(draft) && MayEnd(draft.State)) draft.Add(new CoinEvent.EndBegun());
    }

    private static bool MayEnd(CoinState state) => state.WantsEnd && state.Wishes.IsEmpty && state.Book.Htlcs.IsEmpty;

    /// <summary>One round of what waits. What cannot be done any more leaves the queue.</summary>
    private static bool Propose(CoinDraft draft)
    {
        var (rules, us) = (draft.State.Rules, draft.State.Us);
        var taken = ImmutableArray<CoinUpdate>.Empty;
        foreach (var wish in draft.State.Wishes)
        {
            if (taken.Length == CoinLimits.Updates) break;
            var more = taken.Add(wish.Update);
            if (rules.Apply(draft.State.Book, us, more).Refusal is { } refusal) draft.Add(new CoinEvent.UpdateRefused(wish.Id, refusal));
            else taken = more;
        }

        if (taken.IsEmpty) return false;
        draft.Add(new CoinEvent.RoundBegun(taken.Length));
        return true;
    }
}
