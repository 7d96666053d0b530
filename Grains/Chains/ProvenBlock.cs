using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>A block at the chain's proof level.</summary>
/// <param name="Header">In its consensus encoding.</param>
internal sealed record ProvenBlock(HexBytes Header, Link Link, IReadOnlyList<MinedTransaction> Transactions)
{
    public bool Has(Bytes32 transaction) => Transactions.Any(t => t.Inclusion.TxHash == transaction);
}
