using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>Where the tracker stands.</summary>
/// <param name="Stopped">Finality contradicted itself: money waits until an operator resumes from a named block.</param>
/// <param name="OperatorStop">While an operator holds new spending on the chain back; null else. Following goes on.</param>
[GenerateSerializer, Immutable, Alias("tpw.chain-view")]
public sealed record ChainView(
    ChainId Chain,
    BlockRef? Head,
    BlockRef? Final,
    bool Stopped,
    string? StopReason,
    int Watched,
    int Reorgs,
    int DeepestReorg,
    OperatorStop? OperatorStop = null);

/// <summary>A supernode's standing.</summary>
/// <param name="Cordoned">An operator took it out of use, whatever else is known of it.</param>
/// <param name="Fact">Which proven fact it contradicted, where it is quarantined.</param>
/// <param name="MayReturn">It is quarantined for standing still, and is in use again when it has caught up, or when an operator says so.</param>
[GenerateSerializer, Immutable, Alias("tpw.node-view")]
public sealed record NodeView(
    string Name,
    string Organisation,
    string State,
    int Score,
    ulong? Head,
    string? LastError,
    bool Cordoned = false,
    string? Fact = null,
    bool MayReturn = false);
