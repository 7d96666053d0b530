using TPWallet.Domain.Channels;
using TPWallet.Domain.CoinChannels;
using TPWallet.Domain.Notifications;
using TPWallet.Domain.Routing;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Machines;

/// <summary>
/// What a machine wants done in the world, as a value. Runners (Grains/Effects) do it at least once; each is idempotent by the id
/// of its intent (<see cref="EffectId"/>).
/// </summary>
public abstract partial record Effect
{
    private Effect()
    {
    }

    // To other grains. The result is EffectResult.Replied.

    public sealed record TellAccount(AccountId Account, AccountCommand Command) : Effect;

    public sealed record TellPacket(PacketRef Packet, PacketCommand Command) : Effect;

    public sealed record TellLane(ChainId Chain, Address Address, LaneCommand Command) : Effect;

    public sealed record TellKey(AccountId Account, Name Key, KeyCommand Command) : Effect;

    public sealed record TellWatched(ChainId Chain, Bytes32 TxHash, WatchedCommand Command) : Effect;

    public sealed record TellTracker(ChainId Chain, TrackerCommand Command) : Effect;

    /// <summary>
    /// On a chain of the Bitcoin family: tells the lane of an address of a coin that came or went, and then the account of what it is worth; the answer is the
    /// account's. Both are asked again until both have answered.
    /// </summary>
    public sealed record TellHolder(AccountId Account, AccountCommand Command, ChainId Chain, Address Address, LaneCommand Coin) : Effect;

    /// <param name="Case">Its key.</param>
    public sealed record TellCase(string Case, CaseCommand Command) : Effect;

    /// <summary>The tenant's one queue of reviewers.</summary>
    public sealed record TellQueue(ReviewQueueCommand Command) : Effect;

    /// <param name="Incident">Its key.</param>
    public sealed record TellIncident(string Incident, IncidentCommand Command) : Effect;

    public sealed record TellRevenue(string Period, RevenueCommand Command) : Effect;

    // Of an account.

    /// <summary>
    /// Hands a transfer to its payee and, once it has arrived, tells the packet: <see cref="EffectResult.Delivered"/>. Both are asked again until both
    /// have answered, so that the payer closes the transfer in one row.
    /// </summary>
    public sealed record Deliver(AccountId To, AccountCommand.ReceiveTransfer Transfer, PacketCommand.RecordLeg Word) : Effect
    {
        /// <summary>Whether the payee's reply says that it has the money.</summary>
        public static bool HasArrived(Grains.Interfaces.CommandReply payee) =>
            payee is Grains.Interfaces.CommandReply.Accepted accepted && !accepted.Events.Contains(nameof(Accounts.AccountEvent.TransferRefused));
    }

    /// <summary>
    /// Asks the account, then the chain, whether something new may be spent, and then lets the tracker watch it: <see cref="EffectResult.Replied"/>, the
    /// first refusal or the last answer. Asked again for as long as an operator's stop holds.
    /// </summary>
    /// <param name="Watch">Null: only asked.</param>
    public sealed record Admit(Guid Id, LegRef Leg, ChainId Chain, TrackerCommand? Watch) : Effect;

    /// <summary>Destroys the data keys of the account's personal texts: <see cref="EffectResult.Done"/>.</summary>
    public sealed record ErasePersonal(AccountId Account) : Effect;

    /// <summary>Has the account's risk profile score a held deposit: <see cref="EffectResult.Screened"/>.</summary>
    /// <param name="Deposit">Its id.</param>
    public sealed record Screen(Guid Id, Guid Deposit, Deposit Paid, Tier Tier, ImmutableArray<Address> Sources) : Effect;

    /// <summary>Done when a block that is so many above this one is final too; asked again until then.</summary>
    public sealed record AwaitDepth(ChainId Chain, BlockRef Block, int Extra) : Effect;

    // Of a packet.

    /// <summary>Simulates the chain legs into normalised bounds on two nodes where two exist: <see cref="EffectResult.Simulated"/>.</summary>
    /// <param name="Admission">Asks the chains first whether something new may be spent there; null: it is only looked at.</param>
    public sealed record Simulate(PacketContent Packet, Guid? Admission = null) : Effect;

    /// <summary>Asks the owner account for its judgement: <see cref="EffectResult.Assessed"/>.</summary>
    public sealed record Assess(PacketContent Packet, EffectBounds Bounds, ImmutableArray<Vote> Votes, PacketRisk? Risk = null) : Effect;

    /// <summary>
    /// Asks the owner account's risk profile: <see cref="EffectResult.Scored"/>; where it cannot score, the account's judgement without a score:
    /// <see cref="EffectResult.Assessed"/>.
    /// </summary>
    /// <param name="Payment">The same for each look at one revision.</param>
    public sealed record Score(Guid Id, Guid Payment, PacketContent Packet, EffectBounds Bounds, ImmutableArray<Vote> Votes) : Effect
    {
        /// <summary>From where it was proposed, its network sealed; null: not said.</summary>
        public PacketOrigin? Origin { get; init; }
    }

    // To the signer.

    /// <summary>The runner adds the account's genesis: <see cref="EffectResult.KeyCreated"/>.</summary>
    public sealed record CreateKey(AccountId Account, Name Key, ChainId Chain, Tier Tier) : Effect;

    /// <summary>Starts the signer's own clock for a subject with a time lock; lineage is added by the runner: <see cref="EffectResult.Done"/>.</summary>
    public sealed record Announce(AccountId Account, ChangeProposal? Change, PacketContent? Packet, EffectBounds? Bounds, ImmutableArray<Vote> Votes) : Effect;

    /// <summary>The runner adds packet, bounds, votes and lineage: <see cref="EffectResult.SignerSaid"/>.</summary>
    public sealed record Sign(Guid Request, Name Key, ChainId Chain, LegRef Leg, SigningPayload Payload) : Effect;

    /// <summary>A page of what the signer signed on a lane: <see cref="EffectResult.SignedSaid"/>.</summary>
    public sealed record ReadSigned(SignedQuery Query) : Effect;

    // Of a lane.

    /// <summary>Agreed nonce and balance, fee facts: <see cref="EffectResult.LaneFacts"/>.</summary>
    public sealed record ReadLaneFacts(ChainId Chain, Address Address) : Effect;

    /// <summary>Gas limit by estimate, bids by the oracle: <see cref="EffectResult.Terms"/>.</summary>
    public sealed record EstimateTerms(ChainId Chain, Address From, SpendIntent Intent) : Effect;

    /// <summary>The runner encodes the unsigned transaction and tells the key: <see cref="EffectResult.Replied"/>.</summary>
    public sealed record RequestSignature(ChainId Chain, Address From, SpendIntent Intent, ulong Nonce, GasTerms Terms, bool NoOp, Guid CommandId) : Effect;

    // Of a lane of coins.

    /// <summary>Fee rates of a chain of the Bitcoin family: <see cref="EffectResult.Market"/>.</summary>
    public sealed record ReadMarket(ChainId Chain) : Effect;

    /// <summary>
    /// Chooses coins worth so much: of the final ones, or else the one unconfirmed that is enough. <see cref="EffectResult.Selected"/>, or
    /// <see cref="EffectResult.Gone"/> where the chain has spent one; InsufficientFunds: not now.
    /// </summary>
    public sealed record SelectCoins(
        ChainId Chain, Address From, LegRef Leg, ImmutableArray<CoinInput> Final, ImmutableArray<CoinInput> Unconfirmed, long TargetSat, long RateSatPerKvb)
        : Effect;

    /// <summary>The runner makes the PSBT with all previous transactions and tells the key: <see cref="EffectResult.Replied"/>.</summary>
    /// <param name="Parents">Signed transactions of this lane whose change is spent.</param>
    public sealed record RequestSpend(
        ChainId Chain, Address From, SpendIntent Intent, CoinSpend Spend, ImmutableArray<HexBytes> Parents, Guid CommandId) : Effect;

    /// <summary>Sends the same bytes to several nodes: <see cref="EffectResult.BroadcastSaid"/>.</summary>
    /// <param name="Leg">What it pays, or closes: the route goes by that, so that every version of a leg goes the same way.</param>
    public sealed record Broadcast(ChainId Chain, Bytes32 TxHash, HexBytes Raw, Leg? Leg = null, Instant? Deadline = null) : Effect;

    // Of a channel.

    /// <summary>Has the signer sign for a channel from now on: <see cref="EffectResult.ChannelTaken"/>.</summary>
    public sealed record TakeChannel(ChannelOpening Opening, ChannelSide Us) : Effect;

    /// <summary>
    /// Reads a channel at a final block, and what newer blocks say of a close: <see cref="EffectResult.ChannelSeen"/>; Failed where the contract is not the one that is
    /// known.
    /// </summary>
    /// <param name="WasFound">The chain has shown it before: if nothing is there now, it is gone.</param>
    /// <param name="Act">The packet of this side's newest act, whose standing is read with it; null: there is none.</param>
    /// <param name="Overdue">Locks of ours past their expiry, of which the registry is asked.</param>
    /// <param name="EntriesFrom">The first block whose entries of the contract are to be read, once the channel is settled; null: they are known.</param>
    public sealed record LookAtChannel(
        ChannelOpening Opening, ChannelSide Us, bool WasFound, Name? Act, ImmutableArray<ChannelLock> Overdue, ulong? EntriesFrom) : Effect
    {
        /// <summary>What the side's ledger came to before, for the books of its key; null: nothing yet.</summary>
        public SideFigures? Figures { get; init; }

        /// <summary>The peer is asked which messages it reads.</summary>
        public bool AsksForm { get; init; }
    }

    /// <summary>
    /// Reads the contract's events and holdings about a channel key at a final block, what the account's ledger posted for their transactions, and sides that are behind:
    /// <see cref="EffectResult.KeyBooksRead"/>.
    /// </summary>
    /// <param name="Next">The first block to be read; 0: as far back as one look goes.</param>
    /// <param name="Waiting">Transactions of earlier looks of which the account is asked again.</param>
    /// <param name="Behind">Sides that are asked.</param>
    public sealed record ReadKeyBooks(KeyBooksRef Books, Address Party, ulong Next, ImmutableArray<Bytes32> Waiting, ImmutableArray<ChannelRef> Behind) : Effect;

    /// <summary>Looks in the side's own events for the book of the state that its channel closes by on chain: <see cref="EffectResult.BookRecalled"/>.</summary>
    public sealed record RecallBook(ChannelOpening Opening, ChannelRef Side, ulong Nonce) : Effect;

    /// <summary>Peels a lock's onion and says where it goes: <see cref="EffectResult.LockRouted"/>. Nothing is asked of another channel yet.</summary>
    /// <param name="Side">Where it came in.</param>
    /// <param name="Second">The contract's clock.</param> <param name="IsBeyond">More is held for the peer already than its standing allows: it goes back.</param>
    public sealed record RouteLock(ChannelOpening Opening, ChannelRef Side, ChannelLock Lock, HexBytes Onion, ulong Second, bool IsBeyond = false) : Effect;

    /// <summary>Has the next channel carry a lock, as it was decided: <see cref="EffectResult.LockPassed"/>.</summary>
    public sealed record PassLock(Guid Id, LockOrigin Origin, LockOnward Onward, ChannelLock Lock) : Effect;

    /// <summary>Has an invoice hold a lock that pays it: <see cref="EffectResult.LockPassed"/>.</summary>
    public sealed record HoldPart(Guid Id, InvoiceRef Invoice, InvoicePart Part) : Effect;

    /// <summary>Makes an invoice's secret and what a payer needs: <see cref="EffectResult.InvoiceMade"/>. The same for the same intent.</summary>
    public sealed record MakeInvoice(InvoiceRef Invoice, InvoiceContent Content, Guid Intent) : Effect;

    /// <summary>Tells a part's channel what became of it: <see cref="EffectResult.Replied"/>.</summary>
    /// <param name="IsTaken">It is taken by the invoice's secret; else it goes back.</param>
    public sealed record AnswerPart(Guid Id, InvoiceRef Invoice, Guid Intent, LockOrigin Origin, bool IsTaken) : Effect;

    /// <summary>Tells the channel that a lock of ours is carried for how it ended: <see cref="EffectResult.Replied"/>.</summary>
    /// <param name="Secret">Null: it never pays.</param>
    /// <param name="Reason">What the next hop said why, for who made the onion; null: this one says it.</param>
    public sealed record TellOrigin(Guid Id, LockOrigin Origin, Bytes32? Secret, HexBytes? Reason) : Effect;

    /// <summary>Tells the payment that a lock of ours is a part of how it ended: <see cref="EffectResult.Replied"/>.</summary>
    /// <param name="Secret">Null: it never pays.</param>
    /// <param name="Reason">What the next hop said why; null: it said nothing.</param>
    public sealed record TellPayer(Guid Id, PaymentPart Payer, Bytes32? Secret, HexBytes? Reason) : Effect;

    /// <summary>Tells whoever looks for ways, and other operators where it is public, what becomes of a side: <see cref="EffectResult.SideTold"/>.</summary>
    public sealed record AnnounceSide(Guid Id, ChannelOpening Opening, ChannelRef Side, bool IsOpen, UInt256 Capacity, bool IsPublic) : Effect;
    public sealed record SignAnnouncement(ChannelOpening Opening, ChannelRef Side, Grains.Interfaces.Gossip.ChannelAnnouncement Content) : Effect;

    /// <summary>To the payment of a packet's leg: <see cref="EffectResult.Replied"/>.</summary>
    public sealed record TellPayment(PaymentRef Payment, PaymentCommand Command) : Effect;

    /// <summary>Takes the claim to the invoice, and finds payer and payee among the channels that are known: <see cref="EffectResult.PaymentPrepared"/>.</summary>
    public sealed record PreparePayment(PaymentRef Payment, PaymentContent Content) : Effect;

    /// <summary>Finds ways for all that is not under way: <see cref="EffectResult.WaysFound"/>.</summary>
    /// <param name="Lacks">Channels that had too little for a part before.</param>
    public sealed record FindWays(PaymentRef Payment, PaymentContent Content, PaymentPlan Plan, ImmutableArray<Observation.Lacked> Lacks) : Effect;

    /// <summary>Has the first channel of a part's way lock it: <see cref="EffectResult.Replied"/>.</summary>
    /// <param name="Intent">The onion follows from it.</param>
    public sealed record SendPart(Guid Id, PaymentPart Payer, Guid Intent, PaymentContent Content, PaymentWay Way) : Effect;

    /// <summary>Reads why a part came back: <see cref="EffectResult.CauseRead"/>.</summary>
    public sealed record ReadCause(PaymentPart Payer, Guid Intent, PaymentContent Content, PaymentPlan Plan, PaymentWay Way, HexBytes Reason) : Effect;

    /// <summary>Has the channel key sign what closes or pays out: <see cref="EffectResult.ChannelSigned"/>.</summary>
    public sealed record SignChannelOrder(ChannelOpening Opening, ChannelRef Side, ChannelOrder Order) : Effect;

    /// <summary>
    /// Proposes the packet of an act, from a hot address of the account on that chain: <see cref="EffectResult.Replied"/>, or <see cref="EffectResult.ActJoined"/> where one packet makes
    /// it with acts of other channels of the key.
    /// </summary>
    public sealed record ActOnChannel(ChannelOpening Opening, ChannelAct Act, ChannelCall Call) : Effect
    {
        /// <summary>It may wait for others, and fail with them: it is not urgent, and no act failed before it.</summary>
        public bool MayJoin { get; init; }
    }

    /// <summary>Has the channel key of this side sign a state, once for each nonce: <see cref="EffectResult.ChannelSigned"/>.</summary>
    public sealed record SignChannelState(ChannelOpening Opening, ChannelRef Side, ChannelBook Book) : Effect;

    /// <summary>
    /// Hands the newest state, sealed, and the traps of what this side has signed to a tower, which has made them durable when it answers: <see cref="EffectResult.Replied"/>.
    /// </summary>
    /// <param name="HistoryTo">Up to this nonce the signed states are found in the side's own events; 0: all are in <paramref name="Marks"/>.</param>
    public sealed record HandOver(
        ChannelOpening Opening, ChannelRef Side, Name Tower, CoSigned Newest, ulong Window, ImmutableArray<SignedMark> Marks, ulong HistoryTo) : Effect;

    // Of a tower.

    /// <summary>What it wants of the chain: <see cref="EffectResult.TowerSeen"/>, <see cref="EffectResult.Replied"/> by its packet.</summary>
    public sealed record OfTower(ChannelFacts Facts, TowerEffect Wanted) : Effect;

    /// <summary>Says something to the other side of a channel, which has made it durable when it answers: <see cref="EffectResult.Replied"/>.</summary>
    /// <param name="Peer">The operator that it is at; null: it is here.</param>
    public sealed record TellPeer(Name? Peer, ChannelRef To, ChannelMessage Message) : Effect;

    // Of a channel on a chain of the Bitcoin family.

    /// <summary>What its machine wants of its signer, its chain or its peer: <see cref="EffectResult.OfCoinChannel"/>, <see cref="EffectResult.Replied"/> by the peer.</summary>
    public sealed record OfCoinChannel(CoinOpening Opening, CoinChannelRef Side, CoinEffect Wanted) : Effect;

    // Of a contract's record.

    /// <summary>Which code a contract runs now, proved or agreed as the chain's profile demands: <see cref="EffectResult.CodeRead"/>.</summary>
    public sealed record ReadCode(ChainId Chain, Address Address) : Effect;

    // Of webhooks.

    /// <summary>
    /// An endpoint listens to the journal for as long as it is told anything, so this stays owed: that keeps the stream's wake row, by which another activation goes on when
    /// this one dies. The grain's own timer does the listening.
    /// </summary>
    public sealed record Listen(Name Endpoint) : Effect;

    /// <summary>Sends the first of these rows that has to be told: <see cref="EffectResult.Notified"/>.</summary>
    public sealed record Notify(WebhookPost Post) : Effect;

    /// <summary>Looks up what is to be sent again: <see cref="EffectResult.NoticesFound"/>.</summary>
    public sealed record FindNotices(WebhookSearch Search) : Effect;
}
