using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>What came into the pools of a chain's nodes since the last look.</summary>
/// <param name="Hashes">Named by a node: its own word.</param>
/// <param name="Bodies">Some of them, hashed and their senders recovered; their inclusion names no block.</param>
internal sealed record PendingNews(IReadOnlyList<Bytes32> Hashes, IReadOnlyList<MinedTransaction> Bodies);

/// <summary>
/// The pools of a chain's nodes. What it costs does not depend on how much is watched: one question to each node in a look, and a bounded number of bodies. That
/// nothing came proves nothing: a transaction may be in pools that are not asked, or in none.
/// </summary>
internal interface IPendingSource
{
    /// <summary>Never throws for what a node says or does not say.</summary>
    Task<PendingNews> NewsAsync(CancellationToken cancellationToken);
}
