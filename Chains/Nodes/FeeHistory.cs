using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>eth_feeHistory. Wei per gas; one more base fee than blocks, for the block to come.</summary>
public sealed record FeeHistory(ulong OldestBlock, Items<UInt256> BaseFees, Items<UInt256> BlobBaseFees, Items<Items<UInt256>> Tips);
