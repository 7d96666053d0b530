using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Lanes;

/// <summary>
/// What a nonce is spent on. For one nonce only one intent is ever signed; further versions are the same intent with higher fees, or the no-op.
/// </summary>
/// <param name="Content">The leg itself; Chains turns it into target, value and call data, the same way for lane and signer.</param>
/// <param name="PacketHash">Canonical hash of the packet that the votes bind.</param>
[GenerateSerializer, Immutable, Alias("tpw.spend-intent")]
public sealed record SpendIntent(LegRef Leg, Leg Content, Name Key, Bytes32 PacketHash, UInt256 FeeBudget, Instant SettleBefore);

/// <summary>What is asked of a lane (one chain address): by packets (first group), by its own effects and the chain (second group).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Submit), "submit")]
[JsonDerivedType(typeof(Close), "close")]
[JsonDerivedType(typeof(RecordFacts), "facts")]
[JsonDerivedType(typeof(RecordTerms), "terms")]
[JsonDerivedType(typeof(RecordCoin), "coin")]
[JsonDerivedType(typeof(RecordCoinLost), "coin-lost")]
[JsonDerivedType(typeof(RecordMarket), "market")]
[JsonDerivedType(typeof(RecordSelection), "selection")]
[JsonDerivedType(typeof(RecordGone), "gone")]
[JsonDerivedType(typeof(RecordSigning), "sign-outcome")]
[JsonDerivedType(typeof(RecordBroadcast), "broadcast")]
[JsonDerivedType(typeof(RecordObservation), "observed")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Recover), "recover")]
[JsonDerivedType(typeof(RecordSigned), "signed")]
[JsonDerivedType(typeof(LookUp), "look-up")]
[JsonDerivedType(typeof(Tick), "tick")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[GenerateSerializer, Immutable, Alias("tpw.lane-command")]
public abstract record LaneCommand : ICommand
{
    private LaneCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Queues a leg for the next nonce. One active entry per leg.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.submit")]
    public sealed record Submit(Guid CommandId, SpendIntent Intent) : LaneCommand(CommandId), IDecidedOnce
    {
        /// <summary>Whether the payee is another own address of the account, whose lane then hears of the coin; on chains of the Bitcoin family alone.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool ToOwn { get; init; }
    }

    /// <summary>Closes a leg: unsigned → its reservation is rewound; signed → the no-op is signed at its nonce.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.close")]
    public sealed record Close(Guid CommandId, LegRef Leg, string Reason) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>Agreed <c>latest</c> nonce and balance of the address, and current fee facts: opens the lane, heals it after downtime.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.facts")]
    public sealed record RecordFacts(Guid CommandId, ulong NextNonce, UInt256 Balance, FeeMarket Market, bool HasDelegate)
        : LaneCommand(CommandId), IInnerCommand;

    /// <summary>Gas limit of an entry and the bids of now, so that its terms can be fixed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.terms")]
    public sealed record RecordTerms(Guid CommandId, LegRef Leg, ulong GasLimit, FeeMarket Market) : LaneCommand(CommandId), IInnerCommand
    {
        /// <summary>What the chain charges beside the gas, in wei, where it reports that: data that an L2 writes to its parent chain.</summary>
        [Id(0)]
        public UInt256? DataFee { get; init; }
    }

    /// <summary>An output of this address is final: it can be spent. On chains of the Bitcoin family, as the next four.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.coin")]
    public sealed record RecordCoin(Guid CommandId, LaneCoin Coin) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>A reorg took the block of a final output away.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.coin-lost")]
    public sealed record RecordCoinLost(Guid CommandId, SpentOutput Output, Bytes32 LostBlock) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>Fee rates in satoshis per 1000 virtual bytes: what confirms soon, the least that nodes take, and what a replacement adds at least.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.market")]
    public sealed record RecordMarket(Guid CommandId, long RateSatPerKvb, long LeastSatPerKvb, long IncrementSatPerKvb)
        : LaneCommand(CommandId), IInnerCommand;

    /// <summary>The coins that were chosen for a leg.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.selection")]
    public sealed record RecordSelection(Guid CommandId, LegRef Leg, ImmutableArray<SpentOutput> Coins) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>The nodes agree that this coin is spent on the chain, although its block stands.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.gone")]
    public sealed record RecordGone(Guid CommandId, SpentOutput Coin) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>What the key answered to a request for this leg, or for its no-op.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.sign-outcome")]
    public sealed record RecordSigning(Guid CommandId, LegRef Leg, bool NoOp, SignOutcome Outcome) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>What the nodes said to one version of the leg's transaction.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.broadcast")]
    public sealed record RecordBroadcast(Guid CommandId, LegRef Leg, Bytes32 TxHash, BroadcastOutcome Outcome) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>From WatchedTransaction: mined, unmined, final, with the transaction that took the nonce.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.observed")]
    public sealed record RecordObservation(Guid CommandId, LegRef Leg, WatchReport Report) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>The members of an account with legs here looked at the foreign use and go on: the chain's facts are read anew.</summary>
    /// <param name="ForeignTx">The transaction that stopped the lane.</param>
    /// <param name="Change">The enacted change that says so.</param>
    [GenerateSerializer, Immutable, Alias("tpw.lane.resume")]
    public sealed record Resume(Guid CommandId, AccountId Account, Bytes32 ForeignTx, Name Change) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>The journal was restored: nothing is claimed, signed or let go before the signer said what it signed here. Sent by the shell.</summary>
    /// <param name="Epoch">The recovery, by the instant of its beginning in milliseconds since 1970.</param>
    [GenerateSerializer, Immutable, Alias("tpw.lane.recover")]
    public sealed record Recover(Guid CommandId, long Epoch) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>A page of what the signer signed here.</summary>
    /// <param name="Number">The read that it answers.</param>
    [GenerateSerializer, Immutable, Alias("tpw.lane.signed")]
    public sealed record RecordSigned(Guid CommandId, long Number, SignedPage Page) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>Accepted if the leg is here, else NotFound: then nothing of it was ever signed.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.look-up")]
    public sealed record LookUp(Guid CommandId, LegRef Leg) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>Time passed; sent by the shell.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.tick")]
    public sealed record Tick(Guid CommandId) : LaneCommand(CommandId), IInnerCommand;

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.lane.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : LaneCommand(CommandId), IInnerCommand;
}

/// <summary>What the nodes said to a broadcast, best answer of all that were asked.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(Accepted), "accepted")]
[JsonDerivedType(typeof(MaybeMined), "maybe-mined")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Unknown), "unknown")]
[GenerateSerializer, Immutable, Alias("tpw.broadcast-outcome")]
public abstract record BroadcastOutcome
{
    private BroadcastOutcome()
    {
    }

    /// <summary>At least one node took it or already had it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.broadcast.accepted")]
    public sealed record Accepted(ImmutableArray<string> Nodes) : BroadcastOutcome;

    /// <summary>"Nonce too low": it, or another with its nonce, may be mined (field note 7). Look it up; never re-sign.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.broadcast.maybe-mined")]
    public sealed record MaybeMined : BroadcastOutcome;

    /// <summary>A definite no: <see cref="RejectionCode.Underpriced"/> asks for a replacement with higher fees, any other code for the same bytes again.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.broadcast.refused")]
    public sealed record Refused(Rejection Rejection) : BroadcastOutcome;

    /// <summary>No node answered in time: it may or may not be in a pool.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.broadcast.unknown")]
    public sealed record Unknown(string Detail) : BroadcastOutcome;
}

/// <summary>A signed version of an entry.</summary>
[GenerateSerializer, Immutable, Alias("tpw.lane-version")]
public sealed record LaneVersion(GasTerms Terms, HexBytes Raw, Bytes32 TxHash, bool NoOp, bool AcceptedByNode);

/// <summary>One leg in a lane, with every version that was signed for its nonce.</summary>
[GenerateSerializer, Immutable, Alias("tpw.lane-entry")]
public sealed record LaneEntryView(SpendIntent Intent, ulong? Nonce, string Stage, ImmutableArray<LaneVersion> Versions);

/// <summary>What may be seen of a lane, at one durable version.</summary>
[GenerateSerializer, Immutable, Alias("tpw.lane-view")]
public sealed record LaneView(string Key, long Version, ulong NextNonce, bool Stopped, string? StopReason, ImmutableArray<LaneEntryView> Entries);

/// <summary>A signed version of a leg on a chain of the Bitcoin family.</summary>
[GenerateSerializer, Immutable, Alias("tpw.coin-version")]
public sealed record CoinVersionView(CoinSpend Spend, HexBytes Raw, Bytes32 TxHash, bool AcceptedByNode);

/// <summary>One leg in a lane of coins, with every version that was signed of it.</summary>
[GenerateSerializer, Immutable, Alias("tpw.coin-leg")]
public sealed record CoinLegView(SpendIntent Intent, string Stage, ImmutableArray<CoinVersionView> Versions);

/// <summary>What may be seen of a lane of coins, at one durable version.</summary>
/// <param name="Coins">Final outputs that are not spent for good.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-lane-view")]
public sealed record CoinLaneView(
    string Key, long Version, bool Stopped, string? StopReason, ImmutableArray<LaneCoin> Coins, ImmutableArray<CoinLegView> Entries);
