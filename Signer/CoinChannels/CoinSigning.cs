using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.CoinChannels;

/// <summary>What a signing step gives: the floor to be made durable first, and then what leaves; or why nothing does.</summary>
internal readonly record struct CoinStep<T>(CoinFloor Floor, T? Given, Rejection? Refusal)
    where T : class
{
    public static implicit operator CoinStep<T>(Rejection refusal) => new(CoinFloor.None, null, refusal);
}

/// <summary>
/// The rules by which a side's keys sign, as pure functions of its floor. One commitment of the peer's for one number, and none below; an own commitment is given up only
/// for one that the peer has signed, and never signed for sending after that; after the end is signed there is no other state. A repeated request gives the same bytes.
/// </summary>
internal sealed class CoinSigning(CoinKeys keys)
{
    /// <summary>Of the peer's next commitment, and its HTLC transactions.</summary>
    public CoinStep<CoinSignatures> SignPeer(CoinFloor floor, CoinFacts facts, CoinSide us, PeerCommitment peer)
    {
        if (!CoinTransactions.Commitment(facts, us.Other(), peer.Point, peer.Book).TryGet(out var commitment, out var unfit)) return Malformed(unfit);
        var (number, txid) = (peer.Book.Number, commitment.Unsigned.Txid().Bytes);
        var isRepeated = number == floor.Signed && txid == floor.SignedTxid;
        if (!isRepeated && number != floor.Signed + 1) return Conflict($"commitment {floor.Signed + 1} of the peer", $"{number}");
        if (!isRepeated && (!floor.Ended.IsZero || floor.HasLeft)) return new Rejection(RejectionCode.WrongState, "a channel that goes on", "it was left");
        using var htlcKey = keys.Of(CoinWay.Success, new CoinOrigin.Peer(peer));
        var signatures = new CoinSignatures(commitment.Sign(keys.Funding), [.. HtlcTransaction.AllOf(commitment).Select(second => second.SignForOwner(htlcKey))]);
        return new(floor with { Signed = number, SignedTxid = txid }, signatures, null);
    }

    /// <summary>Takes the own commitment that the peer has signed, and gives up the one before: its secret leaves, and the point of the next but one.</summary>
    public CoinStep<CoinRevocation> TakeOwn(CoinFloor floor, CoinFacts facts, CoinSide us, CoinBook book, CoinSignatures signatures)
    {
        if (!CoinTransactions.Commitment(facts, us, keys.PointOf(book.Number), book).TryGet(out var commitment, out var unfit)) return Malformed(unfit);
        var (number, txid) = (book.Number, commitment.Unsigned.Txid().Bytes);
        var isRepeated = number == floor.Own && txid == floor.OwnTxid;
        if (!isRepeated && number != floor.Own + 1) return Conflict($"own commitment {floor.Own + 1}", $"{number}");
        if (!isRepeated && (!floor.Ended.IsZero || floor.HasLeft)) return new Rejection(RejectionCode.WrongState, "a commitment that was not sent", "it was");
        var seconds = HtlcTransaction.AllOf(commitment);
        if (!commitment.IsSignedBy(CoinTransactions.RoleOf(us.Other()), signatures.Commitment) || seconds.Count != signatures.Htlcs.Length
            || seconds.Zip(signatures.Htlcs).Any(static pair => !pair.First.IsSignedByRemote(pair.Second)))
            return new Rejection(RejectionCode.BadSignature, "the peer's signatures of the commitment and its HTLCs", $"commitment {number}");
        // Of the first commitment there is nothing to give up; the secret of one that never was is not asked for.
        var revocation = new CoinRevocation(number == 0 ? Bytes32.Zero : keys.SecretOf(number - 1), keys.PointOf(number + 1));
        return new(floor with { Own = number, OwnTxid = txid }, revocation, null);
    }

    /// <summary>The own commitment, for sending.</summary>
    public CoinStep<SignedCoinTransaction> SignOwn(CoinFloor floor, CoinFacts facts, CoinSide us, OwnCommitment own)
    {
        if (!CoinTransactions.Commitment(facts, us, own.Point, own.Book).TryGet(out var commitment, out var unfit)) return Malformed(unfit);
        if (own.Book.Number != floor.Own || commitment.Unsigned.Txid().Bytes != floor.OwnTxid) return Conflict($"own commitment {floor.Own}", $"{own.Book.Number}");
        var signature = commitment.Sign(keys.Funding);
        var (opener, accepter) = us == CoinSide.Opener ? (signature, own.Signatures.Commitment) : (own.Signatures.Commitment, signature);
        if (!commitment.Complete(opener, accepter).TryGet(out var signed, out unfit)) return Malformed(unfit);
        return new(floor with { HasLeft = true }, new(signed), null);
    }

    /// <summary>The transaction of both, of the newest own book; the signature is r ‖ s.</summary>
    public CoinStep<CoinSignatures> SignEnd(CoinFloor floor, CoinFacts facts, CoinSide us, CoinBook book, HexBytes? theirs)
    {
        if (!CoinTransactions.Commitment(facts, us, keys.PointOf(book.Number), book).TryGet(out var commitment, out var unfit)) return Malformed(unfit);
        if (book.Number != floor.Own || commitment.Unsigned.Txid().Bytes != floor.OwnTxid) return Conflict($"own commitment {floor.Own}", $"{book.Number}");
        if (!CoinTransactions.Ending(facts, book).TryGet(out var ending, out unfit)) return Malformed(unfit);
        if (theirs is { } signature && !ending.IsSignedBy(CoinTransactions.RoleOf(us.Other()), signature))
            return new Rejection(RejectionCode.BadSignature, "the peer's signature of the end", "another");
        // A state that the peer holds above the own one was proposed and not answered: it would be lost.
        if (floor.Signed != floor.Own) return new Rejection(RejectionCode.WrongState, "a channel at rest", $"commitment {floor.Signed} of the peer");
        return new(floor with { Ended = ending.Unsigned.Txid().Bytes }, new(ending.Sign(keys.Funding), []), null);
    }

    /// <summary>An output that is this side's, to a script of its own; whatever the floor says, it takes nothing from anybody but who has no right to it.</summary>
    public Decoded<BitcoinTransaction> Sweep(CoinFacts facts, CoinSide us, CoinClaim claim, CoinOrigin origin, Script to, FeeRate rate)
    {
        if (!CoinSpends.Of(facts, us, claim, origin).TryGet(out var spend, out var refusal)) return refusal;
        if (!ChannelSweep.Create([spend], to, rate).TryGet(out var sweep, out refusal)) return refusal;
        using var key = keys.Of(claim.Way, origin);
        return sweep.Sign([key]);
    }

    /// <summary>An HTLC transaction of the own commitment; with anchors the inputs and outputs that pay its fee are added, whose witnesses are another's.</summary>
    public Decoded<BitcoinTransaction> SignSecond(
        CoinFacts facts, CoinSide us, CoinClaim claim, OwnCommitment own, Items<BitcoinInput> inputs, Items<BitcoinOutput> outputs)
    {
        if (!CoinSpends.Second(facts, us, claim, own).TryGet(out var found, out var refusal)) return refusal;
        var second = found.Transaction;
        if (inputs.Count > 0 && !second.With(inputs, outputs).TryGet(out second!, out refusal)) return refusal;
        using var key = keys.Of(claim.Way, new CoinOrigin.Own(own));
        var signature = second.Sign(key);
        return claim.Way == CoinWay.Success ? second.Success(found.Signature, signature, claim.Preimage ?? Bytes32.Zero) : second.Timeout(found.Signature, signature);
    }

    private static Rejection Malformed(DecodeRefusal refusal) => new(RejectionCode.Malformed, refusal.Expected, refusal.Actual);

    private static Rejection Conflict(string expected, string actual) => new(RejectionCode.NonceConflict, expected, actual);
}

/// <summary>A transaction that can be sent.</summary>
internal sealed record SignedCoinTransaction(BitcoinTransaction Transaction);
