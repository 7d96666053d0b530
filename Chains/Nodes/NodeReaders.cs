using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// Turns results of the methods into checked records. Never throws. Codes: json.*, node.hash (a hash that its content does not have),
/// node.sender, node.signature, node.contradiction.
/// </summary>
public static class NodeReaders
{
    /// <summary>Longest id of a filter or subscription.</summary>
    private const int MaxHandle = 128;

    public static Decoded<UInt256> Quantity(JsonElement result) => ReadBare(result, static (fields, bare) => fields.QuantityOf(bare, "result"));

    public static Decoded<ulong> Number(JsonElement result) => ReadBare(result, static (fields, bare) => fields.UInt64Of(bare, "result"));

    /// <summary>A subscription or a filter: an id that is only said again.</summary>
    public static Decoded<string> Handle(JsonElement result) =>
        result.ValueKind == JsonValueKind.String && JsonRpcAnswer.Text(result) is { Length: > 0 and <= MaxHandle } id
            ? id
            : new DecodeRefusal("json.shape", $"an id as a text of at most {MaxHandle} characters", $"{result.ValueKind}");

    /// <summary>eth_getFilterChanges of a filter of pending transactions.</summary>
    public static Decoded<Items<Bytes32>> PoolNews(JsonElement result) => result.ValueKind == JsonValueKind.Array && result.GetArrayLength() > EthereumNode.MaxPoolNews
        ? new DecodeRefusal("json.many", $"at most {EthereumNode.MaxPoolNews} hashes", $"{result.GetArrayLength()}")
        : ReadBare(result, static (fields, bare) => fields.ListOf(bare, "result", static (outer, item) => outer.HashOf(item, "hash")));

    /// <summary>eth_syncing: false, or an object that says how far it is.</summary>
    public static Decoded<bool> Loading(JsonElement result) => result.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.Object => true,
        _ => new DecodeRefusal("json.shape", "false or an object", $"{result.ValueKind}"),
    };

    public static Decoded<HexBytes> Data(JsonElement result) => ReadBare(result, static (fields, bare) => fields.BytesOf(bare, "result"));

    public static Decoded<Bytes32> Hash(JsonElement result) => ReadBare(result, static (fields, bare) => fields.HashOf(bare, "result"));

    /// <summary>eth_getTransactionReceipt; null where the node knows none.</summary>
    public static Decoded<Receipt?> ReceiptOrNone(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.Null) return (Receipt?)null;
        return Read<Receipt?>(result, ReceiptReader.Read);
    }

    /// <summary>eth_getBlockReceipts of a block that the node has.</summary>
    public static Decoded<Items<Receipt>> Receipts(JsonElement result) =>
        ReadBare(result, static (fields, bare) => fields.ListOf(bare, "result", static (outer, item) => outer.Nested(item, ReceiptReader.Read)));

    /// <summary>eth_getBlockReceipts; null where the node does not have the block.</summary>
    public static Decoded<Items<Receipt>?> ReceiptsOrNone(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.Null) return (Items<Receipt>?)null;
        return Receipts(result).TryGet(out var receipts, out var refusal) ? receipts : (Decoded<Items<Receipt>?>)refusal;
    }

    /// <summary>eth_getTransactionByHash; null where the node knows none.</summary>
    public static Decoded<NodeTransaction?> TransactionOrNone(JsonElement result)
    {
        if (result.ValueKind == JsonValueKind.Null) return (NodeTransaction?)null;
        return Read<NodeTransaction?>(result, NodeTransactionReader.Read);
    }

    /// <summary>eth_getBlockBy…; null where the node knows none.</summary>
    public static Decoded<NodeBlock?> BlockOrNone(JsonElement result, bool withTransactions)
    {
        if (result.ValueKind == JsonValueKind.Null) return (NodeBlock?)null;
        return Read<NodeBlock?>(result, fields => BlockReader.Read(fields, result, withTransactions));
    }

    /// <summary>The header of a newHeads notification. It has no list of transactions.</summary>
    public static Decoded<(BlockRef Block, BlockHeader Header)> Head(JsonElement result) => Read(result, fields =>
    {
        var header = BlockReader.ReadHeader(fields);
        var block = BlockReader.CheckHash(fields, result, header, out _);
        return (block, header);
    });

    /// <summary>eth_feeHistory.</summary>
    public static Decoded<FeeHistory> Fees(JsonElement result) => Read(result, static fields =>
    {
        static UInt256 Wei(JsonFields outer, JsonElement item) => outer.QuantityOf(item, "fee");
        var history = new FeeHistory(
            fields.UInt64("oldestBlock"),
            fields.List("baseFeePerGas", Wei),
            fields.Has("baseFeePerBlobGas") ? fields.List("baseFeePerBlobGas", Wei) : default,
            fields.Has("reward") ? fields.List("reward", static (outer, item) => outer.ListOf(item, "reward", Wei)) : default,
            fields.Has("gasUsedRatio") ? fields.List("gasUsedRatio", static (outer, item) => outer.ShareOf(item, "gasUsedRatio")) : default);
        if (history.Tips.Count > 0 && history.BaseFees.Count != history.Tips.Count + 1)
            fields.Fail("node.contradiction", $"{history.Tips.Count + 1} base fees", $"{history.BaseFees.Count}");
        if (history.FullnessPpm.Count > 0 && history.BaseFees.Count != history.FullnessPpm.Count + 1)
            fields.Fail("node.contradiction", $"{history.FullnessPpm.Count + 1} base fees", $"{history.BaseFees.Count}");
        return history;
    });

    /// <summary>eth_getLogs.</summary>
    public static Decoded<Items<NodeLog>> Logs(JsonElement result) =>
        ReadBare(result, static (fields, bare) => fields.ListOf(bare, "result", static (outer, item) => outer.Nested(item, static log => new NodeLog(
            ReceiptReader.ReadLog(log), new(log.UInt64("blockNumber"), log.Hash("blockHash")), log.Hash("transactionHash"), log.Int32("logIndex")))));

    /// <summary>eth_getProof, checked against a block's state root: the account the node states must be the one the proof shows.</summary>
    public static Decoded<AccountProof> Proof(JsonElement result, Bytes32 stateRoot, Address address)
    {
        var read = Read(result, static fields => (
            fields.Address("address"),
            State: new AccountState(fields.UInt64("nonce"), fields.UInt256("balance"), fields.Hash("storageHash"), fields.Hash("codeHash")),
            Nodes: fields.List("accountProof", static (outer, item) => outer.BytesOf(item, "accountProof"))));
        if (!read.TryGet(out var stated, out var refusal)) return refusal;
        byte[][] nodes = [.. stated.Nodes.Select(static node => node.Span.ToArray())];
        if (!AccountState.FromProof(stateRoot, address, nodes).TryGet(out var proved, out refusal)) return refusal;
        // Nodes state an absent account's hashes as zero or as those of the empty account.
        var same = proved == stated.State || (proved == AccountState.Empty && stated.State.Balance.IsZero && stated.State.Nonce == 0);
        return same && stated.Item1 == address
            ? new AccountProof(proved, stated.Nodes)
            : new DecodeRefusal("node.contradiction", $"{proved}", $"{stated.State}");
    }

    /// <summary>eth_simulateV1 of one block: the calls' results in order.</summary>
    public static Decoded<Items<SimulatedCall>> Simulation(JsonElement result, int calls)
    {
        var read = ReadBare(result, static (fields, bare) => fields.ListOf(bare, "result", static (outer, block) => outer.Nested(
            block, static inner => inner.List("calls", static (list, call) => list.Nested(call, ReadSimulatedCall)))));
        if (!read.TryGet(out var blocks, out var refusal)) return refusal;
        return blocks.Count == 1 && blocks[0].Count == calls
            ? blocks[0]
            : new DecodeRefusal("node.contradiction", $"one block with {calls} calls", $"{blocks.Count} blocks");
    }

    private static SimulatedCall ReadSimulatedCall(JsonFields call)
    {
        var status = call.UInt64("status");
        if (status > 1) call.Fail("json.quantity", "status 0 or 1", $"{status}");
        var data = call.Data("returnData");
        var logs = call.Has("logs") ? call.List("logs", static (outer, item) => outer.Nested(item, ReceiptReader.ReadLog)) : default;
        return new(status == 1, data, call.UInt64("gasUsed"), logs, status == 1 ? null : RevertReason.Decode(data.Span));
    }

    private static Decoded<T> Read<T>(JsonElement element, Func<JsonFields, T> read)
    {
        var fields = new JsonFields(element);
        return Finish(fields, fields.Fault is null ? read(fields) : default!);
    }

    private static Decoded<T> Finish<T>(JsonFields fields, T value) => fields.Fault is { } fault ? fault : value;

    private static Decoded<T> ReadBare<T>(JsonElement result, Func<JsonFields, JsonElement, T> read)
    {
        var fields = JsonFields.OfBare();
        return Finish(fields, read(fields, result));
    }
}
