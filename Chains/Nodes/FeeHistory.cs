using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>eth_feeHistory. Wei per gas; one more base fee than blocks, for the block to come.</summary>
/// <param name="FullnessPpm">Gas used ÷ gas limit of each block, in millionths; empty where the node leaves it out.</param>
public sealed record FeeHistory(ulong OldestBlock, Items<UInt256> BaseFees, Items<UInt256> BlobBaseFees, Items<Items<UInt256>> Tips, Items<int> FullnessPpm);
