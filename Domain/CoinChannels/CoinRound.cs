using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Domain.CoinChannels;

/// <summary>An update that was asked for here.</summary>
/// <param name="Id">The command that asked.</param>
public sealed record CoinWish(Guid Id, CoinUpdate Update);

/// <summary>
/// The one book that both parties are going over to. Whoever has the turn goes Signing, Said, Taking; the other one Heard, Taken, Answered. The first book, before the
/// funding, takes the same way.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "round")]
[JsonDerivedType(typeof(Signing), "signing")]
[JsonDerivedType(typeof(Said), "said")]
[JsonDerivedType(typeof(Taking), "taking")]
[JsonDerivedType(typeof(Heard), "heard")]
[JsonDerivedType(typeof(Taken), "taken")]
[JsonDerivedType(typeof(Answered), "answered")]
public abstract record CoinRound
{
    private CoinRound(CoinBook book) => Book = book;

    public CoinBook Book { get; init; }

    /// <summary>The signer signs the peer's commitment; the peer has heard nothing of it.</summary>
    public sealed record Signing(CoinBook Book, ImmutableArray<CoinWish> Wishes) : CoinRound(Book);

    /// <summary>The peer may hold its new commitment, and still its old one.</summary>
    public sealed record Said(CoinBook Book, ImmutableArray<CoinWish> Wishes) : CoinRound(Book);

    /// <summary>The peer has revoked its old commitment; the signer is to take our new one, and give up our old one.</summary>
    public sealed record Taking(CoinBook Book, ImmutableArray<CoinWish> Wishes, CoinSignatures Signatures) : CoinRound(Book);

    /// <summary>The peer proposes: the signer is to take our new commitment, and give up our old one.</summary>
    public sealed record Heard(CoinBook Book, CoinSignatures Signatures) : CoinRound(Book);

    /// <summary>Ours is taken; the signer signs the peer's.</summary>
    public sealed record Taken(CoinBook Book, CoinRevocation? Revocation) : CoinRound(Book);

    /// <summary>The peer still has to revoke its old commitment.</summary>
    public sealed record Answered(CoinBook Book) : CoinRound(Book);
}
