using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>A log as a node gives it, with where it is.</summary>
public sealed record NodeLog(LogEntry Log, BlockRef Block, Bytes32 TransactionHash, int LogIndex);
