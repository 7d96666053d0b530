using System.Security.Cryptography;
using TPWallet.Crypto.Channels;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What each event makes of the state.</summary>
public sealed partial class CoinChannelDecider
{
    public static CoinState Evolve(CoinState state, CoinEvent @event, Instant at)
    {
        ArgumentNullException.ThrowIfNull(state);
        return After(state, @event, at) with { Count = state.Count + 1 };
    }

    private static CoinState After(CoinState state, CoinEvent @event, Instant at) => @event switch
    {
        CoinEvent.Opened or CoinEvent.OpeningRefused or CoinEvent.KeysMade or CoinEvent.PeerMet or CoinEvent.FundingChosen or CoinEvent.FundHeard
            or CoinEvent.FundingForgotten or CoinEvent.ReadySaid or CoinEvent.ReadyHeard => EvolveOpening(state, @event),
        CoinEvent.EndWanted => state with { WantsEnd = true },
        CoinEvent.EndBegun => state with { End = new(state.Book, null, null) },
        CoinEvent.EndSigned e => EndSigned(state, e.Signature),
        CoinEvent.EndHeard e => Hear(state, e.Message) with { Phase = CoinPhase.Closing, End = (state.End ?? new(state.Book, null, null)) with { Theirs = e.Signature }, Looks = true },
        CoinEvent.CloseWanted e => Leaving(state, e.Reason),
        CoinEvent.ProtocolBroken e => Leaving(Hear(state, e.Message), e.Reason),
        CoinEvent.TakingRefused e => Leaving(state, e.Reason) with { Round = null },
        // A side without keys has said nothing yet, and nobody knows anything of it.
        CoinEvent.SessionBegun e => (state.Ours is null ? state : Asking(state with { Session = Math.Max(state.Session, e.Epoch) })) with { Epoch = e.Epoch },
        CoinEvent.SessionAnswered => state with { Asking = null },
        CoinEvent.QuestionHeard e => state with { Asked = e.Question, AskedAt = at },
        CoinEvent.QuestionAnswered => state with { Asked = null },
        CoinEvent.LossFound e => Lost(state, e.Reason),
        CoinEvent.PreimageKept e => Know(state, e.Preimage),
        CoinEvent.LookWanted => state with { Looks = true, Looked = state.Looked + 1 },
        CoinEvent.Seen e => state with
        {
            Sight = e.Sight,
            Looks = false,
            Looked = state.Looked + 1,
            Sent = state.Sent.Clear(),
            FirstHeight = state.FirstHeight ?? e.Sight.Height,
            QuietHeight = e.Sight.Spent is null ? e.Sight.Height : state.QuietHeight,
        },
        CoinEvent.SpendFinal => state with
        {
            Phase = CoinPhase.Settling,
            Round = ToTake(state) is null ? null : state.Round,
            Outbox = state.Outbox.Clear(),
            Asking = null,
        },
        CoinEvent.Handed e => state with { Sent = state.Sent.Add(e.Intent) },
        CoinEvent.OutputForgone e when state.Forgone.Count < CoinLimits.Forgone => state with { Forgone = state.Forgone.Add(e.Output) },
        CoinEvent.OutputForgone => state,
        CoinEvent.Closed => state with { Phase = CoinPhase.Closed, Outbox = state.Outbox.Clear(), Asking = null, Asked = null, Looks = false },
        _ => EvolveRound(state, @event),
    };

    /// <summary>Until both call it open.</summary>
    private static CoinState EvolveOpening(CoinState state, CoinEvent @event) => @event switch
    {
        CoinEvent.Opened e => state with { Phase = CoinPhase.Opening, Opening = e.Opening, Trouble = null },
        CoinEvent.OpeningRefused e => Empty(state.Ref) with { Opening = state.Opening, Trouble = e.Reason, Epoch = state.Epoch },
        CoinEvent.KeysMade e => Say(
            state with { Ours = new(e.Basepoints, state.Payout), OwnPoints = [e.Point, e.NextPoint] },
            number => new CoinMessage.Hello(number, state.Terms!, new(e.Basepoints, state.Payout), e.Point, e.NextPoint)),
        CoinEvent.PeerMet e => Hear(state, e.Message) with { Theirs = e.Party, PeerPoints = [e.Point, e.NextPoint] },
        CoinEvent.FundingChosen e => state with { Funding = e.Funding, FundingTransaction = e.Transaction, Round = new CoinRound.Signing(state.Rules.First, []) },
        CoinEvent.FundHeard e => Hear(state, e.Message) with { Funding = e.Funding, Round = new CoinRound.Heard(state.Rules.First, e.Signatures) },
        CoinEvent.ReadySaid => OpenIfReady(Say(state with { WeReady = true }, static number => new CoinMessage.Ready(number))),
        CoinEvent.ReadyHeard e => OpenIfReady(Hear(state, e.Message) with { TheyReady = true }),
        CoinEvent.FundingForgotten => state with
        {
            Phase = CoinPhase.Closed,
            Outbox = state.Outbox.Clear(),
            Trouble = new(RejectionCode.Expired, $"a funding within {CoinLimits.FundingBlocks} blocks", "none"),
        },
        _ => throw new UnreachableException($"No event of an opening: {@event.GetType().Name}"),
    };

    private static CoinState EvolveRound(CoinState state, CoinEvent @event) => @event switch
    {
        CoinEvent.UpdateWanted { Wish: var wish } => (wish.Update is CoinUpdate.Fulfil fulfil ? Know(state, fulfil.Preimage) : state) with { Wishes = state.Wishes.Add(wish) },
        CoinEvent.UpdateRefused e => Remember(state with { Wishes = state.Wishes.RemoveAll(wish => wish.Id == e.Wish) }, [e.Wish], e.Reason),
        CoinEvent.RoundBegun e => state with
        {
            Round = new CoinRound.Signing(Applied(state, state.Us, [.. state.Wishes[..e.Wishes].Select(static wish => wish.Update)]), state.Wishes[..e.Wishes]),
            Wishes = state.Wishes[e.Wishes..],
        },
        CoinEvent.PeerSigned e => Signed(state, e.Signatures),
        CoinEvent.SigningRefused e => SigningRefused(state, e.Reason),
        CoinEvent.CommitHeard e => Shown(Hear(state, e.Message), e.Updates) with { Round = new CoinRound.Heard(Applied(state, state.Us.Other(), e.Updates), e.Signatures) },
        CoinEvent.AnswerHeard e => Revoked(Hear(state, e.Message), e.Revocation) with
        {
            Round = new CoinRound.Taking(state.Round!.Book, ((CoinRound.Said)state.Round).Wishes, e.Signatures),
        },
        CoinEvent.OwnTaken e => OwnTaken(state, e.Revocation),
        CoinEvent.RevokeHeard e => Rest(Revoked(Hear(state, e.Message), e.Revocation)),
        CoinEvent.TurnAsked => Say(state with { AskedTurn = true }, static number => new CoinMessage.AskTurn(number)),
        CoinEvent.TurnWanted e => Hear(state, e.Message) with { PeerWants = true },
        CoinEvent.TurnYielded => Say(state with { OurTurn = false, PeerWants = false }, static number => new CoinMessage.Yield(number)),
        CoinEvent.TurnTaken e => Hear(state, e.Message) with { OurTurn = true, AskedTurn = false },
        CoinEvent.MessageHeard e => state with { Outbox = state.Outbox.RemoveRange(state.Outbox.Keys.Where(number => number <= e.Number)) },
        _ => throw new UnreachableException($"No event of a channel: {@event.GetType().Name}"),
    };

    /// <summary>From here on the peer can have this commitment: its HTLCs are kept for as long as the channel lives.</summary>
    private static CoinState Signed(CoinState state, CoinSignatures signatures)
    {
        var (round, book) = (state.Round!, state.Round!.Book);
        var before = state.Peer is [.., var last] ? last.Book : state.Rules.First;
        state = state with
        {
            Peer = state.Peer.Add(new(book, state.PeerPoints[0])),
            PeerPoints = state.PeerPoints[1..],
            Past = [.. state.Past, .. book.Htlcs.Where(htlc => htlc.Id > before.Offered(htlc.Offerer))],
            Offers = state.Offers.AddRange(OffersOf(round).Select((wish, index) => KeyValuePair.Create(before.Offered(state.Us) + index + 1, wish.Id))),
        };
        return (round, book.Number) switch
        {
            (CoinRound.Signing signing, 0) => Say(state with { Round = new CoinRound.Said(book, signing.Wishes) }, number => new CoinMessage.Fund(number, state.Funding!.Value, signatures)),
            (CoinRound.Signing signing, _) => Say(
                state with { Round = new CoinRound.Said(book, signing.Wishes) },
                number => new CoinMessage.Commit(number, book.Number, [.. signing.Wishes.Select(static wish => wish.Update)], signatures)),
            (CoinRound.Taken, 0) => Say(state with { Round = null, Phase = CoinPhase.Funding, Looks = true }, number => new CoinMessage.Funded(number, signatures)),
            (CoinRound.Taken taken, _) => Say(
                state with { Round = new CoinRound.Answered(book) }, number => new CoinMessage.Answer(number, book.Number, taken.Revocation!, signatures)),
            _ => throw new UnreachableException("Nothing was to be signed."),
        };
    }

    private static IEnumerable<CoinWish> OffersOf(CoinRound round) => WishesOf(round).Where(static wish => wish.Update is CoinUpdate.Offer);

    /// <summary>Our old commitment is given up here and now, whatever becomes of the message that says so.</summary>
    private static CoinState OwnTaken(CoinState state, CoinRevocation? revocation)
    {
        var (round, book) = (state.Round!, state.Round!.Book);
        var (_, signatures) = ToTake(state)!.Value;
        state = state with
        {
            Own = new(book, state.OwnPoints[0], signatures),
            OwnPoints = revocation is null ? state.OwnPoints[1..] : [.. state.OwnPoints[1..], revocation.NextPoint],
        };
        if (round is CoinRound.Heard) return state with { Round = new CoinRound.Taken(book, revocation) };
        if (book.Number == 0) return state with { Round = null, Phase = state.Phase == CoinPhase.Opening ? CoinPhase.Funding : state.Phase, Looks = true };
        return Rest(Say(state, number => new CoinMessage.Revoke(number, book.Number, revocation!)));
    }

    private static CoinState Revoked(CoinState state, CoinRevocation? revocation)
    {
        if (revocation is null) return state;
        var old = state.Peer[0].Book.Number;
        state.Store.Insert(CommitmentSecrets.IndexOf((ulong)old), revocation.Secret.ToArray(), out var store);
        return state with
        {
            Peer = state.Peer[1..],
            PeerPoints = state.PeerPoints.Add(revocation.NextPoint),
            Secrets = [.. store.Known.Select(static known => new PastSecret(known.Index, Bytes32.From(known.Secret.AsSpan())))],
        };
    }

    /// <summary>Both old commitments are revoked: the round is over, and preimages of HTLCs that no commitment has any more are of no use.</summary>
    private static CoinState Rest(CoinState state)
    {
        var open = state.Live.SelectMany(static book => book.Htlcs).Select(static htlc => htlc.PaymentHash).ToImmutableSortedSet();
        return state with { Round = null, Preimages = state.Preimages.RemoveRange(state.Preimages.Keys.Where(hash => !open.Contains(hash))) };
    }

    private static CoinState SigningRefused(CoinState state, Rejection reason) => state switch
    {
        { End: not null } => state with { End = null, WantsEnd = false, Trouble = reason },
        { Phase: CoinPhase.Opening } => state with { Phase = CoinPhase.Closed, Round = null, Trouble = reason },
        _ => Remember(state with { Round = null }, ((CoinRound.Signing)state.Round!).Wishes.Select(static wish => wish.Id), reason),
    };

    private static CoinState EndSigned(CoinState state, HexBytes signature) => Say(
        state with { Phase = CoinPhase.Closing, End = state.End! with { Ours = signature }, Looks = true },
        number => new CoinMessage.End(number, state.End!.Book.Number, signature));

    /// <summary>Before the funding can have been sent there is nothing to leave.</summary>
    private static CoinState Leaving(CoinState state, Rejection? reason)
    {
        if (state.Phase is CoinPhase.Opening) return state with { Phase = CoinPhase.Closed, Trouble = reason, Round = null, Outbox = state.Outbox.Clear() };
        if (state.Phase is not (CoinPhase.Funding or CoinPhase.Open or CoinPhase.Closing)) return state;
        var unsaid = (state.Round as CoinRound.Signing)?.Wishes ?? [];
        return Remember(state, unsaid.Select(static wish => wish.Id), reason ?? new(RejectionCode.WrongState, "an open channel", "it closes")) with
        {
            Phase = CoinPhase.Closing,
            WantsClose = true,
            Looks = true,
            Trouble = reason ?? state.Trouble,
            End = state.End is { Ours: not null } ? state.End : null,
            // What was not said is dropped; what the signer still has to take decides which commitment is the newest.
            Round = state.Round is CoinRound.Signing ? null : state.Round,
        };
    }

    private static CoinState Lost(CoinState state, Rejection reason) => Asking(state) with
    {
        Phase = CoinPhase.LostState,
        Trouble = reason,
        Round = null,
        End = null,
        WantsClose = false,
        Outbox = state.Outbox.Clear(),
    };

    private static CoinState Asking(CoinState state) => state with
    {
        Session = state.Session + 1,
        Asking = new(state.Peer is [var oldest, ..] ? oldest.Book.Number : 0, state.Heard, state.Outbox.IsEmpty ? state.Said : state.Outbox.Keys.First() - 1),
    };

    private static CoinState OpenIfReady(CoinState state) =>
        state is { Phase: CoinPhase.Funding, WeReady: true, TheyReady: true } ? state with { Phase = CoinPhase.Open } : state;

    private static CoinState Shown(CoinState state, ImmutableArray<CoinUpdate> updates) =>
        updates.OfType<CoinUpdate.Fulfil>().Aggregate(state, static (state, fulfil) => Know(state, fulfil.Preimage));

    private static CoinState Know(CoinState state, Bytes32 preimage)
    {
        var hash = Bytes32.From(SHA256.HashData(preimage.ToArray()));
        var proved = state.Live.SelectMany(static book => book.Htlcs).Where(htlc => htlc.Offerer == state.Us && htlc.PaymentHash == hash);
        return state with
        {
            Preimages = state.Preimages.SetItem(hash, preimage),
            Proofs = state.Proofs.SetItems(proved.Select(htlc => KeyValuePair.Create(htlc.Id, preimage))),
        };
    }

    private static CoinBook Applied(CoinState state, CoinSide proposer, ImmutableArray<CoinUpdate> updates) => state.Rules.Apply(state.Book, proposer, updates).Book
        ?? throw new UnreachableException("A proposal was judged before it was stored.");

    private static CoinState Remember(CoinState state, IEnumerable<Guid> wishes, Rejection reason)
    {
        var refused = state.Refused.AddRange(wishes.Select(wish => new RefusedCoinWish(wish, reason)));
        return state with { Refused = refused.Length > CoinLimits.Refused ? refused[^CoinLimits.Refused..] : refused };
    }

    private static CoinState Hear(CoinState state, HeardMessage message) => state with
    {
        Heard = message.Number,
        HeardLast = (state.HeardLast.Length < CoinLimits.HeardLast ? state.HeardLast : state.HeardLast[1..]).Add(message.Digest),
    };

    private static CoinState Say(CoinState state, Func<long, CoinMessage> message) =>
        state with { Said = state.Said + 1, Outbox = state.Outbox.Add(state.Said + 1, message(state.Said + 1)) };
}
