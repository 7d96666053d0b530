using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// Has the signer sign for a channel on a chain of the Bitcoin family from now on, under a mandate of the account's lineage; asked again with a longer lineage, it
/// learns that one. The same channel gives the same keys.
/// </summary>
/// <param name="Key">One of the account's channel keys; its public key is the party of this side.</param>
/// <param name="Terms">They never change.</param>
/// <param name="Payout">The mandate's locking script; what is this side's is paid there, whatever is voted later.</param>
[GenerateSerializer, Immutable, Alias("tpw.take-coin-channel")]
public sealed record TakeCoinChannelRequest(
    Genesis Genesis, ImmutableArray<EnactedChange> Lineage, Name Key, CoinParties Parties, CoinSide Us, CoinTerms Terms, HexBytes Payout)
{
    /// <inheritdoc cref="SignRequest.AskedAt"/>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? AskedAt { get; init; }
}

/// <summary>The keys of one side, which nothing else uses, and the points of its commitments 0 and 1.</summary>
[GenerateSerializer, Immutable, Alias("tpw.coin-channel-taken")]
public sealed record CoinChannelTaken(CoinChannelRef Side, CoinBasepoints Basepoints, HexBytes Point, HexBytes NextPoint);

/// <summary>Asks for one signature, or secret, of a channel that was taken.</summary>
/// <param name="Changes">Changes of the account's lineage that the asker knows: a signer that knows more, or fewer, must be told first (StaleVersion).</param>
/// <param name="Facts">The channel; those of the first request stand.</param>
[GenerateSerializer, Immutable, Alias("tpw.sign-coin-channel")]
public sealed record SignCoinChannelRequest(AccountId Account, CoinChannelRef Side, int Changes, CoinFacts Facts, CoinAsk Ask);

/// <summary>What the keys of one side are asked for.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(Peer), "peer")]
[JsonDerivedType(typeof(Take), "take")]
[JsonDerivedType(typeof(Own), "own")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(Output), "output")]
[GenerateSerializer, Immutable, Alias("tpw.coin-ask")]
public abstract record CoinAsk
{
    private CoinAsk()
    {
    }

    /// <summary>Signatures of the peer's commitment: <see cref="CoinGiven.Signatures"/>. No other is ever signed for its number, and none below.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-ask.peer")]
    public sealed record Peer(PeerCommitment Commitment) : CoinAsk;

    /// <summary>Takes the own commitment that the peer signed, and gives up the one before: <see cref="CoinGiven.Revocation"/>.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-ask.take")]
    public sealed record Take(CoinBook Book, CoinSignatures Signatures) : CoinAsk;

    /// <summary>The own newest commitment, for sending: <see cref="CoinGiven.Transaction"/>. From then on no state follows it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-ask.own")]
    public sealed record Own(OwnCommitment Commitment) : CoinAsk;

    /// <summary>The signature of the transaction of both: <see cref="CoinGiven.End"/>. From then on no state follows.</summary>
    /// <param name="Theirs">The peer's, which has to be right; null: the peer has not signed.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-ask.end")]
    public sealed record End(CoinBook Book, HexBytes? Theirs) : CoinAsk;

    /// <summary>Takes an output: <see cref="CoinGiven.Transaction"/>, to the payout or, of an own HTLC, by the transaction that the peer signed; or <see cref="CoinGiven.NotWorth"/>.</summary>
    /// <param name="FeeratePerKw">Where the transaction's fee is not settled by the peer's signature.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-ask.output")]
    public sealed record Output(CoinClaim Claim, CoinOrigin Origin, long FeeratePerKw) : CoinAsk;
}

/// <summary>What the signer gives.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "given")]
[JsonDerivedType(typeof(Signatures), "signatures")]
[JsonDerivedType(typeof(Revocation), "revocation")]
[JsonDerivedType(typeof(End), "end")]
[JsonDerivedType(typeof(Transaction), "transaction")]
[JsonDerivedType(typeof(NotWorth), "not-worth")]
[GenerateSerializer, Immutable, Alias("tpw.coin-given")]
public abstract record CoinGiven
{
    private CoinGiven()
    {
    }

    [GenerateSerializer, Immutable, Alias("tpw.coin-given.signatures")]
    public sealed record Signatures(CoinSignatures Of) : CoinGiven;

    /// <param name="Of">With the secret zero for commitment 0, before which there is none.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-given.revocation")]
    public sealed record Revocation(CoinRevocation Of) : CoinGiven;

    /// <param name="Signature">r ‖ s.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-given.end")]
    public sealed record End(HexBytes Signature) : CoinGiven;

    /// <param name="Raw">Whole, as it is sent.</param>
    [GenerateSerializer, Immutable, Alias("tpw.coin-given.transaction")]
    public sealed record Transaction(HexBytes Raw) : CoinGiven;

    /// <summary>The output is worth less than the fee of taking it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.coin-given.not-worth")]
    public sealed record NotWorth : CoinGiven;
}
