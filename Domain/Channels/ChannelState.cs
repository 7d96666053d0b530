using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A book with both signatures.</summary>
public sealed record CoSigned(ChannelBook Book, HexBytes SignatureA, HexBytes SignatureB);

/// <summary>A state that this side proposed: from its signature on the peer can complete it.</summary>
/// <param name="Wishes">What of it was asked for here, and by which commands.</param>
/// <param name="Signature">Null until the key has signed.</param>
public sealed record Proposal(ChannelBook Book, ulong On, ImmutableArray<Wish> Wishes, HexBytes? Signature)
{
    /// <summary>Its place in the order of the channel's states.</summary>
    [JsonIgnore]
    public ulong Nonce => Book.Nonce;

    /// <summary>What it posts once it is full; default: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<ChannelEntry> Entries { get; init; }
}

/// <summary>A state that the peer proposed, which this side has found right and will sign.</summary>
public sealed record Incoming(ChannelBook Book, HexBytes Signature)
{
    /// <summary>Its place in the order of the channel's states.</summary>
    [JsonIgnore]
    public ulong Nonce => Book.Nonce;

    /// <summary>What it posts once it is full; default: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<ChannelEntry> Entries { get; init; }
}

/// <summary>A wish that ended without effect.</summary>
/// <param name="Id">The command that asked.</param>
public sealed record RefusedWish(Guid Id, Rejection Reason);

/// <summary>An update that was asked for here and waits for its turn.</summary>
/// <param name="Id">The command that asked.</param>
public sealed record Wish(Guid Id, ChannelUpdate Update);

/// <summary>One side of a channel.</summary>
/// <param name="Ref">The channel's id and our side, from the grain's key.</param>
/// <param name="Opening">What it began with; null: it has not.</param>
/// <param name="Trouble">Why it could not be opened.</param>
/// <param name="Signs">The signer signs for it, and knows no more of it than is known here.</param>
/// <param name="IsFound">The chain shows it.</param>
/// <param name="Looks">It is to be looked up on the chain.</param>
/// <param name="Asks">This side has lost state: the peer is to be asked for the proof.</param>
/// <param name="Round">Counts what is asked again under the same name: openings, looks, losses, proofs, signatures that were refused.</param>
/// <param name="Recovery">The last restore of the journal that it was told of, 0: none.</param>
/// <param name="Deposits">What each has deposited, final on the chain.</param>
/// <param name="Second">The contract's clock, of the newest final block that was told.</param>
/// <param name="Full">The newest state with both signatures; null: nonce 0, which needs none.</param>
/// <param name="Ours">Proposed here and neither signed nor refused by the peer, oldest first; each is built on the one before.</param>
/// <param name="Theirs">Proposed by the peer and still to be signed here, oldest first.</param>
/// <param name="Burnt">Proposed here and refused by the peer, which all the same can complete it until a higher nonce is full.</param>
/// <param name="Highest">The highest nonce that either side ever used, the final one apart.</param>
/// <param name="OurTurn">Whether this side may propose.</param>
/// <param name="PeerWants">The peer asked for the turn that this side has.</param>
/// <param name="Asked">This side asked for the turn that the peer has.</param>
/// <param name="CountsAfter">Deposits that the peer did not know as final are proposed again when the contract's clock is past this; null: at once.</param>
/// <param name="LastLock">Number of the newest lock of ours.</param>
/// <param name="Said">Number of our newest message.</param>
/// <param name="Outbox">Messages that the peer has not made durable.</param>
/// <param name="Heard">Number of the peer's newest message that is durable here.</param>
/// <param name="HeardLast">Digests of its last few messages, oldest first.</param>
/// <param name="PeerLock">Number of the newest lock of the peer.</param>
/// <param name="Proving">The peer is to be shown that it has lost state.</param>
/// <param name="Refused">The last few wishes that ended without effect, oldest first.</param>
public sealed record ChannelState(
    ChannelRef Ref,
    ChannelPhase Phase,
    ChannelOpening? Opening,
    Rejection? Trouble,
    bool Signs,
    bool IsFound,
    bool Looks,
    bool Asks,
    long Round,
    long Recovery,
    bool Frozen,
    SidePair Deposits,
    ulong Second,
    CoSigned? Full,
    ImmutableArray<Proposal> Ours,
    ImmutableArray<Incoming> Theirs,
    ImmutableArray<Proposal> Burnt,
    ulong Highest,
    bool OurTurn,
    bool PeerWants,
    bool Asked,
    ImmutableArray<Wish> Wishes,
    ulong? CountsAfter,
    long LastLock,
    long Said,
    ImmutableSortedDictionary<long, ChannelMessage> Outbox,
    long Heard,
    ImmutableArray<long> HeardLast,
    long PeerLock,
    bool Proving,
    ImmutableArray<RefusedWish> Refused)
{
    /// <summary>Δ of the contract in seconds; 0: no final block was read since this side knows of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Window { get; init; }

    /// <summary>Where it stands on chain, at a final block.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ChannelStage Stage { get; init; }

    /// <summary>Of the state that it closes by, or was settled by, at a final block.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong ClosingNonce { get; init; }

    /// <summary>From this second on it can be settled; 0 unless it is closing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong ClosesAt { get; init; }

    /// <summary>A close or a challenge that is not final.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClosingSight? Latest { get; init; }

    /// <summary>The contract's clock, at a final block, when that was seen first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong LatestSince { get; init; }

    /// <summary>What the contract owes our key in the token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public UInt256 Credit { get; init; }

    /// <summary>How often our key was paid out in the token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Pulls { get; init; }

    /// <summary>This side closes without the peer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WantsClose { get; init; }

    /// <summary>The contract's clock when both had signed the last state; 0: they have not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong EndedAt { get; init; }

    /// <summary>This side proposed the last state, and brings it to the chain first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OurEnd { get; init; }

    /// <summary>What our key signed last for the contract.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SignedOrder? Order { get; init; }

    /// <summary>Our key refused an order; it is asked again after the next look.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOrderHeld { get; init; }

    /// <summary>Secrets of locks of the peer's that have not paid; default: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<KnownSecret> Secrets { get; init; }

    /// <summary>Onions of locks of the peer's that have not been routed, by number; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<long, HexBytes>? Onions { get; init; }

    /// <summary>Locks of the peer's that go on, by number; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<long, LockRelay>? Relays { get; init; }

    /// <summary>Locks of the peer's that are to be given back, by number, with what is to be said why; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<long, HexBytes?>? Drops { get; init; }

    /// <summary>Answers that the peer refused are proposed again when the contract's clock is past this; null: at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ulong? AnswersAfter { get; init; }

    /// <summary>Locks of ours whose end is not known or not told, by number, and the last few others; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<long, LockCarry>? Carries { get; init; }

    /// <summary>What whoever looks for ways knows of this side; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SideNews? Announced { get; init; }

    /// <summary>What was seen of a peer at another operator; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PeerDealings? Dealings { get; init; }

    /// <summary>What is held for the peer at most, by its standing; null: what the terms allow.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PeerAllowance? Allowance { get; init; }

    /// <summary>Other operators are to be told of this side.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPublic { get; init; }

    /// <summary>What this side does on chain.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelAct? Act { get; init; }

    /// <summary>Orders of withdrawals from the open channel; null: there never was one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelLeaves? Leaves { get; init; }

    /// <summary>Number of the newest act.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Acts { get; init; }

    /// <summary>Why the newest of them failed, or an order was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Rejection? ActTrouble { get; init; }

    /// <summary>Kinds of acts that have failed since one was done; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<ChannelActKind, ActPause>? Pauses { get; init; }

    /// <summary>When the chain is looked at next.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? NextLook { get; init; }

    /// <summary>Who guards this side for us, and what it has; null: nobody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TowerStanding? Tower { get; init; }

    /// <summary>This side's books.</summary>
    public SideAccounts Accounts { get; init; } = SideAccounts.Empty;

    /// <summary>This side's double entries.</summary>
    [JsonIgnore]
    public ChannelLedger Ledger => Accounts.Ledger;

    /// <summary>How the contract settled the channel; null: it has not, or that was not read yet.</summary>
    [JsonIgnore]
    public ChannelSettlement? Settlement => Accounts.Settlement;

    /// <summary>The channel's id.</summary>
    [JsonIgnore]
    public Bytes32 Id => Ref.Channel;

    /// <summary>Which party this side is.</summary>
    [JsonIgnore]
    public ChannelSide Us => Ref.Us;

    /// <summary>The channel's constant facts, once it began.</summary>
    [JsonIgnore]
    public ChannelFacts? Facts => Opening?.Facts;

    /// <summary>What both hold each other to, once it began.</summary>
    [JsonIgnore]
    public ChannelTerms? Terms => Opening?.Terms;

    /// <summary>The newest book that both signed.</summary>
    [JsonIgnore]
    public ChannelBook Book => Full?.Book ?? ChannelBook.Empty;

    /// <summary>The book that the next proposal of either side is built on.</summary>
    [JsonIgnore]
    public ChannelBook Newest => Ours is [.., var own] ? own.Book : Theirs is [.., var theirs] ? theirs.Book : Book;

    /// <summary>How books change now.</summary>
    [JsonIgnore]
    public BookRules Rules => new(Terms!, Deposits, Second);

    /// <summary>
    /// The least that is this side's in any state that the peer can close with: the newest full one, and each that this side has signed since. Locks of ours count
    /// as paid, locks of the peer as not.
    /// </summary>
    [JsonIgnore]
    public UInt256 Least =>
        Ours.Concat(Burnt).Where(static proposal => proposal.Signature is not null).Select(proposal => proposal.Book.Balance.Of(Us))
            .Append(Book.Balance.Of(Us)).Aggregate(UInt256.Min);

    /// <summary>What both parties sign for a book of this channel.</summary>
    public Bytes32 DigestOf(ChannelBook book) => ChannelDomain.Of(Facts!).State(Id, ContractState.Of(book, Terms!.LockFloor));
}
