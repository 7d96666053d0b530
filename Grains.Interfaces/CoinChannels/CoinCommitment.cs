using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>One party's signatures for a commitment transaction of the other (BOLT-2, commitment_signed); each r ‖ s.</summary>
/// <param name="Htlcs">Of the HTLC transactions, in the order of their outputs.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-signatures")]
public sealed record CoinSignatures(HexBytes Commitment, ImmutableArray<HexBytes> Htlcs)
{
    public bool Equals(CoinSignatures? other) => other is not null && Commitment == other.Commitment && Htlcs.AsSpan().SequenceEqual(other.Htlcs.AsSpan());

    public override int GetHashCode() => Commitment.GetHashCode();
}

/// <summary>A commitment transaction that its owner can send.</summary>
/// <param name="Point">The owner's per-commitment point.</param>
/// <param name="Signatures">The other party's.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-own")]
public sealed record OwnCommitment(CoinBook Book, HexBytes Point, CoinSignatures Signatures);

/// <summary>A commitment transaction that the other party can send and has not revoked.</summary>
/// <param name="Point">Its per-commitment point.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-peer")]
public sealed record PeerCommitment(CoinBook Book, HexBytes Point);

/// <summary>The end of a state (BOLT-2, revoke_and_ack).</summary>
/// <param name="Secret">The per-commitment secret of the state that ends.</param>
/// <param name="NextPoint">The point of the one after the next.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-revocation")]
public sealed record CoinRevocation(Bytes32 Secret, HexBytes NextPoint);
