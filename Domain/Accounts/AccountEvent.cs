using System.Text.Json.Serialization;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// What happened to an account. Stored: append only. A name or a field is never renamed or removed; a changed shape is a new event. A field
/// may be added if rows without it stay what they were.
/// Events that move value carry their postings, which sum to zero by themselves.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Registered), nameof(Registered))]
[JsonDerivedType(typeof(KeyRequested), nameof(KeyRequested))]
[JsonDerivedType(typeof(AddressAttached), nameof(AddressAttached))]
[JsonDerivedType(typeof(ChangeProposed), nameof(ChangeProposed))]
[JsonDerivedType(typeof(ChangeApproved), nameof(ChangeApproved))]
[JsonDerivedType(typeof(ChangeCarried), nameof(ChangeCarried))]
[JsonDerivedType(typeof(ChangeVetoed), nameof(ChangeVetoed))]
[JsonDerivedType(typeof(ChangeLapsed), nameof(ChangeLapsed))]
[JsonDerivedType(typeof(ChangeEnacted), nameof(ChangeEnacted))]
[JsonDerivedType(typeof(Frozen), nameof(Frozen))]
[JsonDerivedType(typeof(FrozenByIncident), nameof(FrozenByIncident))]
[JsonDerivedType(typeof(OperatorStopped), nameof(OperatorStopped))]
[JsonDerivedType(typeof(OperatorResumed), nameof(OperatorResumed))]
[JsonDerivedType(typeof(Reserved), nameof(Reserved))]
[JsonDerivedType(typeof(LegPosted), nameof(LegPosted))]
[JsonDerivedType(typeof(LegPaid), nameof(LegPaid))]
[JsonDerivedType(typeof(LegUnposted), nameof(LegUnposted))]
[JsonDerivedType(typeof(LegReleased), nameof(LegReleased))]
[JsonDerivedType(typeof(LegUnreleased), nameof(LegUnreleased))]
[JsonDerivedType(typeof(OperatorFeeHeld), nameof(OperatorFeeHeld))]
[JsonDerivedType(typeof(DeficitArose), nameof(DeficitArose))]
[JsonDerivedType(typeof(OperatorFeePosted), nameof(OperatorFeePosted))]
[JsonDerivedType(typeof(OperatorFeeReturned), nameof(OperatorFeeReturned))]
[JsonDerivedType(typeof(TransferSent), nameof(TransferSent))]
[JsonDerivedType(typeof(TransferReceived), nameof(TransferReceived))]
[JsonDerivedType(typeof(TransferRefused), nameof(TransferRefused))]
[JsonDerivedType(typeof(TransferClosed), nameof(TransferClosed))]
[JsonDerivedType(typeof(TransferReturned), nameof(TransferReturned))]
[JsonDerivedType(typeof(DepositCredited), nameof(DepositCredited))]
[JsonDerivedType(typeof(DepositMoved), nameof(DepositMoved))]
[JsonDerivedType(typeof(DepositReversed), nameof(DepositReversed))]
[JsonDerivedType(typeof(DepositHeld), nameof(DepositHeld))]
[JsonDerivedType(typeof(DepositScreened), nameof(DepositScreened))]
[JsonDerivedType(typeof(DepositReviewed), nameof(DepositReviewed))]
[JsonDerivedType(typeof(DepositRescreened), nameof(DepositRescreened))]
[JsonDerivedType(typeof(DepositReleased), nameof(DepositReleased))]
[JsonDerivedType(typeof(Forgotten), nameof(Forgotten))]
[JsonDerivedType(typeof(IntentEnded), nameof(IntentEnded))]
[JsonDerivedType(typeof(LegHeld), nameof(LegHeld))]
[JsonDerivedType(typeof(PersonalErased), nameof(PersonalErased))]
[JsonDerivedType(typeof(IncidentTold), nameof(IncidentTold))]
public abstract record AccountEvent
{
    private AccountEvent()
    {
    }

    /// <summary>What the event moves; nothing for most.</summary>
    [JsonIgnore]
    public Postings Moved => this switch
    {
        Reserved reserved => reserved.Postings,
        LegHeld held => held.Postings,
        LegPosted posted => posted.Postings,
        LegUnposted unposted => unposted.Postings,
        LegReleased released => released.Postings,
        LegUnreleased unreleased => unreleased.Postings,
        OperatorFeeHeld held => held.Postings,
        OperatorFeePosted posted => posted.Postings,
        OperatorFeeReturned returned => returned.Postings,
        TransferSent sent => sent.Postings,
        TransferReceived received => received.Postings,
        TransferReturned returned => returned.Postings,
        DepositCredited credited => credited.Postings,
        DepositReversed reversed => reversed.Postings,
        DepositHeld held => held.Postings,
        DepositReleased released => released.Postings,
        _ => Postings.None,
    };

    /// <summary>The deposit that came, moved, was released or went; null for other events.</summary>
    [JsonIgnore]
    public Deposit? Deposited => this switch
    {
        DepositCredited e => e.Deposit,
        DepositMoved e => e.Deposit,
        DepositReversed e => e.Deposit,
        DepositHeld e => e.Deposit,
        DepositReleased e => e.Deposit,
        _ => null,
    };

    /// <summary>The transfers that end with an event about another one.</summary>
    [JsonIgnore]
    public ImmutableArray<LegRef> AlsoClosed => this switch
    {
        TransferSent sent => sent.Closed ?? [],
        TransferReceived received => received.Closed ?? [],
        _ => [],
    };

    /// <summary>This event, ending a transfer before it; null if it is none that can.</summary>
    internal AccountEvent? Closing(LegRef leg) => this switch
    {
        TransferSent sent => sent with { Closed = AlsoClosed.Insert(0, leg) },
        TransferReceived received => received with { Closed = AlsoClosed.Insert(0, leg) },
        _ => null,
    };

    /// <param name="Proofs">The devices' consent, which evidence carries; absent in rows of builds that did not keep it.</param>
    public sealed record Registered(
        Genesis Genesis,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<DeviceProof>? Proofs = null) : AccountEvent;

    public sealed record KeyRequested(Name Key, ChainId Chain, Tier Tier) : AccountEvent;

    public sealed record AddressAttached(KeyAttestation Attestation) : AccountEvent;

    /// <summary>With the proposer's own vote, which shows who proposed it.</summary>
    public sealed record ChangeProposed(ChangeProposal Proposal, Vote Vote, Instant LapsesAt) : AccountEvent;

    public sealed record ChangeApproved(Name Change, Vote Vote) : AccountEvent;

    /// <summary>The quorum is there; the time lock runs.</summary>
    public sealed record ChangeCarried(Name Change, ImmutableArray<Vote> Votes, Instant EnactableAt) : AccountEvent;

    public sealed record ChangeVetoed(Name Change, Vote Vote) : AccountEvent;

    /// <summary>Its votes did not come in time.</summary>
    public sealed record ChangeLapsed(Name Change) : AccountEvent;

    public sealed record ChangeEnacted(EnactedChange Change) : AccountEvent;

    public sealed record Frozen(int Number, Vote Vote) : AccountEvent;

    /// <summary>The chain shows what was never agreed to.</summary>
    public sealed record FrozenByIncident(int Number, string Reason) : AccountEvent;

    /// <summary>Watching found something that the members must hear of.</summary>
    public sealed record IncidentTold(AccountIncident Incident) : AccountEvent;

    /// <summary>New spending waits until an operator goes on.</summary>
    public sealed record OperatorStopped(Name Operator, string Reason) : AccountEvent;

    public sealed record OperatorResumed(Name Operator) : AccountEvent;

    /// <summary>The data keys of the account's personal texts are to be destroyed.</summary>
    public sealed record PersonalErased(Name Operator, string Because) : AccountEvent;

    public sealed record Reserved(PacketReservation Reservation, Postings Postings) : AccountEvent;

    /// <summary>A leg that the signer signed and a restored journal forgot is held again, whatever is available.</summary>
    public sealed record LegHeld(
        Name Packet, Bytes32 ContentHash, LegReservation Reservation, Instant FirstWindowAt, Instant OpenBefore, Postings Postings) : AccountEvent;

    public sealed record LegPosted(
        Name Packet,
        Name Leg,
        Inclusion Inclusion,
        ImmutableArray<Amount> Spent,
        ImmutableArray<Amount> Received,
        UInt256 FeePaid,
        Postings Postings)
        : AccountEvent;

    /// <summary>A leg was paid over channels, whose books have it.</summary>
    public sealed record LegPaid(Name Packet, Name Leg, Amount Spent) : AccountEvent;

    public sealed record LegUnposted(Name Packet, Name Leg, Bytes32 LostBlock, Postings Postings) : AccountEvent;

    public sealed record LegReleased(Name Packet, Name Leg, UInt256 FeePaid, string Reason, Inclusion? By, Postings Postings) : AccountEvent;

    public sealed record LegUnreleased(Name Packet, Name Leg, Bytes32 LostBlock, Postings Postings) : AccountEvent;

    /// <summary>The operator's fees are held again: a leg of the packet is under way once more.</summary>
    public sealed record OperatorFeeHeld(Name Packet, Postings Postings) : AccountEvent;

    /// <summary>An incident: a reorg left a debt. Nothing goes out until it is covered.</summary>
    public sealed record DeficitArose(Amount Amount, string Cause) : AccountEvent;

    /// <param name="Period">The fee ledger's key, "yyyy-MM".</param>
    public sealed record OperatorFeePosted(Name Packet, string Period, Postings Postings) : AccountEvent;

    public sealed record OperatorFeeReturned(Name Packet, Postings Postings) : AccountEvent;

    /// <param name="Closed">Earlier transfers of this payer that end with this event.</param>
    public sealed record TransferSent(
        LegRef Leg,
        AccountId To,
        Amount Amount,
        Postings Postings,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<LegRef>? Closed = null) : AccountEvent;

    /// <param name="Closed">Transfers that the payee sent itself, and that end with this event.</param>
    public sealed record TransferReceived(
        LegRef Leg,
        AccountId From,
        Amount Amount,
        Postings Postings,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<LegRef>? Closed = null) : AccountEvent;

    /// <summary>The payee's tombstone: this transfer will never be accepted here.</summary>
    public sealed record TransferRefused(LegRef Leg, Rejection Rejection) : AccountEvent;

    /// <param name="Refusal">Set when the packet definitely refused to hear of the delivery, which stands all the same.</param>
    public sealed record TransferClosed(
        LegRef Leg, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Rejection? Refusal = null) : AccountEvent;

    public sealed record TransferReturned(LegRef Leg, Rejection Rejection, Postings Postings) : AccountEvent;

    public sealed record DepositCredited(Deposit Deposit, Postings Postings) : AccountEvent;

    /// <summary>The same payment, now in another block.</summary>
    public sealed record DepositMoved(Deposit Deposit) : AccountEvent;

    /// <param name="WasChange">Its lane keeps the coin.</param>
    public sealed record DepositReversed(
        Deposit Deposit,
        Bytes32 LostBlock,
        Postings Postings,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool WasChange = false) : AccountEvent;

    /// <summary>A deposit is final, and is not spendable before it was screened.</summary>
    public sealed record DepositHeld(Deposit Deposit, Tier Tier, ImmutableArray<Address> Sources, Postings Postings) : AccountEvent
    {
        /// <summary>It is in the ledger and is screened when others are decided.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool IsParked { get; init; }
    }

    /// <summary>It was scored, and stays held.</summary>
    public sealed record DepositScreened(Deposit Deposit, DepositScore Score, HoldStage Stage, DepositCase? Case) : AccountEvent;

    /// <summary>Its case said something.</summary>
    public sealed record DepositReviewed(Guid Id, HoldStage Stage, DepositCase Case) : AccountEvent;

    /// <summary>Its score is too old: it is looked at again.</summary>
    public sealed record DepositRescreened(Guid Id) : AccountEvent;

    /// <summary>It may be spent.</summary>
    /// <param name="Score">What let it through at the first look; null: what was recorded before.</param>
    public sealed record DepositReleased(Deposit Deposit, DepositScore? Score, Postings Postings) : AccountEvent;

    /// <summary>Packets and deposits that ended long ago leave the state; the journal keeps them.</summary>
    public sealed record Forgotten(ImmutableArray<StateKey> Subjects) : AccountEvent;

    /// <summary>What was owed was done, or definitely refused.</summary>
    public sealed record IntentEnded(string Intent, Rejection? Rejection) : AccountEvent;
}
