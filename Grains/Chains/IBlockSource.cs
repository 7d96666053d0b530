using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// Blocks of one chain as it proves them. Null means: not now; it is asked again at the next poll. A wrong answer makes money of nothing, so that an
/// implementation believes no node's word that it can check.
/// </summary>
internal interface IBlockSource
{
    /// <summary>For an operator: who can still be asked, and how many it takes.</summary>
    string Witnesses { get; }

    /// <summary>The head to follow.</summary>
    Task<BlockRef?> HeadAsync(CancellationToken cancellationToken);

    /// <summary>Every node's head, each its own word, as one that answers may stand still.</summary>
    Task<ImmutableArray<BlockRef>> HeadsAsync(CancellationToken cancellationToken);

    /// <summary>The newest block that the nodes call finalized, agreed where the profile asks for it.</summary>
    Task<BlockRef?> FinalizedAsync(CancellationToken cancellationToken);

    /// <summary>The chain's block of a height, agreed where the profile asks for it.</summary>
    Task<BlockRef?> AtAsync(ulong number, CancellationToken cancellationToken);

    /// <summary>The block of that hash, with its transactions.</summary>
    Task<ProvenBlock?> ByHashAsync(Bytes32 hash, CancellationToken cancellationToken);

    /// <summary>The chain's block of a height, with its transactions.</summary>
    Task<ProvenBlock?> ByNumberAsync(ulong number, CancellationToken cancellationToken);

    /// <summary>Holds each node to the head that it names, beside the chain that is followed; called when the followed chain has reached it.</summary>
    Task WeighAsync(ChainWindow window, BlockRef final, CancellationToken cancellationToken);

    /// <summary>After a block became final: what was held against nodes until then is decided.</summary>
    Task JudgeAsync(BlockRef final, CancellationToken cancellationToken);
}

/// <summary>Finds transactions that are older than the blocks that are followed.</summary>
internal interface ITransactionSearch
{
    /// <summary>Looks for any version of a transaction up to the final block.</summary>
    Task<Lookup> FindAsync(Wanted wanted, ChainWindow window, BlockRef final, CancellationToken cancellationToken);
}
