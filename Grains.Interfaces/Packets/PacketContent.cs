using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>The most that a leg may spend on chain fees, in the chain's native base units, summed over all replacements.</summary>
[GenerateSerializer, Immutable, Alias("tpw.fee-budget")]
public sealed record FeeBudget(UInt256 Max);

/// <summary>
/// One movement inside a packet. Legs run after the legs that they name; legs of one atomic group settle or compensate together. How legs hang
/// together is read in one place, Domain's LegPlan.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ChainTransfer), "transfer")]
[JsonDerivedType(typeof(ContractCall), "call")]
[JsonDerivedType(typeof(LedgerTransfer), "ledger")]
[JsonDerivedType(typeof(CoinPayments), "payments")]
[JsonDerivedType(typeof(ChannelPayment), "channel")]
[GenerateSerializer, Immutable, Alias("tpw.leg")]
public abstract record Leg
{
    private Leg(Name id, ImmutableArray<Name> after) => (Id, After) = (id, after);

    [Id(0)]
    public Name Id { get; init; }

    /// <summary>Legs that must have settled first.</summary>
    [Id(1)]
    public ImmutableArray<Name> After { get; init; }

    /// <summary>
    /// The atomic group that it belongs to, or null. A group of ledger legs is debited in one append, after every payee said that it can accept. Any
    /// other group runs one leg after the other and undoes by compensations what had settled when one of them fails: chains offer no more.
    /// </summary>
    [Id(2)]
    public Name? Group { get; init; }

    /// <summary>Confirmations that it needs beside the chain's own finality rule, which always holds too; null: that rule alone.</summary>
    [Id(3)]
    public FinalityRule.Depth? Finality { get; init; }

    /// <summary>The leg that this one undoes, or null. It is voted and reserved like the others, and runs only when a later leg failed.</summary>
    [Id(4)]
    public Name? Compensates { get; init; }

    /// <summary>The leg of an earlier packet that this one does anew, since it cannot happen any more; null for most.</summary>
    [Id(5)]
    public Replacement? Replaces { get; init; }

    /// <summary>Whether a lane makes a transaction of it; the others are made in the ledger, or over channels.</summary>
    [JsonIgnore]
    public bool IsOnChain => this is not (LedgerTransfer or ChannelPayment);

    /// <summary>Exact amount of a native coin, ERC-20, ERC-721 or ERC-1155 asset (NFT: amount 1, or the ERC-1155 quantity) from an own address.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.transfer")]
    public sealed record ChainTransfer(Name Id, ImmutableArray<Name> After, Address From, Address To, Amount Amount, FeeBudget Fee)
        : Leg(Id, After)
    {
        /// <summary>
        /// The rejected deposit that this gives back, whole, to who paid it: it is taken from what is held and not from what can be spent; the account pays the fee. Null for most.
        /// </summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public DepositRef? Returns { get; init; }

        /// <summary>
        /// The leg over channels that this one is made instead of: it is voted and reserved like the others, and runs only when that payment has ended with nothing paid. Null
        /// for most.
        /// </summary>
        [Id(1)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Name? InsteadOf { get; init; }
    }

    /// <summary>A contract call: call data, native value, and the bounds that the members accept.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.call")]
    public sealed record ContractCall(
        Name Id,
        ImmutableArray<Name> After,
        ChainId Chain,
        Address From,
        Address To,
        UInt256 Value,
        HexBytes Data,
        ImmutableArray<Amount> MaxSpent,
        ImmutableArray<Amount> MinReceived,
        FeeBudget Fee)
        : Leg(Id, After);

    /// <summary>Inside the ledger, from the owner to another account.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.ledger")]
    public sealed record LedgerTransfer(Name Id, ImmutableArray<Name> After, AccountId To, Amount Amount) : Leg(Id, After);

    /// <summary>
    /// Several payments from an own address on a chain of the Bitcoin family in one transaction: an output for each payee in this order, and the change. Payees are others,
    /// each once.
    /// </summary>
    [GenerateSerializer, Immutable, Alias("tpw.leg.payments")]
    public sealed record CoinPayments(Name Id, ImmutableArray<Name> After, ChainId Chain, Address From, ImmutableArray<CoinPayee> Payees, FeeBudget Fee)
        : Leg(Id, After)
    {
        /// <summary>Payees of one leg.</summary>
        public const int MaxPayees = 64;

        /// <summary>What they are paid together; throws where that is no amount.</summary>
        public Amount Total => new(AssetId.Native(Chain), Payees.Aggregate(UInt256.Zero, static (sum, payee) => sum + payee.Value));
    }

    /// <summary>Over the account's channels, by an invoice, along ways that are found: a payment whose name follows from packet and leg.</summary>
    /// <param name="Key">The account's channel key.</param>
    /// <param name="Amount">What is to arrive, of the invoice's token.</param>
    /// <param name="MostFee">Most that those on the way keep together; base units of that token.</param>
    /// <param name="MostParts">Most parts in flight at once.</param>
    /// <param name="Until">No part begins later.</param>
    [GenerateSerializer, Immutable, Alias("tpw.leg.channel")]
    public sealed record ChannelPayment(
        Name Id, ImmutableArray<Name> After, Name Key, ChannelInvoice Invoice, Amount Amount, UInt256 MostFee, int MostParts, Instant Until)
        : Leg(Id, After)
    {
        /// <summary>What the payment is asked for.</summary>
        [JsonIgnore]
        public PaymentContent Payment => new(Invoice.Place with { Key = Key }, Invoice.Ref.Id, Invoice.Terms with { Seal = null }, Amount.Value, MostFee, MostParts, Until);
    }
}

/// <summary>
/// A signed leg whose nonce went to another transaction (the no-op or a foreign one). Its intent moves to a second nonce only by votes that name both.
/// </summary>
/// <param name="ConsumedBy">The final transaction that has its nonce: what a member looks up before voting.</param>
[GenerateSerializer, Immutable, Alias("tpw.replacement")]
public sealed record Replacement(LegRef Leg, Bytes32 ConsumedBy);

/// <summary>A leg's part of an allocation.</summary>
[GenerateSerializer, Immutable, Alias("tpw.share")]
public sealed record Share(Name Leg, UInt256 Value);

/// <summary>
/// How an input of one asset is divided: shares + operator fee = input exactly. The remainder of a division goes to one named leg.
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.allocation")]
public sealed record Allocation(Amount Input, UInt256 OperatorFee, ImmutableArray<Share> Shares, Name Remainder);

/// <summary>
/// What members vote on. The canonical hash covers all of it; nonces, outpoints and gas prices are not in it.
/// </summary>
/// <param name="Revision">Counts from 1; a changed draft is a new revision with a new hash, and no vote survives it.</param>
/// <param name="Proposer">The member in whose name it is proposed.</param>
/// <param name="OpenBefore">Votes are collected and the first signature is made only before this.</param>
/// <param name="SettleBefore">After this unsigned legs are cancelled and signed-unmined ones closed by the no-op.</param>
[GenerateSerializer, Immutable, Alias("tpw.packet-content")]
public sealed record PacketContent(
    PacketRef Ref,
    int Revision,
    Name Proposer,
    ImmutableArray<Leg> Legs,
    ImmutableArray<Allocation> Allocations,
    Instant OpenBefore,
    Instant SettleBefore)
{
    /// <summary>Legs of one packet, compensations included.</summary>
    public const int MaxLegs = 32;

    /// <summary>Whether it gives back rejected deposits: then it does nothing else.</summary>
    [JsonIgnore]
    public bool IsReturn => Legs.Any(static leg => leg is Leg.ChainTransfer { Returns: not null });

    /// <summary>Compensations are first signed only before this, which is after <see cref="SettleBefore"/>; null exactly when there is none.</summary>
    [Id(0)]
    public Instant? CompensateBefore { get; init; }
}

/// <summary>Most that may leave and least that must arrive at one own address, per asset. NFT ids are exact, as assets.</summary>
[GenerateSerializer, Immutable, Alias("tpw.address-bounds")]
public sealed record AddressBounds(ChainId Chain, Address Address, ImmutableArray<Amount> MaxOut, ImmutableArray<Amount> MinIn);

/// <summary>An allowance that the packet leaves behind at most.</summary>
[GenerateSerializer, Immutable, Alias("tpw.allowance-bound")]
public sealed record AllowanceBound(AssetId Asset, Address Owner, Address Spender, UInt256 Max);

/// <summary>What a target is: code hash, proxy implementation and EIP-7702 delegate when it was simulated.</summary>
[GenerateSerializer, Immutable, Alias("tpw.target-code")]
public sealed record TargetCode(ChainId Chain, Address Address, Bytes32 CodeHash, Address? Implementation, Address? Delegate);

/// <summary>Another effect that only an explicit rule lets through.</summary>
[GenerateSerializer, Immutable, Alias("tpw.special-effect")]
public sealed record SpecialEffect(Accounts.EffectKind Kind, Name Leg, string Detail);

/// <summary>
/// The normalised bounds of a packet's effects; lists sorted, so that the same effects have one digest. Never in it: block
/// hash, number, time, gas used, logs, return data. Fees are apart (<see cref="FeeBudget"/>).
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.effect-bounds")]
public sealed record EffectBounds(
    ImmutableArray<AddressBounds> Addresses,
    ImmutableArray<AllowanceBound> Allowances,
    ImmutableArray<TargetCode> Targets,
    ImmutableArray<SpecialEffect> Special);

/// <summary>Everything that the signer needs to check one packet by itself, from the genesis on.</summary>
[GenerateSerializer, Immutable, Alias("tpw.packet-authorisation")]
public sealed record PacketAuthorisation(
    Accounts.Genesis Genesis,
    ImmutableArray<Accounts.EnactedChange> Lineage,
    PacketContent Packet,
    EffectBounds Bounds,
    ImmutableArray<Votes.Vote> Votes)
{
    /// <summary>Null where none was taken: enough for an account whose risk is not enforced.</summary>
    [Id(0)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Risk.PacketRisk? Risk { get; init; }
}
