using System.Text.Json.Serialization;
using TPWallet.Crypto.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>A per-commitment secret of the peer's, in its place of the store (BOLT-3).</summary>
public readonly record struct PastSecret(ulong Index, Bytes32 Secret);

/// <summary>What this side knew of the peer when it asked where the peer stands: the peer stands there or further on, unless it has lost state.</summary>
/// <param name="Said">The newest message of the peer's that was durable here.</param>
/// <param name="Heard">The newest message of ours that was durable there.</param>
public readonly record struct PeerStanding(long Commitment, long Said, long Heard);

/// <summary>A question of the peer's, which is answered by what is known when the answer leaves.</summary>
public readonly record struct PeerQuestion(long Session, long Commitment);

/// <summary>Signatures of the transaction that ends the channel with the newest book.</summary>
public sealed record CoinEnd(CoinBook Book, HexBytes? Ours, HexBytes? Theirs);

/// <summary>A wish that ended without effect.</summary>
public sealed record RefusedCoinWish(Guid Id, Rejection Reason);

/// <summary>One side of a channel on a chain of the Bitcoin family.</summary>
/// <param name="Opening">What it was begun with; null: nothing was.</param>
/// <param name="Trouble">Why it closes, or could not be opened.</param>
/// <param name="OwnPoints">Points of our commitments after the newest, which the peer knows, oldest first.</param>
/// <param name="PeerPoints">Points of the peer's commitments after the newest that we signed, oldest first.</param>
/// <param name="Own">Our newest commitment: the only one that we may send.</param>
/// <param name="Peer">The peer's commitments that it has not revoked, oldest first: one, or two within a round.</param>
/// <param name="Secrets">The secrets of all that it has revoked, in at most 49 places.</param>
/// <param name="Past">
/// Every HTLC that a commitment of the peer's ever had. With a secret they make each revoked state's scripts again: no state has to be kept to punish it.
/// </param>
/// <param name="Preimages">By payment hash, of HTLCs that may still be taken by them.</param>
/// <param name="Outbox">Messages that the peer has not made durable.</param>
/// <param name="HeardLast">Digests of the peer's last few messages, oldest first.</param>
/// <param name="Session">Counts our questions to the peer.</param>
/// <param name="Asking">Our question is not answered; null: none is open.</param>
/// <param name="Asked">A question of the peer's.</param>
/// <param name="Sight">The last look at the chain.</param>
/// <param name="Sent">What was handed to the chain's nodes since that look.</param>
/// <param name="Forgone">Outputs that are not worth their fee.</param>
public sealed record CoinState(
    CoinChannelRef Ref,
    CoinPhase Phase,
    CoinOpening? Opening,
    Rejection? Trouble,
    CoinParty? Ours,
    CoinParty? Theirs,
    SpentOutput? Funding,
    ImmutableArray<HexBytes> OwnPoints,
    ImmutableArray<HexBytes> PeerPoints,
    OwnCommitment? Own,
    ImmutableArray<PeerCommitment> Peer,
    ImmutableArray<PastSecret> Secrets,
    ImmutableArray<CoinHtlc> Past,
    ImmutableSortedDictionary<Bytes32, Bytes32> Preimages,
    CoinRound? Round,
    ImmutableArray<CoinWish> Wishes,
    ImmutableArray<RefusedCoinWish> Refused,
    bool OurTurn,
    bool PeerWants,
    bool AskedTurn,
    bool WeReady,
    bool TheyReady,
    bool WantsEnd,
    CoinEnd? End,
    bool WantsClose,
    long Said,
    ImmutableSortedDictionary<long, CoinMessage> Outbox,
    long Heard,
    ImmutableArray<long> HeardLast,
    long Session,
    PeerStanding? Asking,
    PeerQuestion? Asked,
    CoinSight? Sight,
    bool Looks,
    ImmutableSortedSet<StateKey> Sent,
    ImmutableSortedSet<SpentOutput> Forgone)
{
    /// <summary>The funding transaction, if this side sends it.</summary>
    public HexBytes? FundingTransaction { get; init; }

    /// <summary>Which wish began an HTLC of ours, by its id.</summary>
    public ImmutableSortedDictionary<long, Guid> Offers { get; init; } = ImmutableSortedDictionary<long, Guid>.Empty;

    /// <summary>The preimages of those of our HTLCs that were shown: they prove the payments.</summary>
    public ImmutableSortedDictionary<long, Bytes32> Proofs { get; init; } = ImmutableSortedDictionary<long, Bytes32>.Empty;

    /// <summary>Height of the first look at the chain; null: there was none.</summary>
    public uint? FirstHeight { get; init; }

    /// <summary>Height of the newest look at which nothing spent the funding.</summary>
    public uint QuietHeight { get; init; }

    /// <summary>Counts looks, so that each has a name of its own.</summary>
    public long Looked { get; init; }

    /// <summary>The last recovery that this side knows of.</summary>
    public long Epoch { get; init; }

    /// <summary>Counts events: an effect's result has this in its id, since the same effect can be owed again.</summary>
    public long Count { get; init; }

    /// <summary>When the peer's last question was taken.</summary>
    public Instant AskedAt { get; init; }

    [JsonIgnore]
    public CoinSide Us => Ref.Us;

    [JsonIgnore]
    public CoinTerms? Terms => Opening?.Terms;

    [JsonIgnore]
    public HexBytes Payout => Opening?.Payout ?? HexBytes.Empty;

    /// <summary>The chain is looked at for as long as something of the channel may be there.</summary>
    [JsonIgnore]
    public bool IsOnChain => Facts is not null && Phase is CoinPhase.Funding or CoinPhase.Open or CoinPhase.Closing or CoinPhase.Settling or CoinPhase.LostState;

    /// <summary>Once both parties and the funding output are known.</summary>
    [JsonIgnore]
    public CoinFacts? Facts => this is { Terms: { } terms, Funding: { } funding, Ours: { } ours, Theirs: { } theirs }
        ? Us == CoinSide.Opener ? new(terms, funding, ours, theirs) : new(terms, funding, theirs, ours)
        : null;

    [JsonIgnore]
    public CoinRules Rules => new(Terms!);

    /// <summary>The newest book that both may leave with and from which neither can go back.</summary>
    [JsonIgnore]
    public CoinBook Book => Own?.Book ?? Rules.First;

    /// <summary>
    /// The least that is this side's, whichever commitment that is not revoked ends the channel: HTLCs that it offered count as paid, those of the peer as not, and fees
    /// not at all.
    /// </summary>
    [JsonIgnore]
    public long LeastMsat => Live.Select(book => book.BalanceMsat(Us)).DefaultIfEmpty().Min();

    /// <summary>All books that either party can leave with.</summary>
    [JsonIgnore]
    public IEnumerable<CoinBook> Live => Peer.Select(static peer => peer.Book).Concat(Own is { } own ? [own.Book] : []);

    /// <summary>The secret of a commitment that the peer has revoked; null: it has not.</summary>
    public Bytes32? SecretOf(long commitment) => commitment >= 0 && Store.Find(CommitmentSecrets.IndexOf((ulong)commitment)) is { } found ? Bytes32.From(found) : null;

    internal CommitmentSecretStore Store =>
        CommitmentSecretStore.Restore([.. Secrets.Select(static past => new KnownSecret(past.Index, [.. past.Secret.ToArray()]))])
        ?? throw new UnreachableException("The secrets were stored as the store keeps them.");
}
