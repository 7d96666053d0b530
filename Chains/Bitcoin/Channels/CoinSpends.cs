using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>
/// How an output is taken that a channel's machine lays claim to. Its script is made from the keys of its commitment alone: what else that commitment said does not
/// matter, so that of a revoked state nothing but its secret and its HTLCs have to be known.
/// </summary>
public static class CoinSpends
{
    private static readonly HexBytes _true = HexBytes.From([1]);

    /// <summary>
    /// Of every way but <see cref="CoinWay.Success"/> and <see cref="CoinWay.Timeout"/>, which are <see cref="Second"/>. Codes: channel.pubkey; claim.way, where the
    /// origin has no such way.
    /// </summary>
    public static Decoded<ChannelSpend> Of(CoinFacts facts, CoinSide us, CoinClaim claim, CoinOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var channel = CoinTransactions.ChannelOf(facts);
        if (claim.Way == CoinWay.Balance && origin is not CoinOrigin.Own) return Balance(channel, us, claim);
        var (owner, point) = origin switch
        {
            CoinOrigin.Own { Commitment.Point: var own } => (us, own),
            CoinOrigin.Peer { Commitment.Point: var peer } => (us.Other(), peer),
            CoinOrigin.Revoked revoked => (us.Other(), CoinTransactions.PointOf(revoked.Secret)),
            _ => (us, HexBytes.Empty),
        };
        if (!CoinTransactions.KeysOf(channel, owner, point).TryGet(out var keys, out var refusal)) return refusal;
        return (claim.Way, claim.Purpose, origin) switch
        {
            (CoinWay.Delayed, CoinPurpose.OwnersBalance or CoinPurpose.Second, CoinOrigin.Own) =>
                Spend(claim, ToLocal(channel, owner, keys), keys.LocalDelayedPubkey, [HexBytes.Empty], (uint)channel.Of(CoinTransactions.RoleOf(owner)).ToSelfDelay),
            (CoinWay.Penalty, CoinPurpose.OwnersBalance or CoinPurpose.Second, CoinOrigin.Revoked) =>
                Spend(claim, ToLocal(channel, owner, keys), keys.RevocationPubkey, [_true], BitcoinInput.ReplaceableSequence),
            (CoinWay.Penalty, CoinPurpose.Htlc, CoinOrigin.Revoked) =>
                Spend(claim, Htlc(channel, owner, keys, claim), keys.RevocationPubkey, [keys.RevocationPubkey], BitcoinInput.ReplaceableSequence),
            (CoinWay.Preimage, CoinPurpose.Htlc, CoinOrigin.Peer) when claim.Preimage is { } preimage =>
                Spend(claim, Htlc(channel, owner, keys, claim), keys.RemoteHtlcPubkey, [preimage.ToArray()], Unlocked(channel)),
            (CoinWay.Expired, CoinPurpose.Htlc, CoinOrigin.Peer) =>
                Spend(claim, Htlc(channel, owner, keys, claim), keys.RemoteHtlcPubkey, [HexBytes.Empty], Unlocked(channel)) with { LockTime = claim.Htlc!.Expiry },
            _ => new DecodeRefusal("claim.way", "a way of this output", $"{claim.Way} of {claim.Purpose}"),
        };
    }

    /// <summary>
    /// The HTLC transaction of <see cref="CoinWay.Success"/> and <see cref="CoinWay.Timeout"/> on the own commitment, and the other party's signature for it. Codes as
    /// <see cref="CommitmentTransaction.Create"/>, and channel.htlc-unknown.
    /// </summary>
    public static Decoded<(HtlcTransaction Transaction, HexBytes Signature)> Second(CoinFacts facts, CoinSide us, CoinClaim claim, OwnCommitment own)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(own);
        if (!CoinTransactions.Commitment(facts, us, own.Point, own.Book).TryGet(out var commitment, out var refusal)) return refusal;
        var (all, at) = (HtlcTransaction.AllOf(commitment), CoinTransactions.OutPointOf(claim.At));
        for (var i = 0; i < all.Count && i < own.Signatures.Htlcs.Length; i++)
            if (all[i].Unsigned.Inputs[0].Previous == at) return (all[i], own.Signatures.Htlcs[i]);
        return new DecodeRefusal("channel.htlc-unknown", "an HTLC of the own commitment", $"{claim.At}");
    }

    internal static Script ToLocal(BitcoinChannel channel, CoinSide owner, CommitmentKeys keys) =>
        ChannelScripts.ToLocal(keys.RevocationPubkey, channel.Of(CoinTransactions.RoleOf(owner)).ToSelfDelay, keys.LocalDelayedPubkey);

    /// <summary>Both forms have a key that is the same in every commitment.</summary>
    internal static Script ToRemote(BitcoinChannel channel, CoinSide other)
    {
        var key = channel.Of(CoinTransactions.RoleOf(other)).Basepoints.PaymentBasepoint;
        return channel.Type.HasAnchors() ? OutputScript.WitnessScriptHash(ChannelScripts.ToRemote(key)) : OutputScript.WitnessPubKeyHash(key.Span);
    }

    private static ChannelSpend Balance(BitcoinChannel channel, CoinSide us, CoinClaim claim)
    {
        var key = channel.Of(CoinTransactions.RoleOf(us)).Basepoints.PaymentBasepoint;
        var output = new BitcoinOutput(claim.ValueSat, ToRemote(channel, us));
        return new(
            CoinTransactions.OutPointOf(claim.At), output, channel.Type.HasAnchors() ? ChannelScripts.ToRemote(key) : default, key,
            channel.Type.HasAnchors() ? [] : [key], Unlocked(channel), 0);
    }

    private static Script Htlc(BitcoinChannel channel, CoinSide owner, CommitmentKeys keys, CoinClaim claim) =>
        ChannelScripts.HtlcOutput(channel.Type, keys, CoinTransactions.HtlcOf(claim.Htlc!, owner));

    private static ChannelSpend Spend(CoinClaim claim, Script script, HexBytes key, Items<HexBytes> after, uint sequence) =>
        new(CoinTransactions.OutPointOf(claim.At), new(claim.ValueSat, OutputScript.WitnessScriptHash(script)), script, key, after, sequence, 0);

    private static uint Unlocked(BitcoinChannel channel) => channel.Type.HasAnchors() ? 1u : BitcoinInput.ReplaceableSequence;
}
