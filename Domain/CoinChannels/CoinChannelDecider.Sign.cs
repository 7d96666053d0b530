using System.Globalization;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What this side's signer answers. It keeps floors of its own: where it knows of more than this side, this side has lost state.</summary>
public sealed partial class CoinChannelDecider
{
    private static Rejection? RecordKeys(CoinDraft draft, CoinCommand.RecordKeys keys)
    {
        if (draft.State is { Phase: CoinPhase.Opening, Ours: null })
            draft.Add(new CoinEvent.KeysMade(keys.Basepoints, keys.Point, keys.NextPoint));
        return null;
    }

    private static Rejection? RecordSigned(CoinDraft draft, CoinCommand.RecordSigned signed)
    {
        if (ToSign(draft.State) is { } book && book.Number == signed.Commitment)
        {
            if (!IsForm(signed.Signatures)) return new(RejectionCode.BadSignature, "signatures of 64 bytes", $"{signed.Signatures.Commitment.Length} bytes");
            draft.Add(new CoinEvent.PeerSigned(signed.Signatures));
        }

        return null;
    }

    private static Rejection? RecordTaken(CoinDraft draft, CoinCommand.RecordTaken taken)
    {
        if (ToTake(draft.State)?.Book is not { } book || book.Number != taken.Commitment) return null;
        if (book.Number > 0 && (taken.Revocation is not { } revocation || !Secp256k1.IsCompressedPoint(revocation.NextPoint.Span) || !IsSecretOf(revocation.Secret, draft.State.Own!.Point)))
            return new(RejectionCode.ProofInvalid, "the secret of the commitment before", $"{taken.Commitment}");
        draft.Add(new CoinEvent.OwnTaken(book.Number == 0 ? null : taken.Revocation));
        return null;
    }

    private static Rejection? RecordEnd(CoinDraft draft, HexBytes signature)
    {
        if (draft.State is not { Phase: CoinPhase.Open or CoinPhase.Closing, End: { Ours: null } }) return null;
        if (signature.Length != Secp256k1.SignatureLength) return new(RejectionCode.BadSignature, $"{Secp256k1.SignatureLength} bytes", $"{signature.Length}");
        draft.Add(new CoinEvent.EndSigned(signature));
        return null;
    }

    /// <summary>
    /// A refusal of the signer is definite: what it refused it has not done. Nothing was said of a proposal that it does not sign; anything else cannot go on, and this
    /// side leaves.
    /// </summary>
    private static Rejection? RecordRefused(CoinDraft draft, CoinCommand.RecordRefused refused)
    {
        var (state, reason) = (draft.State, refused.Reason);
        if (!Wanted(state).ContainsKey(refused.Intent)) return null;
        var kind = refused.Intent.Split('|')[0];
        if (kind == Keys) draft.Add(new CoinEvent.OpeningRefused(reason));
        else if (reason.Code == RejectionCode.NonceConflict && kind is Sign or Take or SendOwn) draft.Add(new CoinEvent.LossFound(reason));
        else if (kind == Sign && state.Round is CoinRound.Signing) draft.Add(new CoinEvent.SigningRefused(reason));
        else if (kind == EndName && state is { Phase: CoinPhase.Open, OurTurn: true }) draft.Add(new CoinEvent.SigningRefused(reason));
        else if (kind == Take) draft.Add(new CoinEvent.TakingRefused(reason));
        else if (kind is Sign or EndName or SendEnd) draft.Add(new CoinEvent.CloseWanted(reason));
        return null;
    }

    private static Rejection? RecordSent(CoinDraft draft, CoinCommand.RecordSent sent)
    {
        var owed = Wanted(draft.State);
        if (!owed.TryGetValue(sent.Intent, out var effect)) return null;
        if (sent.Intent == Answer) draft.Add(new CoinEvent.QuestionAnswered());
        else if (effect is CoinEffect.Take take && !sent.IsWorthIt) draft.Add(new CoinEvent.OutputForgone(take.Claim.At));
        else if (effect is CoinEffect.Take or CoinEffect.SendOwn or CoinEffect.SendEnd or CoinEffect.SendFunding) draft.Add(new CoinEvent.Handed(sent.Intent));
        return null;
    }

    /// <summary>The book whose commitment of the peer's is to be signed.</summary>
    private static CoinBook? ToSign(CoinState state) => state.Phase is CoinPhase.Opening or CoinPhase.Open && state.Round is CoinRound.Signing or CoinRound.Taken ? state.Round.Book : null;

    /// <summary>Our commitment that is to be taken: in every phase, as the signer may have given the one before up already.</summary>
    private static (CoinBook Book, CoinSignatures Signatures)? ToTake(CoinState state) => state.Round switch
    {
        CoinRound.Heard heard => (heard.Book, heard.Signatures),
        CoinRound.Taking taking => (taking.Book, taking.Signatures),
        _ => null,
    };

    private static string Numbered(string name, long number) => string.Create(CultureInfo.InvariantCulture, $"{name}|{number:D19}");
}
