using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>Reads blocks and recomputes their hashes.</summary>
internal static class BlockReader
{
    /// <summary>What a block of the forks up to Prague has besides transactions; another member means a fork that is not known here.</summary>
    private static readonly ImmutableArray<string> KnownMembers =
    [
        "hash", "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty", "number", "gasLimit",
        "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas",
        "parentBeaconBlockRoot", "requestsHash", "totalDifficulty", "size", "transactions", "uncles", "withdrawals", "author", "sealFields",
    ];

    public static NodeBlock Read(JsonFields fields, JsonElement result, bool withTransactions)
    {
        var header = ReadHeader(fields);
        var block = CheckHash(fields, result, header, out var unknown);
        if (!withTransactions)
        {
            var hashes = fields.List("transactions", static (outer, item) => outer.HashOf(item, "transactions"));
            return new(block, header, unknown, hashes, null);
        }

        var index = 0;
        var transactions = fields.List("transactions", (outer, item) =>
        {
            var transaction = outer.Nested(item, NodeTransactionReader.Read);
            if (outer.Fault is null && (transaction.Block != block || transaction.Index != index))
                outer.Fail("node.contradiction", $"transaction {index} of {block}", $"{transaction.Index} of {transaction.Block}");
            index++;
            return transaction;
        });
        return new(block, header, unknown, [.. transactions.Select(static transaction => transaction.Hash)], transactions);
    }

    public static BlockHeader ReadHeader(JsonFields fields) => new()
    {
        ParentHash = fields.Hash("parentHash"),
        OmmersHash = fields.Hash("sha3Uncles"),
        Beneficiary = fields.Address("miner"),
        StateRoot = fields.Hash("stateRoot"),
        TransactionsRoot = fields.Hash("transactionsRoot"),
        ReceiptsRoot = fields.Hash("receiptsRoot"),
        LogsBloom = fields.Data("logsBloom", BlockHeader.BloomLength),
        Difficulty = fields.UInt256("difficulty"),
        Number = fields.UInt64("number"),
        GasLimit = fields.UInt64("gasLimit"),
        GasUsed = fields.UInt64("gasUsed"),
        Timestamp = fields.UInt64("timestamp"),
        ExtraData = fields.Data("extraData"),
        MixHash = fields.Hash("mixHash"),
        Nonce = fields.Data("nonce", 8),
        BaseFeePerGas = fields.OptionalUInt256("baseFeePerGas"),
        WithdrawalsRoot = fields.OptionalHash("withdrawalsRoot"),
        BlobGasUsed = fields.OptionalUInt64("blobGasUsed"),
        ExcessBlobGas = fields.OptionalUInt64("excessBlobGas"),
        ParentBeaconBlockRoot = fields.OptionalHash("parentBeaconBlockRoot"),
        RequestsHash = fields.OptionalHash("requestsHash"),
    };

    /// <summary>A hash that does not come out is garbage, unless unknown members explain it: then the fork is unknown.</summary>
    public static BlockRef CheckHash(JsonFields fields, JsonElement result, BlockHeader header, out bool unknownFork)
    {
        unknownFork = false;
        var stated = fields.Hash("hash");
        if (fields.Fault is not null) return default;
        var computed = header.Hash();
        if (computed != stated)
        {
            unknownFork = result.GetPropertyCount() > KnownMembers.Count(name => result.TryGetProperty(name, out _));
            if (!unknownFork) fields.Fail("node.hash", stated.ToString(), computed.ToString());
        }

        return new(header.Number, stated);
    }
}
