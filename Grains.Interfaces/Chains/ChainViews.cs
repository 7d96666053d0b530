using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

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
