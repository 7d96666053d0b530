using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Grains.Interfaces.Accounts;

/// <summary>What can be asked of an account, by callers (first group) and by other grains' effects (second group).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Register), "register")]
[JsonDerivedType(typeof(RequestKey), "request-key")]
[JsonDerivedType(typeof(ProposeChange), "propose-change")]
[JsonDerivedType(typeof(VoteOnChange), "vote-on-change")]
[JsonDerivedType(typeof(Freeze), "freeze")]
[JsonDerivedType(typeof(FreezeByIncident), "freeze-by-incident")]
[JsonDerivedType(typeof(RecordIncident), "record-incident")]
[JsonDerivedType(typeof(StopByOperator), "operator-stop")]
[JsonDerivedType(typeof(ResumeByOperator), "operator-resume")]
[JsonDerivedType(typeof(ErasePersonal), "erase-personal")]
[JsonDerivedType(typeof(AdmitSpend), "admit-spend")]
[JsonDerivedType(typeof(AttachAddress), "attach-address")]
[JsonDerivedType(typeof(Reserve), "reserve")]
[JsonDerivedType(typeof(HoldLeg), "hold-leg")]
[JsonDerivedType(typeof(PostLeg), "post-leg")]
[JsonDerivedType(typeof(PostPayment), "post-payment")]
[JsonDerivedType(typeof(UnpostLeg), "unpost-leg")]
[JsonDerivedType(typeof(ReleaseLeg), "release-leg")]
[JsonDerivedType(typeof(UnreleaseLeg), "unrelease-leg")]
[JsonDerivedType(typeof(SendTransfer), "send-transfer")]
[JsonDerivedType(typeof(SendGroup), "send-group")]
[JsonDerivedType(typeof(OfferTransfer), "offer-transfer")]
[JsonDerivedType(typeof(ReceiveTransfer), "receive-transfer")]
[JsonDerivedType(typeof(CloseTransfer), "close-transfer")]
[JsonDerivedType(typeof(ReturnTransfer), "return-transfer")]
[JsonDerivedType(typeof(CreditDeposit), "credit-deposit")]
[JsonDerivedType(typeof(ReverseDeposit), "reverse-deposit")]
[JsonDerivedType(typeof(RecordScreening), "record-screening")]
[JsonDerivedType(typeof(RecordDepth), "record-depth")]
[JsonDerivedType(typeof(RecordDepositCase), "record-deposit-case")]
[JsonDerivedType(typeof(Tick), "tick")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[GenerateSerializer, Immutable, Alias("tpw.account-command")]
public abstract record AccountCommand : ICommand
{
    private AccountCommand(Guid commandId) => CommandId = commandId;

    [Id(0)]
    public Guid CommandId { get; init; }

    // From callers.

    [GenerateSerializer, Immutable, Alias("tpw.account.register")]
    public sealed record Register(Guid CommandId, Genesis Genesis, ImmutableArray<DeviceProof> Proofs) : AccountCommand(CommandId);

    /// <summary>Asks for a new signing key and address in the signer. The result is <see cref="AttachAddress"/>.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.request-key")]
    public sealed record RequestKey(Guid CommandId, Name Key, ChainId Chain, Tier Tier) : AccountCommand(CommandId);

    /// <summary>Proposes a change of roster, policy, allow-list or freeze, with the proposer's own vote.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.propose-change")]
    public sealed record ProposeChange(Guid CommandId, ChangeProposal Proposal, Vote Vote) : AccountCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.account.vote-change")]
    public sealed record VoteOnChange(Guid CommandId, Name Change, Vote Vote) : AccountCommand(CommandId);

    /// <summary>Any member, at once. Stops new spending, never defence.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.freeze")]
    public sealed record Freeze(Guid CommandId, Vote Vote) : AccountCommand(CommandId);

    /// <summary>A critical incident freezes the account on its evidence, without a vote; only the members' vote unfreezes it.</summary>
    /// <param name="Reason">Which incident, in this product's words.</param>
    [GenerateSerializer, Immutable, Alias("tpw.account.freeze-by-incident")]
    public sealed record FreezeByIncident(Guid CommandId, string Reason) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>Watching found something that the members must hear of. It changes nothing but what they are told.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.record-incident")]
    public sealed record RecordIncident(Guid CommandId, AccountIncident Incident) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>An operator holds new spending back: see <see cref="OperatorStop"/>. Takes no vote and gives no authority over funds.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.operator-stop")]
    public sealed record StopByOperator(Guid CommandId, Name Operator, string Reason) : AccountCommand(CommandId), IPersonalCommand
    {
        string IPersonalCommand.Personal => Reason;

        Rejection? IPersonalCommand.CheckPersonal() => OperatorStop.CheckReason(Reason);

        ICommand IPersonalCommand.WithPersonal(string text) => this with { Reason = text };
    }

    [GenerateSerializer, Immutable, Alias("tpw.account.operator-resume")]
    public sealed record ResumeByOperator(Guid CommandId, Name Operator) : AccountCommand(CommandId);

    /// <summary>
    /// Destroys the account's data keys: every text of a person's own words about the account is erased, in all copies, for ever. What is said later is sealed
    /// under a new key.
    /// </summary>
    /// <param name="Because">1 to <see cref="OperatorStop.MaxReason"/> characters, kept readable for ever: a ticket's number, no person's name.</param>
    [GenerateSerializer, Immutable, Alias("tpw.account.erase-personal")]
    public sealed record ErasePersonal(Guid CommandId, Name Operator, string Because) : AccountCommand(CommandId);

    // From effects of this and other grains; the id is the effect's id.

    /// <summary>A lane asks before it has a leg signed, and sent, for the first time: may it still begin? A yes needs no event and is asked again each time.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.admit-spend")]
    public sealed record AdmitSpend(Guid CommandId, LegRef Leg) : AccountCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.account.attach-address")]
    public sealed record AttachAddress(Guid CommandId, KeyAttestation Attestation) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>Checks authorisation again and reserves the worst case of every leg, all or nothing.</summary>
    /// <param name="QuorumReachedAt">The packet's record of when the quorum was there: a time lock runs from then. Null: it starts now.</param>
    [GenerateSerializer, Immutable, Alias("tpw.account.reserve")]
    public sealed record Reserve(
        Guid CommandId,
        PacketContent Packet,
        EffectBounds Bounds,
        ImmutableArray<Vote> Votes,
        Instant? QuorumReachedAt = null)
        : AccountCommand(CommandId), IDecidedOnce
    {
        /// <summary>The packet's newest score, and the release of its case.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public PacketRisk? Risk { get; init; }
    }

    /// <summary>
    /// Holds the worst case of a leg that the signer signed and a restored journal forgot. Asks nobody: it may be paid already, so what is missing is a debt.
    /// </summary>
    /// <param name="PacketHash">Canonical hash of the packet that was voted on.</param>
    /// <param name="OpenBefore">The packet's.</param>
    [GenerateSerializer, Immutable, Alias("tpw.account.hold-leg")]
    public sealed record HoldLeg(Guid CommandId, LegRef Leg, Leg Content, Bytes32 PacketHash, Instant OpenBefore)
        : AccountCommand(CommandId), IInnerCommand;

    /// <summary>A chain leg is final: amounts leave the ledger for the chain; what the reservation held beyond that returns.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.post")]
    public sealed record PostLeg(Guid CommandId, LegRef Leg, Inclusion Inclusion, ImmutableArray<Amount> Spent, ImmutableArray<Amount> Received, UInt256 FeePaid)
        : AccountCommand(CommandId), IInnerCommand;

    /// <summary>A leg was paid over channels: it counts in the windows. No book of the account moves, since none has the money (docs/channels.md, Books).</summary>
    /// <param name="Spent">With the fees of those on the way; base units of the leg's token.</param>
    [GenerateSerializer, Immutable, Alias("tpw.account.post-payment")]
    public sealed record PostPayment(Guid CommandId, LegRef Leg, UInt256 Spent) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>A reorg after posting: back to reserved, at its first window instant.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.unpost")]
    public sealed record UnpostLeg(Guid CommandId, LegRef Leg, Bytes32 LostBlock) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>The leg has become impossible, or nothing of it was ever signed. A fee that was paid (no-op, revert) is posted.</summary>
    /// <param name="By">The final transaction that made it impossible; null if nothing was signed.</param>
    [GenerateSerializer, Immutable, Alias("tpw.account.release")]
    public sealed record ReleaseLeg(Guid CommandId, LegRef Leg, UInt256 FeePaid, string Reason, Inclusion? By = null)
        : AccountCommand(CommandId), IInnerCommand;

    /// <summary>A reorg took away what had made the leg impossible: it is possible again, so it is reserved again, at its first window instant.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.unrelease")]
    public sealed record UnreleaseLeg(Guid CommandId, LegRef Leg, Bytes32 LostBlock) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>Starts a reserved ledger leg: available to in-transit, delivery owed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.send")]
    public sealed record SendTransfer(Guid CommandId, LegRef Leg, AccountId To, Amount Amount) : AccountCommand(CommandId), IDecidedOnce;

    /// <summary>Starts the reserved ledger legs of one atomic group: all in one append, or none.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.send-group")]
    public sealed record SendGroup(Guid CommandId, ImmutableArray<GroupTransfer> Transfers) : AccountCommand(CommandId), IDecidedOnce;

    /// <summary>
    /// At the payee: could it accept this transfer? An account that is registered stays so and accepts what its totals hold, so a yes needs no event.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.offer")]
    public sealed record OfferTransfer(Guid CommandId, LegRef Leg, AccountId From, Amount Amount) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>At the payee. The id is the transfer's id, so that it is credited once.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.receive")]
    public sealed record ReceiveTransfer(Guid CommandId, LegRef Leg, AccountId From, Amount Amount) : AccountCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.account.close-transfer")]
    public sealed record CloseTransfer(Guid CommandId, LegRef Leg, Rejection? Refusal) : AccountCommand(CommandId), IInnerCommand, IMayWait;

    [GenerateSerializer, Immutable, Alias("tpw.account.return-transfer")]
    public sealed record ReturnTransfer(Guid CommandId, LegRef Leg, Rejection Rejection) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>An incoming payment to an own address is final.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.deposit")]
    public sealed record CreditDeposit(Guid CommandId, Deposit Deposit) : AccountCommand(CommandId), IInnerCommand
    {
        /// <summary>Who paid, as far as the chain says: it is held until it was screened. Null: it is credited at once, as builds did that screened nothing.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ImmutableArray<Address>? Sources { get; init; }
    }

    /// <summary>A reorg took a credited deposit away; the balance may become negative: deficit, outgoing frozen.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.undeposit")]
    public sealed record ReverseDeposit(Guid CommandId, Deposit Deposit, Bytes32 LostBlock) : AccountCommand(CommandId), IInnerCommand
    {
        /// <summary>On a chain of the Bitcoin family: it was the account's own change and no deposit. Its lane keeps the coin, which is there.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool WasChange { get; init; }
    }

    /// <summary>The score of a held deposit.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.screening")]
    public sealed record RecordScreening(Guid CommandId, Guid Deposit, DepositScore Score) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>The block of a held deposit has the confirmations that its score demands.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.depth")]
    public sealed record RecordDepth(Guid CommandId, Guid Deposit, BlockRef Block) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>A word of a held deposit's case: a release, a rejection, or that a release holds no more.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.deposit-case")]
    public sealed record RecordDepositCase(Guid CommandId, Guid Deposit, long Case, long Sequence, CaseRelease? Release, bool Rejected)
        : AccountCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.account.tick")]
    public sealed record Tick(Guid CommandId) : AccountCommand(CommandId), IInnerCommand;

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.account.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : AccountCommand(CommandId), IInnerCommand;
}

/// <summary>One ledger leg of an atomic group.</summary>
[GenerateSerializer, Immutable, Alias("tpw.group-transfer")]
public sealed record GroupTransfer(LegRef Leg, AccountId To, Amount Amount);
