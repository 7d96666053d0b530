using TPWallet.Chains.Bitcoin;

namespace TPWallet.Chains.Nodes;

/// <summary>An output that a node calls unspent.</summary>
/// <param name="Output">Value and locking script.</param>
/// <param name="Confirmations">Blocks from its own to the node's head, both counted; 0 in the pool.</param>
/// <param name="IsCoinbase">Whether it may be spent only after 100 blocks.</param>
/// <param name="Best">The node's head.</param>
public sealed record UnspentOutput(BitcoinOutput Output, int Confirmations, bool IsCoinbase, BitcoinHash Best);
