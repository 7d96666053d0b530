using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.CoinChannels;

/// <summary>How far one side of a channel has signed: raised, and durable, before anything that it allows leaves the signer.</summary>
/// <param name="Signed">The highest commitment of the peer's that was signed; -1: none.</param>
/// <param name="SignedTxid">What was signed for it.</param>
/// <param name="Own">The newest own commitment that the peer's signatures were found right for; all below are given up. -1: none.</param>
/// <param name="OwnTxid">Its transaction.</param>
/// <param name="Ended">The transaction of both that was signed; zero: none.</param>
/// <param name="HasLeft">The own commitment was signed for sending: it is given up no more.</param>
internal sealed record CoinFloor(long Signed, Bytes32 SignedTxid, long Own, Bytes32 OwnTxid, Bytes32 Ended, bool HasLeft)
{
    public static CoinFloor None { get; } = new(-1, Bytes32.Zero, -1, Bytes32.Zero, Bytes32.Zero, false);

    /// <summary>Hash of the channel's facts, by the first request; zero: there was none. Nothing is signed for others.</summary>
    public Bytes32 Facts { get; init; }

    /// <summary>What the newest commitment that was signed for the peer leaves free to the account.</summary>
    public long OwnMsat { get; init; }
}
