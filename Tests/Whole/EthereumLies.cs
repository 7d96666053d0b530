using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>An Ethereum node that lies: whatever has a hash has the right one of what it says.</summary>
internal sealed class EthereumLies(ulong chainId) : ILies
{
    private static readonly Address Token = People.AddressOf("token");

    private readonly ConcurrentDictionary<string, string> _lies = new(StringComparer.Ordinal);
    private volatile string? _newest;

    public Address Own { get; set; }

    public string Onward(string request)
    {
        foreach (var (truth, lie) in _lies) request = request.Replace(lie, truth, StringComparison.Ordinal);
        return request;
    }

    public Task<string> TellAsync(NodeMood mood, string request, string answer, Func<string, Task<string>> ask) =>
        Task.FromResult(Lie(mood, JsonNode.Parse(request)!["method"]!.GetValue<string>(), request, answer));

    private string Lie(NodeMood mood, string method, string request, string answer) => (mood, method) switch
    {
        (NodeMood.OtherChain, "eth_chainId") => answer.Replace($"0x{chainId:x}", "0x2", StringComparison.Ordinal),
        (NodeMood.LyingReceipts, "eth_getBlockReceipts" or "eth_getTransactionReceipt") =>
            answer.Replace("\"status\":\"0x1\"", "\"status\":\"0x0\"", StringComparison.Ordinal),
        (NodeMood.LyingPrices, "eth_getBlockReceipts" or "eth_getTransactionReceipt") =>
            answer.Replace("\"effectiveGasPrice\":\"0x", "\"effectiveGasPrice\":\"0x1", StringComparison.Ordinal),
        (NodeMood.Withholds, "eth_getBlockReceipts") => WithLogs(answer, static _ => []),
        (NodeMood.Invents, "eth_getBlockReceipts") => WithLogs(answer, Invented),
        (NodeMood.StandsStill, "eth_getBlockByNumber" or "eth_getBlockByHash") => UntilNewest(request, answer),
        (NodeMood.LyingBlocks, "eth_getBlockByNumber" or "eth_getBlockByHash") => OwnBlock(answer),
        _ => WithLies(answer),
    };

    private static string WithLogs(string answer, Func<JsonObject, JsonArray> logs)
    {
        var json = JsonNode.Parse(answer)!.AsObject();
        if (json["result"] is JsonArray receipts)
            foreach (var receipt in receipts) receipt!["logs"] = logs(receipt.AsObject());
        return json.ToJsonString();
    }

    private JsonArray Invented(JsonObject receipt) =>
    [
        new JsonObject
        {
            ["address"] = Token.Value,
            ["topics"] = new JsonArray("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", Word(receipt["from"]!.GetValue<string>()), Word(Own.Value)),
            ["data"] = $"0x{1_000_000:x64}",
            ["blockHash"] = receipt["blockHash"]!.DeepClone(),
            ["blockNumber"] = receipt["blockNumber"]!.DeepClone(),
            ["transactionHash"] = receipt["transactionHash"]!.DeepClone(),
            ["transactionIndex"] = receipt["transactionIndex"]!.DeepClone(),
            ["logIndex"] = receipt["transactionIndex"]!.DeepClone(),
            ["removed"] = false,
        },
    ];

    private static string Word(string address) => $"0x{new string('0', 24)}{address[2..]}";

    /// <summary>The first head that it gives in this mood stays the newest.</summary>
    private string UntilNewest(string request, string answer)
    {
        var json = JsonNode.Parse(answer)!.AsObject();
        var isHead = request.Contains("\"latest\"", StringComparison.Ordinal);
        if (isHead) _newest ??= answer;
        if (_newest is not { } newest || json["result"] is not JsonObject block) return answer;
        var head = JsonNode.Parse(newest)!["result"]!.AsObject();
        if (Number(block) > Number(head)) json["result"] = isHead ? head.DeepClone() : null;
        return json.ToJsonString();
    }

    private static ulong Number(JsonObject block) => Convert.ToUInt64(block["number"]!.GetValue<string>(), 16);

    /// <summary>The same block with words of its own, and the hash that follows; asked again it says the same.</summary>
    private string OwnBlock(string answer)
    {
        var json = JsonNode.Parse(answer)!.AsObject();
        if (json["result"] is not JsonObject block) return answer;
        using var parsed = JsonDocument.Parse(block.ToJsonString());
        var truth = block["hash"]!.GetValue<string>();
        var withTransactions = block["transactions"] is JsonArray { Count: > 0 } all && all[0] is JsonObject;
        var header = NodeReaders.BlockOrNone(parsed.RootElement, withTransactions).TryGet(out var read, out _) ? read!.Header : throw new UnreachableException();
        var parent = header.ParentHash.ToString();
        var own = header with { ExtraData = "a lie"u8.ToArray(), ParentHash = _lies.TryGetValue(parent, out var lie) ? Bytes32.Parse(lie) : header.ParentHash };
        _lies[truth] = own.Hash().ToString();
        block["extraData"] = own.ExtraData.ToString();
        return WithLies(json.ToJsonString());
    }

    private string WithLies(string answer)
    {
        foreach (var (truth, lie) in _lies) answer = answer.Replace(truth, lie, StringComparison.Ordinal);
        return answer;
    }
}
