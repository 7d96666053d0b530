using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Crypto.Channels;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What the peer says. Each number is taken once; what breaks the protocol ends it, as in BOLT-2: this side leaves by what it holds.</summary>
public sealed partial class CoinChannelDecider
{
    private static Rejection? Hear(CoinDraft draft, CoinMessage message, Stamp stamp)
    {
        var state = draft.State;
        if (state.Ours is null) return new(RejectionCode.NotYetOpen, "a side that has its keys", state.Phase.ToString());
        if (message is CoinMessage.Ask ask) return HearQuestion(draft, ask, stamp);
        if (message is CoinMessage.Tell tell) return HearStanding(draft, tell);
        if (state.Phase == CoinPhase.LostState) return new(RejectionCode.WrongState, "a side that knows its states", state.Phase.ToString());
        var heard = new HeardMessage(message.Number, DigestOf(message));
        if (message.Number <= state.Heard)
        {
            if (IsOther(state, heard)) Leave(draft, new(RejectionCode.IdempotencyMismatch, "the same bytes under the same number", $"{message.Number}"));
            return null;
        }

        if (message.Number != state.Heard + 1) return new(RejectionCode.StaleVersion, $"message {state.Heard + 1}", $"{message.Number}");
        if (state.Phase is CoinPhase.Settling or CoinPhase.Closed || (state.Phase == CoinPhase.Closing && message is not (CoinMessage.End or CoinMessage.AskTurn)))
            return new(RejectionCode.WrongState, "a channel that goes on", state.Phase.ToString());
        if (state.Sight?.Spent is not null && message is not CoinMessage.End) return new(RejectionCode.NotFinal, "a funding output that nothing spends", "it is being spent");
        if (Taken(state, message, heard) is { } taken) draft.Add(taken);
        else draft.Add(new CoinEvent.ProtocolBroken(heard, Fault(state, message)));
        return null;
    }

    /// <summary>What a message of the right number does; null: it may not be said now, or not like this.</summary>
    private static CoinEvent? Taken(CoinState state, CoinMessage message, HeardMessage heard) => message switch
    {
        CoinMessage.Hello hello when state is { Phase: CoinPhase.Opening, Theirs: null } && IsSound(state, hello) =>
            new CoinEvent.PeerMet(heard, hello.Party, hello.Point, hello.NextPoint),
        CoinMessage.Fund fund when state is { Phase: CoinPhase.Opening, Us: CoinSide.Accepter, Theirs: not null, Funding: null } && IsForm(fund.Signatures) =>
            new CoinEvent.FundHeard(heard, fund.Funding, fund.Signatures),
        CoinMessage.Funded funded when state is { Phase: CoinPhase.Opening, Round: CoinRound.Said { Book.Number: 0 } } && IsForm(funded.Signatures) =>
            new CoinEvent.AnswerHeard(heard, null, funded.Signatures),
        CoinMessage.Ready when state is { Phase: CoinPhase.Funding, TheyReady: false } => new CoinEvent.ReadyHeard(heard),
        CoinMessage.Commit commit when FaultOf(state, commit) is null => new CoinEvent.CommitHeard(heard, commit.Updates, commit.Signatures),
        CoinMessage.Answer answer when state is { Phase: CoinPhase.Open, Round: CoinRound.Said { Book.Number: var number } } && number == answer.Commitment
            && IsForm(answer.Signatures) && IsRevocation(state, answer.Revocation) => new CoinEvent.AnswerHeard(heard, answer.Revocation, answer.Signatures),
        CoinMessage.Revoke revoke when state is { Phase: CoinPhase.Open, Round: CoinRound.Answered { Book.Number: var number } } && number == revoke.Commitment
            && IsRevocation(state, revoke.Revocation) => new CoinEvent.RevokeHeard(heard, revoke.Revocation),
        CoinMessage.AskTurn when state is { Phase: CoinPhase.Open or CoinPhase.Closing, OurTurn: true } => new CoinEvent.TurnWanted(heard),
        CoinMessage.Yield when state is { Phase: CoinPhase.Open, OurTurn: false, Round: null } => new CoinEvent.TurnTaken(heard),
        CoinMessage.End end when MayHear(state, end) => new CoinEvent.EndHeard(heard, end.Signature),
        _ => null,
    };

    private static Rejection Fault(CoinState state, CoinMessage message) =>
        message is CoinMessage.Commit commit && FaultOf(state, commit) is { } fault ? fault : new(RejectionCode.WrongState, "a message that fits", message.GetType().Name);

    private static Rejection? FaultOf(CoinState state, CoinMessage.Commit commit)
    {
        if (state is not { Phase: CoinPhase.Open, OurTurn: false, Round: null, End: null }) return new(RejectionCode.WrongState, "a proposal by whose turn it is", state.Phase.ToString());
        if (commit.Commitment != state.Book.Number + 1) return new(RejectionCode.NonceConflict, $"{state.Book.Number + 1}", $"{commit.Commitment}");
        if (!IsForm(commit.Signatures)) return new(RejectionCode.BadSignature, "signatures", "none");
        return state.Rules.Apply(state.Book, state.Us.Other(), commit.Updates).Refusal;
    }

    /// <summary>By whose turn it is, or as the answer to ours.</summary>
    private static bool MayHear(CoinState state, CoinMessage.End end) =>
        end.Signature.Length == Secp256k1.SignatureLength && end.Commitment == state.Book.Number && state.Round is null
        && (state is { Phase: CoinPhase.Open, OurTurn: false, End: null } ? state.Book.Htlcs.IsEmpty : state is { Phase: CoinPhase.Closing, End: { Ours: not null, Theirs: null } });

    private static bool IsSound(CoinState state, CoinMessage.Hello hello)
    {
        var points = hello.Party.Basepoints;
        return hello.Terms == state.Terms && CoinRules.IsScript(hello.Party.Payout)
            && new[] { points.Funding, points.Revocation, points.Payment, points.DelayedPayment, points.Htlc, hello.Point, hello.NextPoint }.All(static point => Secp256k1.IsCompressedPoint(point.Span));
    }

    private static bool IsForm(CoinSignatures signatures) =>
        signatures.Commitment.Length == Secp256k1.SignatureLength && !signatures.Htlcs.IsDefault
        && signatures.Htlcs.All(static signature => signature.Length == Secp256k1.SignatureLength);

    /// <summary>Whether it is the secret of the peer's old commitment, and of one seed with all before it.</summary>
    private static bool IsRevocation(CoinState state, CoinRevocation revocation)
    {
        var old = state.Peer[0];
        return Secp256k1.IsCompressedPoint(revocation.NextPoint.Span) && IsSecretOf(revocation.Secret, old.Point)
            && state.Store.Insert(CommitmentSecrets.IndexOf((ulong)old.Book.Number), revocation.Secret.ToArray(), out _) == SecretInsertion.Inserted;
    }

    private static bool IsSecretOf(Bytes32 secret, HexBytes point)
    {
        var bytes = secret.ToArray();
        if (!Secp256k1.IsValidPrivateKey(bytes)) return false;
        using var key = PrivateKey.From(bytes);
        return point == HexBytes.From(Secp256k1.CreatePublicKey(key));
    }

    private static Rejection? HearQuestion(CoinDraft draft, CoinMessage.Ask ask, Stamp stamp)
    {
        var question = new PeerQuestion(ask.Session, ask.Commitment);
        if (draft.State.Asked != question)
        {
            var next = draft.State.AskedAt + CoinLimits.QuestionPause;
            if (draft.State.AskedAt != default && stamp.Latest < next) return new(RejectionCode.Overloaded, $"one question in {CoinLimits.QuestionPause}", "another");
            draft.Add(new CoinEvent.QuestionHeard(question));
        }

        // Whoever says that it is lost cannot leave; a lie gains nothing, as this side leaves by its newest state.
        if (ask.IsLost) Leave(draft, new(RejectionCode.WrongState, "a peer that knows its states", "it has lost them"));
        return null;
    }

    /// <summary>The peer's own word proves nothing but by a secret of ours. Where it says less than it had made durable, it has lost state.</summary>
    private static Rejection? HearStanding(CoinDraft draft, CoinMessage.Tell tell)
    {
        var state = draft.State;
        var isOurs = tell.Session == state.Session && state.Asking is not null;
        if (state.Phase != CoinPhase.LostState && tell.Secret is { } secret && state.Own is { } own && tell.Asked == own.Book.Number && IsSecretOf(secret, own.Point))
        {
            draft.Add(new CoinEvent.LossFound(new(RejectionCode.StaleVersion, "a commitment that is not revoked", $"the secret of commitment {own.Book.Number}")));
            return null;
        }

        if (!isOurs) return null;
        var (known, newest) = (state.Asking!.Value, state.Peer is [.., var last] ? last.Book.Number : 0);
        draft.Add(new CoinEvent.SessionAnswered());
        if (tell.Commitment < known.Commitment || tell.Said < known.Said || tell.Heard < known.Heard)
            Leave(draft, new(RejectionCode.StaleVersion, "a peer that knows what it said and heard", $"commitment {tell.Commitment}"));
        else if (tell.Heard > state.Said || tell.Commitment > newest)
            Leave(draft, new(RejectionCode.StaleVersion, $"a peer that heard {state.Said} messages", $"{tell.Heard}, at commitment {tell.Commitment}"));
        return null;
    }

    private static void Leave(CoinDraft draft, Rejection reason)
    {
        if (draft.State.Phase is CoinPhase.Funding or CoinPhase.Open || draft.State is { Phase: CoinPhase.Closing, WantsClose: false }) draft.Add(new CoinEvent.CloseWanted(reason));
    }

    /// <summary>Whether the same number had other bytes. What is older than is remembered may be late on the way, and proves nothing.</summary>
    private static bool IsOther(CoinState state, HeardMessage heard)
    {
        var at = state.HeardLast.Length - 1 - (state.Heard - heard.Number);
        return at >= 0 && state.HeardLast[(int)at] != heard.Digest;
    }

    private static long DigestOf(CoinMessage message) => BinaryPrimitives.ReadInt64BigEndian(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(message, CoinJson.Default.CoinMessage)));
}
