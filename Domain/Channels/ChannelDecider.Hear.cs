using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What the peer says. Each number is taken once; what breaks the protocol is noted and changes nothing else.</summary>
public sealed partial class ChannelDecider
{
    private static Rejection? Hear(ChannelDraft draft, ChannelMessage message)
    {
        var state = draft.State;
        // Nor before the signer has said how far it signed: what the peer says raises what counts as known.
        if (state.Phase == ChannelPhase.Opening || (!state.Signs && state.Phase is (ChannelPhase.Open or ChannelPhase.Ended))) return NotYet(state);
        if (message is ChannelMessage.Prove prove) return HearProof(draft, prove);
        if (message is ChannelMessage.Lost) return HearLoss(draft);
        if (state.Phase == ChannelPhase.LostState) return new(RejectionCode.WrongState, "a side that knows its states", state.Phase.ToString());
        var heard = new HeardMessage(message.Number, DigestOf(message));
        if (message.Number <= state.Heard)
        {
            if (IsOther(state, heard) && state.Phase is ChannelPhase.Open or ChannelPhase.Ended) draft.Add(new ChannelEvent.PeerFoundLost());
            return null;
        }

        // The peer forgets a message once it is durable here: what is missing was forgotten here.
        if (message.Number != state.Heard + 1) return new(RejectionCode.StaleVersion, $"message {state.Heard + 1}", $"{message.Number}");
        switch (message)
        {
            case ChannelMessage.Propose propose:
                HearProposal(draft, propose, heard);
                break;
            case ChannelMessage.Acknowledge acknowledge:
                HearAcknowledgement(draft, acknowledge, heard);
                break;
            case ChannelMessage.Refuse refuse when WasSaid(state, refuse.Nonce):
                draft.Add(new ChannelEvent.ProposalBurnt(heard, refuse.Nonce, refuse.Reason));
                break;
            case ChannelMessage.AskTurn when state.OurTurn:
                draft.Add(new ChannelEvent.TurnWanted(heard));
                break;
            case ChannelMessage.Yield when !state.OurTurn && state.Theirs.IsEmpty:
                draft.Add(new ChannelEvent.TurnTaken(heard));
                break;
            case ChannelMessage.AskLeave ask:
                HearAskLeave(draft, ask, heard);
                break;
            case ChannelMessage.GiveLeave give:
                HearGiveLeave(draft, give, heard);
                break;
            default:
                Break(draft, heard, new(RejectionCode.WrongState, "a message that fits", message.GetType().Name));
                break;
        }

        return null;
    }

    private static void HearProposal(ChannelDraft draft, ChannelMessage.Propose propose, HeardMessage heard)
    {
        var state = draft.State;
        if (Judge(state, propose) is { } refusal) draft.Add(new ChannelEvent.ProposalRefused(heard, propose.Nonce, refusal));
        else draft.Add(new ChannelEvent.ProposalTaken(heard, propose.Nonce, propose.Updates, propose.Signature));
    }

    /// <summary>Why a proposal is not signed; null: it is.</summary>
    private static Rejection? Judge(ChannelState state, ChannelMessage.Propose propose)
    {
        var ends = !propose.Updates.IsDefaultOrEmpty && propose.Updates[^1] is ChannelUpdate.End;
        if (state.Phase != ChannelPhase.Open) return new(RejectionCode.WrongState, "an open channel", state.Phase.ToString());
        if (propose.Updates.IsDefault) return new(RejectionCode.Malformed, "updates", "none");
        if (state.OurTurn) return new(RejectionCode.WrongState, "a proposal by whose turn it is", "it is the other's turn");
        if (HasBurntEnd(state)) return new(RejectionCode.WrongState, "nothing after a last state was signed", $"{propose.Nonce}");
        if (ends ? propose.Nonce != ChannelBook.FinalNonce : !IsNext(state, propose.Nonce))
            return new(RejectionCode.NonceConflict, ends ? "the last nonce" : $"{state.Highest + 1} to {state.Highest + ChannelLimits.OpenProposals}", $"{propose.Nonce}");
        if (propose.On != state.Newest.Nonce) return new(RejectionCode.StaleVersion, $"on state {state.Newest.Nonce}", $"{propose.On}");
        if (state.Theirs.Length >= ChannelLimits.OpenProposals)
            return new(RejectionCode.Overloaded, $"at most {ChannelLimits.OpenProposals} open proposals", $"{state.Theirs.Length + 1}");
        if (propose.Updates.OfType<ChannelUpdate.Offer>().FirstOrDefault(offer => offer.Lock.Number <= state.PeerLock) is { } again)
            return new(RejectionCode.AlreadyExists, $"a lock numbered above {state.PeerLock}", $"{again.Lock.Number}");
        if (JudgeWays(propose.Updates) is { } malformed) return malformed;
        var (book, refusal) = state.Rules.Apply(state.Newest, state.Us.Other(), propose.Nonce, propose.Updates);
        if (refusal is not null) return refusal;
        var peer = state.Facts!.PartyOf(state.Us.Other());
        return ChannelSignature.IsBy(peer, state.DigestOf(book!), propose.Signature)
            ? null
            : new(RejectionCode.BadSignature, $"a signature by {peer} of this state", propose.Signature.ToString());
    }

    private static void HearAcknowledgement(ChannelDraft draft, ChannelMessage.Acknowledge acknowledge, HeardMessage heard)
    {
        var state = draft.State;
        var peer = state.Facts!.PartyOf(state.Us.Other());
        if (state.Ours.FirstOrDefault(own => own.Nonce == acknowledge.Nonce && own.Signature is not null) is not { } proposal)
            Break(draft, heard, new(RejectionCode.NotFound, "an open proposal", $"{acknowledge.Nonce}"));
        else if (!ChannelSignature.IsBy(peer, state.DigestOf(proposal.Book), acknowledge.Signature))
            Break(draft, heard, new(RejectionCode.BadSignature, $"a signature by {peer} of this state", acknowledge.Signature.ToString()));
        else
            draft.Add(new ChannelEvent.StateAcknowledged(heard, acknowledge.Nonce, acknowledge.Signature));
    }

    /// <summary>A state with our own signature that is newer than what is full here, and is not known here: it was lost. Anything else proves nothing.</summary>
    private static Rejection? HearProof(ChannelDraft draft, ChannelMessage.Prove prove)
    {
        var (state, book) = (draft.State, prove.Book);
        var known = book.Nonce <= state.Book.Nonce
            || state.Ours.Concat(state.Burnt).Any(own => own.Book.Equals(book)) || state.Theirs.Any(theirs => theirs.Book.Equals(book));
        if (known) return null;
        var digest = state.DigestOf(book);
        if (!ChannelSignature.IsBy(state.Facts!.A, digest, prove.SignatureA) || !ChannelSignature.IsBy(state.Facts.B, digest, prove.SignatureB))
            return new(RejectionCode.BadSignature, "both parties' signatures", $"state {book.Nonce}");
        draft.Add(new ChannelEvent.LossProved(new(book, prove.SignatureA, prove.SignatureB)));
        return null;
    }

    /// <summary>The peer says of itself that it has lost state: it is shown the newest.</summary>
    private static Rejection? HearLoss(ChannelDraft draft)
    {
        if (draft.State.Phase is ChannelPhase.Open or ChannelPhase.Ended) draft.Add(new ChannelEvent.PeerFoundLost());
        return null;
    }

    /// <summary>Whether a nonce is above all that are known here. Some may be skipped: proposals that fell with one before them and were never said. Not many, or they would run out.</summary>
    private static bool IsNext(ChannelState state, ulong nonce) => nonce > state.Highest && nonce - state.Highest <= ChannelLimits.OpenProposals;

    /// <summary>Whether this side has said a proposal that is still open, or was refused with one before it.</summary>
    private static bool WasSaid(ChannelState state, ulong nonce) =>
        state.Ours.Concat(state.Burnt).Any(proposal => proposal.Nonce == nonce && proposal.Signature is not null);

    /// <summary>Whether the same number had other bytes. What is older than is remembered may be late on the way, and proves nothing.</summary>
    private static bool IsOther(ChannelState state, HeardMessage heard)
    {
        var at = state.HeardLast.Length - 1 - (state.Heard - heard.Number);
        return at >= 0 && state.HeardLast[(int)at] != heard.Digest;
    }

    private static long DigestOf(ChannelMessage message) => BinaryPrimitives.ReadInt64BigEndian(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(message, ChannelJson.Default.ChannelMessage)));

    private static void Break(ChannelDraft draft, HeardMessage heard, Rejection reason) =>
        draft.Add(new ChannelEvent.ProtocolBroken(heard, reason));

    /// <summary>Whether the peer holds a last state of ours that it refused: with it nothing newer can ever win, so nothing newer is signed.</summary>
    private static bool HasBurntEnd(ChannelState state) => state.Burnt.Any(static burnt => burnt.Nonce == ChannelBook.FinalNonce);
}
