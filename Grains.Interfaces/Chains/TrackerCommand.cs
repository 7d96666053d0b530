using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>Decisions about one chain that must survive: they are events. Heads and probes are not.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(WatchTransaction), "watch-tx")]
[JsonDerivedType(typeof(WatchSpends), "watch-spends")]
[JsonDerivedType(typeof(RecordDeferred), "deferred")]
[JsonDerivedType(typeof(RecordMatured), "matured")]
[JsonDerivedType(typeof(Forget), "forget")]
[JsonDerivedType(typeof(WatchAddress), "watch-address")]
[JsonDerivedType(typeof(RecordReorg), "reorg")]
[JsonDerivedType(typeof(RecordFinalized), "finalized")]
[JsonDerivedType(typeof(RecordStop), "stop")]
[JsonDerivedType(typeof(Resume), "resume")]
[JsonDerivedType(typeof(StopByOperator), "operator-stop")]
[JsonDerivedType(typeof(ResumeByOperator), "operator-resume")]
[JsonDerivedType(typeof(AdmitSpend), "admit-spend")]
[JsonDerivedType(typeof(Acknowledge), "acknowledge")]
[GenerateSerializer, Immutable, Alias("tpw.tracker-command")]
public abstract record TrackerCommand : ICommand
{
    private TrackerCommand(Guid commandId) => CommandId = commandId;

    /// <summary>Given by the client, remembered as long as the subject lives.</summary>
    [Id(0)]
    public Guid CommandId { get; init; }

    /// <summary>First use or a newer profile; <paramref name="From"/> is where watching starts.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.start")]
    public sealed record Start(Guid CommandId, ChainProfile Profile, BlockRef From) : TrackerCommand(CommandId);

    /// <summary>A lane or deposit wants to hear of a transaction; sender and nonce let a conflicting one be seen.</summary>
    /// <param name="Finality">Confirmations that the watcher needs beside the chain's own rule; null: that rule alone.</param>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.watch-tx")]
    public sealed record WatchTransaction(Guid CommandId, Bytes32 TxHash, Address? From, ulong? Nonce, FinalityRule.Depth? Finality = null)
        : TrackerCommand(CommandId), IInnerCommand
    {
        /// <summary>Looks for one that is watched already and watches no other: who asks does not know what its lane needs.</summary>
        [Id(0)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool IsLookup { get; init; }
    }

    /// <summary>As <see cref="WatchTransaction"/> on a chain of the Bitcoin family: a transaction of ours, and the outputs that it spends.</summary>
    /// <param name="Owner">Whose outputs they are: what comes back to him from it is change and no deposit. The default: nobody's here, as of a payment that came in.</param>
    /// <param name="Finality">Confirmations that the watcher needs beside the chain's own rule; null: that rule alone.</param>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.watch-spends")]
    public sealed record WatchSpends(
        Guid CommandId, Bytes32 TxHash, AccountId Owner, ImmutableArray<SpentOutput> Spends, FinalityRule.Depth? Finality = null)
        : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>A watched transaction is final by the chain's rule; its watcher is told when it is as deep as it asked for.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.deferred")]
    public sealed record RecordDeferred(Guid CommandId, Bytes32 TxHash, BlockRef Block) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>The watcher of a deferred transaction was told.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.matured")]
    public sealed record RecordMatured(Guid CommandId, Bytes32 TxHash) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>Nobody needs to hear of that transaction any more.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.forget")]
    public sealed record Forget(Guid CommandId, Bytes32 TxHash) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>Payments to this address belong to the account.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.watch-address")]
    public sealed record WatchAddress(Guid CommandId, Address Address, AccountId Account) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>The chain left blocks behind; <paramref name="Depth"/> is their number.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.reorg")]
    public sealed record RecordReorg(Guid CommandId, BlockRef OldHead, BlockRef ForkPoint, int Depth) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>The newest final block: a checkpoint that replay starts from; it must never move back.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.finalized")]
    public sealed record RecordFinalized(Guid CommandId, BlockRef Block) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>Conflicting finality or a reorg deeper than the history: money waits for an operator.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.stop")]
    public sealed record RecordStop(Guid CommandId, string Reason) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>An operator looked at what stopped the chain; following goes on from <paramref name="From"/>.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.resume")]
    public sealed record Resume(Guid CommandId, BlockRef From, string Operator) : TrackerCommand(CommandId);

    /// <summary>An operator holds new spending on this chain back: see <see cref="OperatorStop"/>. The chain is followed all the same.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.operator-stop")]
    public sealed record StopByOperator(Guid CommandId, Name Operator, string Reason) : TrackerCommand(CommandId);

    /// <summary>Ends what <see cref="StopByOperator"/> began; a chain whose finality contradicted itself needs <see cref="Resume"/>.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.operator-resume")]
    public sealed record ResumeByOperator(Guid CommandId, Name Operator) : TrackerCommand(CommandId);

    /// <summary>May something new be spent on this chain now? A yes needs no event and is asked again each time.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.admit-spend")]
    public sealed record AdmitSpend(Guid CommandId) : TrackerCommand(CommandId), IInnerCommand;

    /// <summary>What another grain answered to a command that this one owed it (the intent's name); the intent is then done.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.tracker.acknowledge")]
    public sealed record Acknowledge(Guid CommandId, string Intent, CommandReply Reply) : TrackerCommand(CommandId), IInnerCommand;
}
