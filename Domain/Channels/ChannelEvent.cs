using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A message of the peer that was taken.</summary>
/// <param name="Digest">The first 8 bytes of its SHA-256: the same number is always the same bytes, or the peer has forgotten what it said.</param>
public readonly record struct HeardMessage(long Number, long Digest);

/// <summary>What happened to one side of a channel. Stored: append only. Those that a message of the peer brought say its number.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(ChannelOpened), "channel.opened")]
[JsonDerivedType(typeof(DepositCounted), "channel.deposit-counted")]
[JsonDerivedType(typeof(TimeRecorded), "channel.time-recorded")]
[JsonDerivedType(typeof(FreezeSet), "channel.freeze-set")]
[JsonDerivedType(typeof(UpdateWanted), "channel.update-wanted")]
[JsonDerivedType(typeof(UpdateRefused), "channel.update-refused")]
[JsonDerivedType(typeof(StateProposed), "channel.state-proposed")]
[JsonDerivedType(typeof(ProposalSigned), "channel.proposal-signed")]
[JsonDerivedType(typeof(StateAcknowledged), "channel.state-acknowledged")]
[JsonDerivedType(typeof(ProposalBurnt), "channel.proposal-burnt")]
[JsonDerivedType(typeof(ProposalTaken), "channel.proposal-taken")]
[JsonDerivedType(typeof(ProposalRefused), "channel.proposal-refused")]
[JsonDerivedType(typeof(StateSigned), "channel.state-signed")]
[JsonDerivedType(typeof(TurnAsked), "channel.turn-asked")]
[JsonDerivedType(typeof(TurnWanted), "channel.turn-wanted")]
[JsonDerivedType(typeof(TurnYielded), "channel.turn-yielded")]
[JsonDerivedType(typeof(TurnTaken), "channel.turn-taken")]
[JsonDerivedType(typeof(MessageHeard), "channel.message-heard")]
[JsonDerivedType(typeof(ProtocolBroken), "channel.protocol-broken")]
[JsonDerivedType(typeof(PeerFoundLost), "channel.peer-found-lost")]
[JsonDerivedType(typeof(LossProved), "channel.loss-proved")]
[JsonDerivedType(typeof(OpeningRefused), "channel.opening-refused")]
[JsonDerivedType(typeof(SignerReady), "channel.signer-ready")]
[JsonDerivedType(typeof(LossFound), "channel.loss-found")]
[JsonDerivedType(typeof(LookWanted), "channel.look-wanted")]
[JsonDerivedType(typeof(ChannelSeen), "channel.seen")]
[JsonDerivedType(typeof(RecoveryBegun), "channel.recovery-begun")]
[JsonDerivedType(typeof(SignatureRefused), "channel.signature-refused")]
[JsonDerivedType(typeof(NoticeTaken), "channel.notice-taken")]
[JsonDerivedType(typeof(CloseWanted), "channel.close-wanted")]
[JsonDerivedType(typeof(OrderSigned), "channel.order-signed")]
[JsonDerivedType(typeof(OrderRefused), "channel.order-refused")]
[JsonDerivedType(typeof(SecretKept), "channel.secret-kept")]
[JsonDerivedType(typeof(ActBegun), "channel.act-begun")]
[JsonDerivedType(typeof(ActProposed), "channel.act-proposed")]
[JsonDerivedType(typeof(ActEnded), "channel.act-ended")]
[JsonDerivedType(typeof(ChannelClosed), "channel.closed")]
[JsonDerivedType(typeof(LockRouted), "channel.lock-routed")]
[JsonDerivedType(typeof(LockPassed), "channel.lock-passed")]
[JsonDerivedType(typeof(LockDropped), "channel.lock-dropped")]
[JsonDerivedType(typeof(CarryTold), "channel.carry-told")]
[JsonDerivedType(typeof(SideAnnounced), "channel.side-announced")]
[JsonDerivedType(typeof(BookRecalled), "channel.book-recalled")]
[JsonDerivedType(typeof(TowerSet), "channel.tower-set")]
[JsonDerivedType(typeof(PublicSet), "channel.public-set")]
[JsonDerivedType(typeof(DealingsTold), "channel.dealings-told")]
[JsonDerivedType(typeof(PeerAwaited), "channel.peer-awaited")]
[JsonDerivedType(typeof(AllowanceSet), "channel.allowance-set")]
[JsonDerivedType(typeof(StatesHanded), "channel.states-handed")]
[JsonDerivedType(typeof(TowerRefused), "channel.tower-refused")]
[JsonDerivedType(typeof(LeaveAsked), "channel.leave-asked")]
[JsonDerivedType(typeof(LeaveWanted), "channel.leave-wanted")]
[JsonDerivedType(typeof(LeaveGiven), "channel.leave-given")]
public abstract record ChannelEvent
{
    private ChannelEvent()
    {
    }

    /// <summary>Before it the peer had made our messages up to this one durable: what <see cref="MessageHeard"/> says, in passing. 0: nothing is said of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long PeerHeard { get; init; }

    public sealed record ChannelOpened(ChannelOpening Opening) : ChannelEvent;

    /// <summary>It cannot be opened like that; it may be asked again.</summary>
    public sealed record OpeningRefused(Rejection Reason) : ChannelEvent;

    /// <summary>The signer signs for it, and has signed no more than is known here.</summary>
    public sealed record SignerReady : ChannelEvent;

    /// <summary>The signer has signed for a higher nonce than is known here, or the contract paid a withdrawal that no state here names: what is stored here was put back to an older copy.</summary>
    public sealed record LossFound(ulong Nonce) : ChannelEvent;

    public sealed record LookWanted : ChannelEvent;

    /// <summary>The chain shows it at a final block. Deposits and time that are new have events of their own.</summary>
    public sealed record ChannelSeen(ChannelSight Sight) : ChannelEvent;

    /// <summary>The journal was restored: nothing is signed before the signer has said how far it signed.</summary>
    public sealed record RecoveryBegun(long Epoch) : ChannelEvent;

    public sealed record DepositCounted(ChannelSide Side, UInt256 Total) : ChannelEvent;

    public sealed record TimeRecorded(ulong Second) : ChannelEvent;

    public sealed record FreezeSet(bool Frozen) : ChannelEvent;

    /// <summary>Waits for a state of its own or with others.</summary>
    public sealed record UpdateWanted(Wish Wish) : ChannelEvent
    {
        /// <summary>The incoming lock that an offer is carried for; null: it is the account's own, or no offer.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public LockOrigin? Origin { get; init; }

        /// <summary>The part of a payment that an offer is; null: it is none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public PaymentPart? Payer { get; init; }
    }

    /// <summary>Cannot be done any more; it left the queue and changed nothing.</summary>
    public sealed record UpdateRefused(Guid Wish, Rejection Reason) : ChannelEvent;

    /// <summary>The first so many wishes of the queue became a proposal.</summary>
    /// <param name="Counts">Deposits that were counted in before them.</param>
    public sealed record StateProposed(ulong Nonce, int Wishes, ImmutableArray<ChannelUpdate> Counts) : ChannelEvent;

    /// <summary>Our key signed our proposal; it is said to the peer from here on.</summary>
    public sealed record ProposalSigned(ulong Nonce, HexBytes Signature) : ChannelEvent;

    /// <summary>The peer signed our proposal, and so all before it.</summary>
    public sealed record StateAcknowledged(HeardMessage Message, ulong Nonce, HexBytes Signature) : ChannelEvent;

    /// <summary>The peer refused our proposal, and what was asked for with it is not done. Those after it fall too; what they held waits again.</summary>
    public sealed record ProposalBurnt(HeardMessage Message, ulong Nonce, Rejection Reason) : ChannelEvent;

    /// <summary>The peer's proposal is right and will be signed.</summary>
    public sealed record ProposalTaken(HeardMessage Message, ulong Nonce, ImmutableArray<ChannelUpdate> Updates, HexBytes Signature) : ChannelEvent
    {
        /// <summary>It says where locks go on to, or why they failed.</summary>
        [JsonIgnore]
        public bool HasWays => Updates.Any(static update => update is ChannelUpdate.Offer { Onion: not null } or ChannelUpdate.Fail { Reason: not null });

        /// <summary>It takes something out of the open channel.</summary>
        [JsonIgnore]
        public bool HasWithdrawal => Updates.Any(static update => update is ChannelUpdate.Withdraw);
    }

    /// <summary>The peer's proposal will not be signed.</summary>
    public sealed record ProposalRefused(HeardMessage Message, ulong Nonce, Rejection Reason) : ChannelEvent;

    /// <summary>Our key signed the peer's proposal, and so all before it.</summary>
    public sealed record StateSigned(ulong Nonce, HexBytes Signature) : ChannelEvent;

    /// <summary>Our key signs neither this state nor any after it that is not signed yet. Ours were never said; the peer is told that its own are refused.</summary>
    public sealed record SignatureRefused(ulong Nonce, Rejection Reason) : ChannelEvent;

    public sealed record TurnAsked : ChannelEvent;

    public sealed record TurnWanted(HeardMessage Message) : ChannelEvent;

    public sealed record TurnYielded : ChannelEvent;

    public sealed record TurnTaken(HeardMessage Message) : ChannelEvent;

    /// <summary>The peer has made our messages up to this one durable.</summary>
    public sealed record MessageHeard(long Number) : ChannelEvent;

    /// <summary>The peer has taken a message without a number.</summary>
    public sealed record NoticeTaken(ChannelNotice Notice) : ChannelEvent;

    /// <summary>The peer said what it may not say; nothing else came of it.</summary>
    public sealed record ProtocolBroken(HeardMessage Message, Rejection Reason) : ChannelEvent;

    /// <summary>The peer does not know what it had made durable, or what it had said.</summary>
    public sealed record PeerFoundLost : ChannelEvent;

    /// <summary>The peer showed a state with our own signature that is not known here.</summary>
    public sealed record LossProved(CoSigned State) : ChannelEvent;

    /// <summary>This side closes on chain, without the peer.</summary>
    public sealed record CloseWanted : ChannelEvent;

    /// <summary>The channel key signed what closes or pays out.</summary>
    public sealed record OrderSigned(ChannelOrder Order, HexBytes Signature) : ChannelEvent;

    /// <summary>The channel key does not sign it; it is asked again after the next look.</summary>
    public sealed record OrderRefused(Rejection Reason) : ChannelEvent;

    /// <summary>It opens a lock of the peer's, and goes to the contract.</summary>
    public sealed record SecretKept(KnownSecret Known) : ChannelEvent;

    public sealed record ActBegun(ChannelAct Act) : ChannelEvent;

    /// <summary>The packet of the act is under way.</summary>
    public sealed record ActProposed(int Number) : ChannelEvent
    {
        /// <summary>It makes the calls of other channels too; null: the act's own packet.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Name? Packet { get; init; }
    }

    /// <summary>The act is done, of no more use, or has failed.</summary>
    /// <param name="Trouble">Why it failed; null: it has not.</param>
    public sealed record ActEnded(int Number, Rejection? Trouble) : ChannelEvent
    {
        /// <summary>Its call is final on the chain; false: it gave way, or failed.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool IsDone { get; init; }
    }

    /// <summary>Nothing of it is left on chain, and this side's key has no credit in its token.</summary>
    public sealed record ChannelClosed : ChannelEvent;

    /// <summary>It was decided where a lock of the peer's goes on to, once and for all.</summary>
    /// <param name="Onward">Null: it ends here.</param>
    public sealed record LockRouted(long Number, LockOnward? Onward) : ChannelEvent
    {
        /// <summary>The invoice that it pays; null: none that this account made.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public LockPayment? Payment { get; init; }
    }

    /// <summary>The next channel has taken it: how it ends is told from there.</summary>
    public sealed record LockPassed(long Number) : ChannelEvent;

    /// <summary>A lock of the peer's cannot be paid for, and is given back.</summary>
    /// <param name="Reason">For who made the onion; null: nothing is said.</param>
    public sealed record LockDropped(long Number, HexBytes? Reason) : ChannelEvent;

    /// <summary>The channel that a lock of ours came from knows how it ended.</summary>
    public sealed record CarryTold(long Number) : ChannelEvent;

    /// <summary>Whoever looks for ways knows this of the side.</summary>
    public sealed record SideAnnounced(bool IsOpen, UInt256 Capacity) : ChannelEvent
    {
        /// <summary>Other operators are told of it.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool IsPublic { get; init; }
    }

    /// <summary>Whether other operators are to be told of the side.</summary>
    public sealed record PublicSet(bool IsPublic) : ChannelEvent;

    /// <summary>Whoever keeps the peer's standing has heard what this side saw of it, up to the batch of this number.</summary>
    public sealed record DealingsTold(long Number) : ChannelEvent;

    /// <summary>The peer has something of this side's, and this side is there to hear of it: what it waits for it does wait for.</summary>
    public sealed record PeerAwaited : ChannelEvent;

    /// <param name="Allowance">What is held for the peer at most from now on; null: what the terms allow.</param>
    public sealed record AllowanceSet(PeerAllowance? Allowance) : ChannelEvent;

    /// <summary>The book of the state that it closes by was looked for in this side's events.</summary>
    /// <param name="Book">Null: they do not have it, as after a restore.</param>
    public sealed record BookRecalled(ulong Nonce, ChannelBook? Book) : ChannelEvent;

    /// <param name="Tower">Who guards this side from now on; null: nobody.</param>
    /// <param name="Waits">Whether this side waits for it.</param>
    public sealed record TowerSet(Name? Tower, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Waits = false) : ChannelEvent;

    /// <summary>The tower has made durable what was handed to it.</summary>
    /// <param name="Newest">Nonce of the newest state.</param>
    /// <param name="UpTo">Of the newest trap; 0: there was none.</param>
    /// <param name="HistoryTo">Of the newest trap of the history; 0: it was not handed over.</param>
    public sealed record StatesHanded(ulong Newest, ulong UpTo, ulong HistoryTo) : ChannelEvent;

    public sealed record TowerRefused(Rejection Reason) : ChannelEvent;

    /// <summary>The peer is asked for its signature of an order by which this side withdraws what the newest state names.</summary>
    /// <param name="Total">All that this side will have withdrawn.</param>
    /// <param name="Expiry">Last second at which it is good.</param>
    public sealed record LeaveAsked(UInt256 Total, ulong Expiry) : ChannelEvent;

    /// <summary>The peer asks for ours; what it names is spent by the newest state.</summary>
    public sealed record LeaveWanted(HeardMessage Message, UInt256 Total, ulong Expiry) : ChannelEvent;

    /// <summary>The peer has given its signature.</summary>
    public sealed record LeaveGiven(HeardMessage Message, UInt256 Total, ulong Expiry, HexBytes Signature) : ChannelEvent;
}
