using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// The proof level "consistent" (design.md, Chain truth): a node's answers about a block fit each other. It proves nothing about which
/// block the chain has; that takes a second organisation.
/// </summary>
public static class BlockProof
{
    /// <summary>
    /// Checks that the header hashes to the claimed hash, that all transactions and all receipts rebuild its tries (which also exposes a
    /// missing log), and that blooms, gas and its prices add up. Null if all holds. Codes: block.hash, block.transactions, block.receipts,
    /// block.receipt-order, block.bloom, block.gas, block.price.
    /// </summary>
    public static DecodeRefusal? Check(
        BlockHeader header, Bytes32 claimedHash, IReadOnlyList<IBlockTransaction> transactions, IReadOnlyList<Receipt> receipts)
    {
        if (Check(header, claimedHash, transactions) is { } refusal) return refusal;
        if (transactions.Count != receipts.Count) return new("block.receipts", $"{transactions.Count} receipts", $"{receipts.Count}");
        var root = MerklePatricia.OrderedRoot([.. receipts.Select(static receipt => receipt.Encode())]);
        if (root != header.ReceiptsRoot) return new("block.receipts", header.ReceiptsRoot.ToString(), root.ToString());
        return CheckReceipts(header, claimedHash, transactions, receipts);
    }

    /// <summary>The same without receipts.</summary>
    public static DecodeRefusal? Check(BlockHeader header, Bytes32 claimedHash, IReadOnlyList<IBlockTransaction> transactions)
    {
        var hash = header.Hash();
        if (hash != claimedHash) return new("block.hash", claimedHash.ToString(), hash.ToString());
        var root = MerklePatricia.OrderedRoot([.. transactions.Select(static transaction => transaction.Encode())]);
        return root == header.TransactionsRoot ? null : new("block.transactions", header.TransactionsRoot.ToString(), root.ToString());
    }

    /// <summary>Whether a header follows another. Codes: block.parent, block.number.</summary>
    public static DecodeRefusal? CheckLink(BlockHeader parent, BlockHeader child)
    {
        var hash = parent.Hash();
        if (child.ParentHash != hash) return new("block.parent", hash.ToString(), child.ParentHash.ToString());
        return parent.Number < ulong.MaxValue && child.Number == parent.Number + 1
            ? null
            : new("block.number", $"the number after {parent.Number}", $"{child.Number}");
    }

    /// <summary>What the tries do not cover: which receipt belongs to which transaction, gas of each and its price, and the blooms.</summary>
    private static DecodeRefusal? CheckReceipts(
        BlockHeader header, Bytes32 blockHash, IReadOnlyList<IBlockTransaction> transactions, IReadOnlyList<Receipt> receipts)
    {
        Span<byte> all = stackalloc byte[BlockHeader.BloomLength];
        Span<byte> one = stackalloc byte[BlockHeader.BloomLength];
        all.Clear();
        ulong gas = 0;
        var logs = 0;
        for (var i = 0; i < receipts.Count; i++)
        {
            var receipt = receipts[i];
            var hash = transactions[i].Hash();
            if (receipt.TransactionHash != hash || receipt.TransactionIndex != i || receipt.Type != transactions[i].Type
                || receipt.Block.Hash != blockHash || receipt.Block.Number != header.Number
                || (receipt.Logs.Count > 0 && receipt.FirstLogIndex != logs))
                return new("block.receipt-order", $"receipt {i} of {hash}", $"{receipt.TransactionIndex} of {receipt.TransactionHash}");
            one.Clear();
            Receipt.AddToBloom(receipt.Logs, one);
            Receipt.AddToBloom(receipt.Logs, all);
            if (!one.SequenceEqual(receipt.LogsBloom.Span)) return new("block.bloom", $"the bloom of receipt {i}'s logs", "another");
            if (receipt.CumulativeGasUsed < gas || receipt.CumulativeGasUsed - gas != receipt.GasUsed)
                return new("block.gas", $"{receipt.GasUsed} more than {gas}", $"{receipt.CumulativeGasUsed}");
            var price = transactions[i].PriceAt(header.BaseFeePerGas);
            if ((receipt.EffectiveGasPrice ?? price) != price) return new("block.price", $"{price} wei a gas of {hash}", $"{receipt.EffectiveGasPrice}");
            gas = receipt.CumulativeGasUsed;
            logs += receipt.Logs.Count;
        }

        if (!all.SequenceEqual(header.LogsBloom.Span)) return new("block.bloom", "the bloom of all logs", "another");
        return gas == header.GasUsed ? null : new("block.gas", $"{header.GasUsed}", $"{gas}");
    }
}
