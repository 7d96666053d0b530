using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>How a chain is believed (design.md, Chain truth): proof level.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProofLevel>))]
public enum ProofLevel
{
    /// <summary>One node's word. Development only.</summary>
    None = 0,

    /// <summary>Header hash, parent link, transaction and receipt tries all recomputed.</summary>
    Consistent = 1,

    /// <summary>Consistent, and two nodes of different organisations give the same hash at that height.</summary>
    Agreed = 2,
}

/// <summary>When a block counts as final: by depth below the head, or by the finalized tag that the nodes claim (recorded, never moves back).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "by")]
[JsonDerivedType(typeof(Depth), "depth")]
[JsonDerivedType(typeof(FinalizedTag), "finalized-tag")]
[GenerateSerializer, Immutable, Alias("tpw.finality")]
public abstract record FinalityRule
{
    private FinalityRule()
    {
    }

    [GenerateSerializer, Immutable, Alias("tpw.finality.depth")]
    public sealed record Depth(int Confirmations) : FinalityRule;

    [GenerateSerializer, Immutable, Alias("tpw.finality.tag")]
    public sealed record FinalizedTag : FinalityRule;
}

/// <summary>Versioned facts of a chain, from configuration.</summary>
/// <param name="HistoryDepth">How many block hashes are kept for reorg detection; a deeper reorg stops the chain.</param>
/// <param name="PollEvery">Interval between polls of the head.</param>
[GenerateSerializer, Immutable, Alias("tpw.chain-profile")]
public sealed record ChainProfile(ChainId Chain, int Version, ProofLevel Proof, FinalityRule Finality, int HistoryDepth, Span PollEvery);

/// <summary>Where the tracker stands.</summary>
[GenerateSerializer, Immutable, Alias("tpw.chain-view")]
public sealed record ChainView(
    ChainId Chain,
    BlockRef? Head,
    BlockRef? Final,
    bool Stopped,
    string? StopReason,
    int Watched,
    int Reorgs,
    int DeepestReorg);

/// <summary>A supernode's standing.</summary>
[GenerateSerializer, Immutable, Alias("tpw.node-view")]
public sealed record NodeView(string Name, string Organisation, string State, int Score, ulong? Head, string? LastError);

/// <summary>Decisions about one chain that must survive: they are events. Heads and probes are not.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(WatchTransaction), "watch-tx")]
[JsonDerivedType(typeof(RecordDeferred), "deferred")]
[JsonDerivedType(typeof(RecordMatured), "matured")]
[JsonDerivedType(typeof(Forget), "forget")]
[JsonDerivedType(typeof(WatchAddress), "watch-address")]
[JsonDerivedType(typeof(RecordReorg), "reorg")]
[JsonDerivedType(typeof(RecordFinalized), "finalized")]
[JsonDerivedType(typeof(RecordStop), "stop")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[GenerateSerializer, Immutable, Alias("tpw.tracker-command")]
public abstract record TrackerCommand : ICommand
{
    private TrackerCommand(Guid commandId) => CommandId = commandId;

    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>First use or a newer profile; <paramref name="From"/> is where watching starts.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.start")]
    public sealed record Start(Guid CommandId, ChainProfile Profile, BlockRef From) : TrackerCommand(CommandId);

    /// <param name="Finality">Confirmations that the watcher needs beside the chain's own rule; null: that rule alone.</param>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.watch-tx")]
    public sealed record WatchTransaction(Guid CommandId, Bytes32 TxHash, Address? From, ulong? Nonce, FinalityRule.Depth? Finality = null)
        : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>A watched transaction is final by the chain's rule; its watcher is told when it is as deep as it asked for.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.deferred")]
    public sealed record RecordDeferred(Guid CommandId, Bytes32 TxHash, BlockRef Block) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>The watcher of a deferred transaction was told.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.matured")]
    public sealed record RecordMatured(Guid CommandId, Bytes32 TxHash) : TrackerCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.tracker.forget")]
    public sealed record Forget(Guid CommandId, Bytes32 TxHash) : TrackerCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.tracker.watch-address")]
    public sealed record WatchAddress(Guid CommandId, Address Address, AccountId Account) : TrackerCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.tracker.reorg")]
    public sealed record RecordReorg(Guid CommandId, BlockRef OldHead, BlockRef ForkPoint, int Depth) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>The newest final block: a checkpoint that replay starts from; it must never move back.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.finalized")]
    public sealed record RecordFinalized(Guid CommandId, BlockRef Block) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>Conflicting finality or a reorg deeper than the history: money waits for an operator.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.stop")]
    public sealed record RecordStop(Guid CommandId, string Reason) : TrackerCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.tracker.resume")]
    public sealed record Resume(Guid CommandId, BlockRef From, string Operator) : TrackerCommand(CommandId);

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : TrackerCommand(CommandId), IInnerCommand;
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Register), "register")]
[JsonDerivedType(typeof(Cordon), "cordon")]
[JsonDerivedType(typeof(Uncordon), "uncordon")]
[JsonDerivedType(typeof(Quarantine), "quarantine")]
[GenerateSerializer, Immutable, Alias("tpw.node-command")]
public abstract record SupernodeCommand : ICommand
{
    private SupernodeCommand(Guid commandId) => CommandId = commandId;

    [Id(0)]
    public Guid CommandId { get; init; }

    [GenerateSerializer, Immutable, Alias("tpw.node.register")]
    public sealed record Register(Guid CommandId, ChainId Chain, Name Node, Name Organisation) : SupernodeCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.node.cordon")]
    public sealed record Cordon(Guid CommandId, string Operator, string Reason) : SupernodeCommand(CommandId);

    [GenerateSerializer, Immutable, Alias("tpw.node.uncordon")]
    public sealed record Uncordon(Guid CommandId, string Operator) : SupernodeCommand(CommandId);

    /// <summary>It contradicted a proven fact; the evidence is kept.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.node.quarantine")]
    public sealed record Quarantine(Guid CommandId, string Fact, HexBytes Evidence) : SupernodeCommand(CommandId);
}
