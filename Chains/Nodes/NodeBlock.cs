using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// A transaction as a node gives it. <paramref name="Body"/> is null for a type that is not known here ("unknown fork"); otherwise its
/// hash and its sender, recovered where it is signed, were compared with what the node says.
/// </summary>
/// <param name="Block">The block that holds it; null while it is pending.</param>
public sealed record NodeTransaction(Bytes32 Hash, byte Type, Address From, IBlockTransaction? Body, BlockRef? Block, int? Index);

/// <summary>A block as a node gives it; the header was hashed and compared.</summary>
/// <param name="HasUnknownFields">True if the node's block has header fields that are not known here and the hash did not come out.</param>
/// <param name="TransactionHashes">In order.</param>
/// <param name="Transactions">Present if they were asked for.</param>
public sealed record NodeBlock(
    BlockRef Ref, BlockHeader Header, bool HasUnknownFields, Items<Bytes32> TransactionHashes, Items<NodeTransaction>? Transactions)
{
    /// <summary>All transactions whole; null if they were not asked for or one is of an unknown type.</summary>
    public IReadOnlyList<IBlockTransaction>? Bodies() =>
        Transactions is { } all && all.All(static transaction => transaction.Body is not null)
            ? [.. all.Select(static transaction => transaction.Body!)]
            : null;
}
