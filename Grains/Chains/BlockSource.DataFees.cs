using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>
/// What an L2 charges beside the gas stands in a receipt and in no trie. It leaves the sender's balance, so that it decides money: where the profile asks for the
/// agreement of two organisations, they agree on it as well.
/// </summary>
internal sealed partial class BlockSource
{
    /// <summary>Whether the chain's receipts name such fees, as two organisations said of one block; null before. A chain that names none is asked for none.</summary>
    private bool? _namesDataFees;

    /// <summary>The receipts with the fees that were agreed; null where that is not known now.</summary>
    private async Task<Items<Receipt>?> WithDataFeesAsync(BlockRef block, Items<Receipt> receipts, Name by, CancellationToken cancellationToken)
    {
        if (!chain.NeedsAgreement || receipts.All(IsDeposit)) return receipts;
        var told = DataFeesOf(receipts);
        if (_namesDataFees == false && !IsNamed(told) && !receipts.Any(IsDeposit)) return receipts;
        var agreed = await chain.Nodes.ReadAgreedAsync(
            async (n, ct) =>
            {
                var answer = Having(await n.BlockReceiptsAsync(new BlockSelector.ByHash(block.Hash), ct), static found => found is null);
                return answer.TryGet(out var found, out var error) ? DataFeesOf(found!.Value) : (NodeAnswer<Items<UInt256?>>)error;
            },
            cancellationToken);
        if (!agreed.IsOk || agreed.Value.Value is var fees && fees.Count != receipts.Count) return null;
        _namesDataFees = IsNamed(fees);
        if (fees == told) return receipts;
        chain.Nodes.Blame(by, new("receipt.data-fee", $"the fees that two organisations name in {block}", "others"));
        return [.. receipts.Zip(fees, static (receipt, fee) => receipt with { L1Fee = fee })];
    }

    private static Items<UInt256?> DataFeesOf(Items<Receipt> receipts) => [.. receipts.Select(static receipt => receipt.L1Fee)];

    /// <summary>It pays nothing itself; and a chain that has such transactions charges the others.</summary>
    private static bool IsDeposit(Receipt receipt) => receipt.Type == DepositTransaction.TypeByte;

    private static bool IsNamed(Items<UInt256?> fees) => fees.Any(static fee => fee is not null);
}
