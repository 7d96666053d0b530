using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>What is the same of the nodes of any chain family: who they are, and whether they are used. See <see cref="NodePool{TNode}"/>.</summary>
public interface INodePool
{
    /// <summary>Every node's standing.</summary>
    IReadOnlyList<(IChainNode Node, NodeHealth Health)> Members { get; }

    /// <summary>The private relays: they are only sent transactions.</summary>
    IReadOnlyList<IChainNode> Relays { get; }

    /// <summary>Told once of each node that is used no more, on whatever thread found it out.</summary>
    event Action<QuarantinedNode>? Quarantined;

    /// <summary>Stops using a node for good, with the evidence at hand: it contradicted a proven fact.</summary>
    void Quarantine(Name node, NodeError fact, HexBytes evidence);

    /// <summary>Told of a suspended node that was seen level with the others again, and why; whoever keeps nodes' standing decides and calls <see cref="Reinstate"/>.</summary>
    event Action<Name, string>? CaughtUp;

    /// <summary>Stops using a node until <see cref="Reinstate"/>: it stood still. It is asked how it stands all the same.</summary>
    void Suspend(Name node, NodeError fact, HexBytes evidence);

    /// <summary>A suspended node is level with the others again.</summary>
    void RecordCaughtUp(Name node, string fact);

    /// <summary>Uses a suspended node again.</summary>
    void Reinstate(Name node);

    /// <summary>Takes a node out of use, or puts it back, as an operator wants.</summary>
    void Cordon(Name node, bool cordoned);

    /// <summary>Asks every node for its chain, so that one of another chain is found before anything depends on it.</summary>
    Task CheckChainsAsync(CancellationToken cancellation);
}
