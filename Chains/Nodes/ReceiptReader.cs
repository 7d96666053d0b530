using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>Reads receipts and logs.</summary>
internal static class ReceiptReader
{
    private const int MaxTopics = 4;

    public static Receipt Read(JsonFields fields)
    {
        var type = fields.OptionalUInt64("type") ?? 0;
        var status = fields.UInt64("status");
        if (type > 0x7f) fields.Fail("json.quantity", "a type of at most 0x7f (EIP-2718)", $"{type}");
        if (status > 1) fields.Fail("json.quantity", "status 0 or 1 (EIP-658)", $"{status}");
        var firstLogIndex = 0;
        var count = 0;
        var logs = fields.List("logs", (outer, item) => outer.Nested(item, log =>
        {
            var index = log.Int32("logIndex");
            if (count == 0) firstLogIndex = index;
            else if (index != firstLogIndex + count) log.Fail("node.contradiction", $"log index {firstLogIndex + count}", $"{index}");
            count++;
            return ReadLog(log);
        }));
        return new Receipt
        {
            Type = (byte)(type & 0x7f),
            Succeeded = status == 1,
            CumulativeGasUsed = fields.UInt64("cumulativeGasUsed"),
            LogsBloom = fields.Data("logsBloom", BlockHeader.BloomLength),
            Logs = logs,
            DepositNonce = fields.OptionalUInt64("depositNonce"),
            DepositVersion = fields.OptionalUInt64("depositReceiptVersion"),
            TransactionHash = fields.Hash("transactionHash"),
            TransactionIndex = fields.Int32("transactionIndex"),
            Block = new(fields.UInt64("blockNumber"), fields.Hash("blockHash")),
            GasUsed = fields.UInt64("gasUsed"),
            EffectiveGasPrice = fields.OptionalUInt256("effectiveGasPrice"),
            ContractAddress = fields.OptionalAddress("contractAddress"),
            BlobGasUsed = fields.OptionalUInt64("blobGasUsed"),
            BlobGasPrice = fields.OptionalUInt256("blobGasPrice"),
            L1Fee = fields.OptionalUInt256("l1Fee"),
            FirstLogIndex = firstLogIndex,
        };
    }

    public static LogEntry ReadLog(JsonFields log)
    {
        var topics = log.List("topics", static (outer, item) => outer.HashOf(item, "topics"));
        if (topics.Count > MaxTopics) log.Fail("json.many", $"at most {MaxTopics} topics", $"{topics.Count}");
        return new(log.Address("address"), topics, log.Data("data"));
    }
}
