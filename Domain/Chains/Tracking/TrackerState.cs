using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Chains.Tracking;

/// <summary>A watched transaction; sender and nonce are known for our own, so that a conflict is noticed.</summary>
/// <param name="Finality">Confirmations that its watcher needs beside the chain's own rule.</param>
/// <param name="Deferred">The block in which it is final by the chain's rule, while it is not as deep as that.</param>
public sealed record WatchedTx(Address? From, ulong? Nonce, FinalityRule.Depth? Finality = null, BlockRef? Deferred = null)
{
    /// <summary>Whose outputs it spends, on a chain of the Bitcoin family.</summary>
    public AccountId? Owner { get; init; }

    /// <summary>Those outputs; none on other chains, and none of a transaction of others.</summary>
    public ImmutableArray<SpentOutput> Spends { get; init; } = [];
}

/// <summary>What survives of a chain's tracking: profile, watch lists, the newest final block, and whether it was stopped, by its own finality or by an operator.</summary>
public sealed record TrackerState(
    ChainProfile? Profile,
    BlockRef? Final,
    string? StopReason,
    ImmutableSortedDictionary<Bytes32, WatchedTx> Transactions,
    ImmutableSortedDictionary<Address, AccountId> Addresses,
    int Reorgs,
    int DeepestReorg)
{
    /// <summary>The watched transactions by their claims; follows from them.</summary>
    public WatchIndex Index { get; init; } = WatchIndex.Empty;

    /// <summary>Those of <see cref="Transactions"/> that are final by the chain's rule and not as deep as their watcher asked for; follows from them.</summary>
    public ImmutableSortedSet<Bytes32> Deferred { get; init; } = [];

    /// <summary>Null while no operator holds new spending back.</summary>
    public OperatorStop? OperatorStop { get; init; }

    public static TrackerState Empty { get; } = new(
        null, null, null, ImmutableSortedDictionary<Bytes32, WatchedTx>.Empty, ImmutableSortedDictionary<Address, AccountId>.Empty, 0, 0);

    /// <summary>With a transaction watched so, whatever was known of it before.</summary>
    public TrackerState Watching(Bytes32 txHash, WatchedTx watched)
    {
        var index = Transactions.TryGetValue(txHash, out var before) ? Index.Without(txHash, before) : Index;
        return this with
        {
            Transactions = Transactions.SetItem(txHash, watched),
            Index = index.With(txHash, watched),
            Deferred = watched.Deferred is null ? Deferred.Remove(txHash) : Deferred.Add(txHash),
        };
    }

    /// <summary>Without a transaction.</summary>
    public TrackerState Forgetting(Bytes32 txHash) => Transactions.TryGetValue(txHash, out var watched)
        ? this with { Transactions = Transactions.Remove(txHash), Index = Index.Without(txHash, watched), Deferred = Deferred.Remove(txHash) }
        : this;

    /// <summary>With a transaction that waits for depth since this block, or no longer does.</summary>
    public TrackerState Deferring(Bytes32 txHash, BlockRef? block) => this with
    {
        Transactions = Transactions.SetItem(txHash, Transactions[txHash] with { Deferred = block }),
        Deferred = block is null ? Deferred.Remove(txHash) : Deferred.Add(txHash),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(TrackerEvent))]
[JsonSerializable(typeof(TrackerCommand))]
public sealed partial class TrackerJson : JsonSerializerContext;
