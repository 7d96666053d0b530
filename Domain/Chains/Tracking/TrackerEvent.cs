using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Tracking;

/// <summary>What was decided about a chain. Heads, probes and counters are not events. Stored: append only.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Started), "tracker.started")]
[JsonDerivedType(typeof(TransactionWatched), "tracker.tx-watched")]
[JsonDerivedType(typeof(SpendsWatched), "tracker.spends-watched")]
[JsonDerivedType(typeof(TransactionDeferred), "tracker.tx-deferred")]
[JsonDerivedType(typeof(TransactionMatured), "tracker.tx-matured")]
[JsonDerivedType(typeof(TransactionForgotten), "tracker.tx-forgotten")]
[JsonDerivedType(typeof(AddressWatched), "tracker.address-watched")]
[JsonDerivedType(typeof(ReorgSeen), "tracker.reorg-seen")]
[JsonDerivedType(typeof(Finalized), "tracker.finalized")]
[JsonDerivedType(typeof(Stopped), "tracker.stopped")]
[JsonDerivedType(typeof(Resumed), "tracker.resumed")]
[JsonDerivedType(typeof(OperatorStopped), "tracker.operator-stopped")]
[JsonDerivedType(typeof(OperatorResumed), "tracker.operator-resumed")]
public abstract record TrackerEvent
{
    private TrackerEvent()
    {
    }

    public sealed record Started(ChainProfile Profile, BlockRef From) : TrackerEvent;

    public sealed record TransactionWatched(Bytes32 TxHash, Address? From, ulong? Nonce, FinalityRule.Depth? Finality) : TrackerEvent;

    /// <summary>A transaction of the Bitcoin family that is ours, with the outputs that it spends.</summary>
    public sealed record SpendsWatched(Bytes32 TxHash, AccountId Owner, ImmutableArray<SpentOutput> Spends, FinalityRule.Depth? Finality) : TrackerEvent;

    /// <summary>Final by the chain's rule in this block, not yet as deep as its watcher asked for.</summary>
    public sealed record TransactionDeferred(Bytes32 TxHash, BlockRef Block) : TrackerEvent;

    public sealed record TransactionMatured(Bytes32 TxHash) : TrackerEvent;

    public sealed record TransactionForgotten(Bytes32 TxHash) : TrackerEvent;

    public sealed record AddressWatched(Address Address, AccountId Account) : TrackerEvent;

    public sealed record ReorgSeen(BlockRef OldHead, BlockRef ForkPoint, int Depth) : TrackerEvent;

    public sealed record Finalized(BlockRef Block) : TrackerEvent;

    public sealed record Stopped(string Reason) : TrackerEvent;

    public sealed record Resumed(BlockRef From, string Operator) : TrackerEvent;

    /// <summary>New spending on the chain waits until an operator goes on.</summary>
    public sealed record OperatorStopped(Name Operator, string Reason) : TrackerEvent;

    public sealed record OperatorResumed(Name Operator) : TrackerEvent;
}
