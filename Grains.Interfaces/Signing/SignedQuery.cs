using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// What did this signer sign? Asked after a restore of the journal, which may have lost what it asked for. Newest first, in pages.
/// </summary>
/// <param name="Chain">With <paramref name="Address"/> one lane; both null: every lane, without the packets.</param>
/// <param name="Address">The lane's address, or null.</param>
/// <param name="FromNonce">Of one lane only nonces from this one on; of every lane without meaning.</param>
/// <param name="Before">Only facts below this number of the signer's store; 0: from the newest on.</param>
[GenerateSerializer, Immutable, Alias("tpw.signed-query")]
public sealed record SignedQuery(ChainId? Chain, Address? Address, ulong FromNonce, long Before)
{
    /// <summary>Signatures in one page, unless the first alone is larger than <see cref="MaxPageBytes"/>.</summary>
    public const int MaxPage = 32;

    /// <summary>Bytes of signed transactions and packets in one page, about.</summary>
    public const int MaxPageBytes = 256 * 1024;

    /// <summary>The newest signatures on any lane.</summary>
    public static SignedQuery Newest { get; } = new(null, null, 0, 0);
}

/// <summary>One page, newest first.</summary>
/// <param name="Next">What to ask <see cref="SignedQuery.Before"/> with for the next page; null when this is the last.</param>
[GenerateSerializer, Immutable, Alias("tpw.signed-page")]
public sealed record SignedPage(ImmutableArray<SignedIntent> Intents, long? Next);

/// <summary>A payload that was signed.</summary>
/// <param name="Number">Its number in the signer's store.</param>
/// <param name="Request">The request that it answered: a command id of the key's stream.</param>
/// <param name="Key">The key that signed.</param>
/// <param name="PacketHash">Canonical hash of the packet that the votes bound.</param>
/// <param name="Terms">What it may cost.</param>
/// <param name="Packet">That packet; null in an answer about every lane, and where a build signed that did not keep it.</param>
/// <param name="Bounds">Its effect bounds; null as the packet.</param>
[GenerateSerializer, Immutable, Alias("tpw.signed-intent")]
public sealed record SignedIntent(
    long Number,
    Instant At,
    Guid Request,
    Name Key,
    LegRef Leg,
    Bytes32 PacketHash,
    ChainId Chain,
    Address Address,
    ulong Nonce,
    bool NoOp,
    GasTerms Terms,
    HexBytes Raw,
    Bytes32 TxHash,
    PacketContent? Packet,
    EffectBounds? Bounds)
{
    /// <summary>What it spends, on a chain of the Bitcoin family, where nonce and terms say nothing; null elsewhere.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CoinSpend? Coins { get; init; }
}
