using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>
/// What one side of a channel owes. Transactions, digests and keys are not the machine's: the signer and the shell make each transaction from what stands here, and a
/// signature comes back only if it is right.
/// </summary>
public abstract record CoinEffect
{
    private CoinEffect()
    {
    }

    /// <summary>The signer makes the keys of this side.</summary>
    public sealed record MakeKeys : CoinEffect;

    /// <summary>The signer signs the peer's commitment: no other of its number, and none below.</summary>
    public sealed record SignPeer(CoinFacts Facts, CoinSide Us, PeerCommitment Commitment) : CoinEffect;

    /// <summary>The signer checks the peer's signatures for our commitment, and gives up the one before: from then on it signs that one for nobody.</summary>
    public sealed record TakeOwn(CoinFacts Facts, CoinSide Us, CoinBook Book, CoinSignatures Signatures) : CoinEffect;

    /// <summary>The signer signs the end of the channel, after which it signs no state.</summary>
    /// <param name="Theirs">The peer's signature, which has to be right; null: the peer has not signed.</param>
    public sealed record SignEnd(CoinFacts Facts, CoinSide Us, CoinBook Book, HexBytes? Theirs) : CoinEffect;

    /// <summary>Our newest commitment is signed and sent. A signer that has given it up refuses.</summary>
    public sealed record SendOwn(CoinFacts Facts, CoinSide Us, OwnCommitment Commitment) : CoinEffect;

    /// <summary>The funding transaction is sent, as it was given.</summary>
    public sealed record SendFunding(HexBytes Transaction) : CoinEffect;

    /// <summary>The transaction of both is sent.</summary>
    public sealed record SendEnd(CoinFacts Facts, CoinSide Us, CoinEnd End) : CoinEffect;

    /// <summary>An output is taken.</summary>
    public sealed record Take(CoinFacts Facts, CoinSide Us, CoinClaim Claim, CoinOrigin Origin) : CoinEffect;

    /// <summary>The chain is looked at: what is seen is told if it is news (<see cref="CoinNews"/>), or was asked for.</summary>
    public sealed record Look(CoinState State) : CoinEffect;

    /// <summary>The peer is told, until it has made it durable; a message of number 0 once.</summary>
    public sealed record Tell(CoinMessage Message) : CoinEffect;
}
