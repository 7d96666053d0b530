using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Ethereum;

namespace TPWallet.Chains.Nodes;

/// <summary>The nodes of one EVM chain.</summary>
public sealed class NodePool : NodePool<EthereumNode>
{
    /// <exception cref="ArgumentException">No node, nodes of different chains, or two of one name.</exception>
    /// <param name="relays">Private relays: see <see cref="NodePool{TNode}"/>.</param>
    public NodePool(ulong chainId, IEnumerable<EthereumNode> nodes, TimeProvider time, IReadOnlyList<EthereumNode>? relays = null)
        : base(nodes, time, relays)
    {
        ChainId = chainId;
        if (Nodes.Select(static one => one.Node).Concat(relays ?? []).Any(node => node.ChainId != chainId)) throw new ArgumentException($"All nodes have to be of chain {chainId}.", nameof(nodes));
    }

    public ulong ChainId { get; }

    /// <summary>Sends the same bytes to several nodes at once.</summary>
    /// <param name="route">Whether public nodes see it before a block has it.</param>
    public Task<BroadcastResult> BroadcastAsync(SignedTransaction transaction, Route route, CancellationToken cancellation) =>
        BroadcastAsync((node, ct) => node.SendAsync(transaction, ct), route, cancellation);
}

/// <summary>The nodes of one Bitcoin chain.</summary>
public sealed class BitcoinPool : NodePool<BitcoinNode>
{
    /// <exception cref="ArgumentException">No node, nodes of different chains, or two of one name.</exception>
    /// <param name="relays">Private relays: see <see cref="NodePool{TNode}"/>.</param>
    public BitcoinPool(BitcoinChain chain, IEnumerable<BitcoinNode> nodes, TimeProvider time, IReadOnlyList<BitcoinNode>? relays = null)
        : base(nodes, time, relays)
    {
        Chain = chain;
        if (Nodes.Select(static one => one.Node).Concat(relays ?? []).Any(node => node.Chain != chain)) throw new ArgumentException($"All nodes have to be of chain {chain.Id}.", nameof(nodes));
    }

    /// <summary>What the nodes are asked about.</summary>
    public BitcoinChain Chain { get; }

    /// <summary>Sends the same bytes to several nodes at once.</summary>
    /// <param name="route">Whether public nodes see it before a block has it.</param>
    public Task<BroadcastResult> BroadcastAsync(BitcoinTransaction transaction, Route route, CancellationToken cancellation) =>
        BroadcastAsync((node, ct) => node.SendAsync(transaction, ct), route, cancellation);
}
