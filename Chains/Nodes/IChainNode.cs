using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>One node of one chain of any family, run by a named organisation.</summary>
public interface IChainNode
{
    /// <summary>How it is called in configuration, logs and metrics.</summary>
    Name Name { get; }

    /// <summary>Who runs it: two nodes of one organisation count as one witness.</summary>
    Name Organisation { get; }

    /// <summary>Whether it is there for the past alone: see <see cref="NodePool{TNode}.LookUpAsync"/>.</summary>
    bool IsIndex { get; }

    /// <summary>Null where the node says that it is of the chain that it must be of; <see cref="NodeError.WrongChain"/> for another one.</summary>
    Task<NodeError?> DemandChainAsync(CancellationToken cancellation);
}
