using TPWallet.Domain.Gossip;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// May this announcement be signed? In this order: the channel is taken by this account (NotFound); it is of that channel and that side (PayloadMismatch); it is not said in the future
/// (NotYetOpen), as it would then count before all that is said until then.
/// </summary>
internal static class SignAnnouncementCheck
{
    public static (Bytes32 Digest, Rejection? Refusal) Decide(SignAnnouncementRequest request, Fact.ChannelTaken taken, SignerTime now)
    {
        var content = request.Content;
        if (content.Facts != taken.Facts || content.Side != taken.Us || request.Side != taken.Side)
            return (default, new(RejectionCode.PayloadMismatch, $"an announcement of {taken.Side}", $"{content.Side} of another channel"));
        var latest = now.Stamp.Latest + SignerClock.Doubt;
        return content.Second <= (ulong)(latest.UnixMs / 1000)
            ? (AnnouncementDigest.Of(content), null)
            : (default, new(RejectionCode.NotYetOpen, $"said by {latest}", $"second {content.Second}"));
    }
}
