using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>Who hears of a watched transaction.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "for")]
[JsonDerivedType(typeof(LaneEntry), "lane")]
[JsonDerivedType(typeof(Incoming), "incoming")]
[GenerateSerializer, Immutable, Alias("tpw.watch-subject")]
public abstract record WatchSubject
{
    private WatchSubject()
    {
    }

    /// <summary>Our own transaction at a nonce of a lane.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watch.lane")]
    public sealed record LaneEntry(ChainId Chain, Address From, ulong Nonce, LegRef Leg) : WatchSubject;

    /// <summary>A payment to an own address.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watch.incoming")]
    public sealed record Incoming(ImmutableArray<Deposit> Deposits) : WatchSubject;
}

/// <summary>What a watched transaction tells its subject. Reports of one transaction carry a rising number.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
[JsonDerivedType(typeof(Mined), "mined")]
[JsonDerivedType(typeof(Unmined), "unmined")]
[JsonDerivedType(typeof(Final), "final")]
[JsonDerivedType(typeof(Conflicted), "conflicted")]
[GenerateSerializer, Immutable, Alias("tpw.watch-report")]
public abstract record WatchReport
{
    private WatchReport(int number) => Number = number;

    [Id(0)]
    public int Number { get; init; }

    [GenerateSerializer, Immutable, Alias("tpw.report.mined")]
    public sealed record Mined(int Number, Inclusion Inclusion) : WatchReport(Number);

    [GenerateSerializer, Immutable, Alias("tpw.report.unmined")]
    public sealed record Unmined(int Number, Bytes32 TxHash, Bytes32 LostBlock) : WatchReport(Number);

    /// <summary>By the chain's finality rule; watching goes on, and a deep reorg is reported as <see cref="Unmined"/>.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.report.final")]
    public sealed record Final(int Number, Inclusion Inclusion) : WatchReport(Number);

    /// <summary>Another transaction took the nonce, and is final: <paramref name="By"/> proves it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.report.conflicted")]
    public sealed record Conflicted(int Number, Bytes32 TxHash, Inclusion By) : WatchReport(Number);
}

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

    [Id(0)]
    public Guid CommandId { get; init; }

    [GenerateSerializer, Immutable, Alias("tpw.watched.watch")]
    public sealed record Watch(Guid CommandId, ChainId Chain, Bytes32 TxHash, WatchSubject Subject) : WatchedCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.watched.mempool")]
    public sealed record RecordMempool(Guid CommandId) : WatchedCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.watched.included")]
    public sealed record RecordIncluded(Guid CommandId, Inclusion Inclusion) : WatchedCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.watched.removed")]
    public sealed record RecordRemoved(Guid CommandId, BlockRef Block) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>The block that includes it is final.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.final")]
    public sealed record RecordFinal(Guid CommandId, BlockRef Block) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>Another transaction with the same sender and nonce is in a final block.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.conflict")]
    public sealed record RecordConflict(Guid CommandId, Inclusion By) : WatchedCommand(CommandId), IInnerCommand;

    [GenerateSerializer, Immutable, Alias("tpw.watched.tick")]
    public sealed record Tick(Guid CommandId) : WatchedCommand(CommandId), IInnerCommand;

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.watched.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : WatchedCommand(CommandId), IInnerCommand;
}

[GenerateSerializer, Immutable, Alias("tpw.watched-view")]
public sealed record WatchedView(ChainId Chain, Bytes32 TxHash, string Stage, Inclusion? Inclusion, Bytes32? ConflictedBy, int Reports);
