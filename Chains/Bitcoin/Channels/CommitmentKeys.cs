using TPWallet.Crypto.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>The public keys of one commitment transaction. "Local" is its owner.</summary>
/// <param name="PerCommitmentPoint">The owner's, another one for each commitment.</param>
/// <param name="RevocationPubkey">The other party's once the owner gives the secret of the point away.</param>
/// <param name="LocalDelayedPubkey">The owner's, for what it must wait for.</param>
/// <param name="LocalHtlcPubkey">The owner's, for HTLC transactions.</param>
/// <param name="RemoteHtlcPubkey">The other party's, for HTLCs and HTLC transactions.</param>
/// <param name="RemotePubkey">The other party's, for to_remote.</param>
public sealed record CommitmentKeys(
    HexBytes PerCommitmentPoint, HexBytes RevocationPubkey, HexBytes LocalDelayedPubkey, HexBytes LocalHtlcPubkey, HexBytes RemoteHtlcPubkey, HexBytes RemotePubkey)
{
    /// <summary>Derives them. Code: channel.pubkey, where a point is none of the curve.</summary>
    public static Decoded<CommitmentKeys> Derive(ChannelType type, ChannelBasepoints local, ChannelBasepoints remote, HexBytes perCommitmentPoint)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(remote);
        var remotePubkey = type == ChannelType.Plain ? Of(remote.PaymentBasepoint) : remote.PaymentBasepoint.Span.ToArray();
        return ChannelKeys.RevocationPubkey(remote.RevocationBasepoint.Span, perCommitmentPoint.Span) is { } revocation
            && Of(local.DelayedPaymentBasepoint) is { } delayed && Of(local.HtlcBasepoint) is { } localHtlc && Of(remote.HtlcBasepoint) is { } remoteHtlc
            && remotePubkey is not null
            ? new CommitmentKeys(perCommitmentPoint, revocation, delayed, localHtlc, remoteHtlc, remotePubkey)
            : new DecodeRefusal("channel.pubkey", "compressed points of the curve", $"{perCommitmentPoint}");

        byte[]? Of(HexBytes basepoint) => ChannelKeys.Pubkey(basepoint.Span, perCommitmentPoint.Span);
    }
}
