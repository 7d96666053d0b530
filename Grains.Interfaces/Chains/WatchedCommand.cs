using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>What is asked of a watched transaction; facts come from the chain tracker only, proved at the chain's proof level.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Watch), "watch")]
[JsonDerivedType(typeof(RecordMempool), "mempool")]
[JsonDerivedType(typeof(RecordIncluded), "included")]
[JsonDerivedType(typeof(RecordRemoved), "removed")]
[JsonDerivedType(typeof(RecordFinal), "final")]
[JsonDerivedType(typeof(RecordConflict), "conflict")]
[JsonDerivedType(typeof(Tick), "tick")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[GenerateSerializer, Immutable, Alias("tpw.watched-command")]
public abstract record WatchedCommand : ICommand
{
    private WatchedCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>Begins the watch; reports go to the subject.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.watch")]
    public sealed record Watch(Guid CommandId, ChainId Chain, Bytes32 TxHash, WatchSubject Subject) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>A node has it in its pool.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.mempool")]
    public sealed record RecordMempool(Guid CommandId) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>It is in a block, proved at the chain's proof level.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.included")]
    public sealed record RecordIncluded(Guid CommandId, Inclusion Inclusion) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>The block that included it is no longer on the chain.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.removed")]
    public sealed record RecordRemoved(Guid CommandId, BlockRef Block) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>The block that includes it is final.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.final")]
    public sealed record RecordFinal(Guid CommandId, BlockRef Block) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>Another transaction with the same sender and nonce is in a final block, or one that spends what it spends.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.conflict")]
    public sealed record RecordConflict(Guid CommandId, Inclusion By) : WatchedCommand(CommandId), IInnerCommand
    {
        /// <summary>The output that it spends and that can never be, where not its own claim was taken but that of a transaction that it rests on.</summary>
        [Id(0), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public SpentOutput? Lost { get; init; }
    }

    /// <summary>Time passed; sent by the shell.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.tick")]
    public sealed record Tick(Guid CommandId) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : WatchedCommand(CommandId), IInnerCommand;
}

/// <summary>What may be seen of a watched transaction. <paramref name="Reports"/> counts what its subject was told.</summary>
[GenerateSerializer, Immutable, Alias("tpw.watched-view")]
public sealed record WatchedView(ChainId Chain, Bytes32 TxHash, string Stage, Inclusion? Inclusion, Bytes32? ConflictedBy, int Reports)
{
    /// <summary>Whose leg it is, and whom it pays.</summary>
    [Id(0)]
    public ImmutableArray<AccountId> Accounts { get; init; } = [];

    /// <summary>Whether a node's pool had it before the first block that did.</summary>
    [Id(1)]
    public bool WasPublic { get; init; }

    /// <summary>Where the final transaction is that makes it impossible, if one does.</summary>
    [Id(2)]
    public Inclusion? Conflict { get; init; }
}
