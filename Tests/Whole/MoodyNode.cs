using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TPWallet.Chains.Nodes;

namespace TPWallet.Tests.Whole;

/// <summary>How a node of a test behaves.</summary>
public enum NodeMood
{
    /// <summary>Passes everything on to the real node.</summary>
    Honest,

    /// <summary>Breaks every connection.</summary>
    Dead,

    /// <summary>Takes the request and never answers.</summary>
    Hanging,

    /// <summary>Answers a page of some gateway.</summary>
    Garbage,

    /// <summary>Says that it is a node of chain 2.</summary>
    OtherChain,

    /// <summary>Says of each transaction that it failed.</summary>
    LyingReceipts,

    /// <summary>Has new blocks of its own, each with the right hash of what it says.</summary>
    LyingBlocks,

    /// <summary>Leaves every log out of the receipts of a block.</summary>
    MissingLogs,

    /// <summary>Adds a transfer of tokens to an own address to the receipts of a block.</summary>
    InventedLogs,

    /// <summary>Knows no block after the one that was newest when it began.</summary>
    StandsStill,
}

/// <summary>A loopback server before a real node, whose mood changes when a test, or a method that is called, says so.</summary>
internal sealed class MoodyNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Anvil _real;
    private readonly ConcurrentDictionary<string, string> _lies = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _struck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (string Method, bool Forward, NodeMood Then)? _trigger;
    private volatile NodeMood _mood;
    private volatile string? _newest;

    private MoodyNode(WebApplication app, Anvil real) => (_app, _real) = (app, real);

    public Uri Endpoint => new(_app.Urls.First());

    public NodeMood Mood
    {
        get => _mood;
        set => _mood = value;
    }

    /// <summary>For <see cref="NodeMood.InventedLogs"/>: of which token, and to whom.</summary>
    public (Grains.Interfaces.Values.Address Token, Grains.Interfaces.Values.Address To) Own { get; set; }

    /// <summary>Ends when <see cref="Strike"/>'s method was called.</summary>
    public Task Struck => _struck.Task;

    public static async Task<MoodyNode> StartAsync(Anvil real)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var node = new MoodyNode(app, real);
        app.Run(node.AnswerAsync);
        await app.StartAsync();
        return node;
    }

    /// <summary>Changes the mood at the next call of a method.</summary>
    /// <param name="method">Which.</param>
    /// <param name="forward">Whether that call still reaches the real node; its answer is lost even then.</param>
    /// <param name="then">The mood from then on.</param>
    public void Strike(string method, bool forward, NodeMood then) => _trigger = (method, forward, then);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = await reader.ReadToEndAsync(context.RequestAborted);
        var method = JsonNode.Parse(request)!["method"]!.GetValue<string>();
        if (_trigger is { } trigger && trigger.Method == method)
        {
            _trigger = null;
            if (trigger.Forward) await ForwardAsync(request);
            _mood = trigger.Then;
            _struck.TrySetResult();
            context.Abort();
            return;
        }

        switch (_mood)
        {
            case NodeMood.Dead:
                context.Abort();
                break;
            case NodeMood.Hanging:
                await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case NodeMood.Garbage:
                await context.Response.WriteAsync("<html>502, in a good mood</html>");
                break;
            default:
                await context.Response.WriteAsync(Lie(method, request, await ForwardAsync(request)));
                break;
        }
    }

    private async Task<string> ForwardAsync(string request)
    {
        foreach (var (truth, lie) in _lies) request = request.Replace(lie, truth, StringComparison.Ordinal);
        using var content = new StringContent(request, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await _http.PostAsync(_real.Endpoint, content);
        return await response.Content.ReadAsStringAsync();
    }

    private string Lie(string method, string request, string answer) => (_mood, method) switch
    {
        (NodeMood.OtherChain, "eth_chainId") => answer.Replace($"0x{_real.ChainId:x}", "0x2", StringComparison.Ordinal),
        (NodeMood.LyingReceipts, "eth_getBlockReceipts" or "eth_getTransactionReceipt") =>
            answer.Replace("\"status\":\"0x1\"", "\"status\":\"0x0\"", StringComparison.Ordinal),
        (NodeMood.MissingLogs, "eth_getBlockReceipts") => WithLogs(answer, static _ => []),
        (NodeMood.InventedLogs, "eth_getBlockReceipts") => WithLogs(answer, Invented),
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
            ["address"] = Own.Token.Value,
            ["topics"] = new JsonArray("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", Word(receipt["from"]!.GetValue<string>()), Word(Own.To.Value)),
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
        var own = header with { ExtraData = "a lie"u8.ToArray(), ParentHash = _lies.TryGetValue(parent, out var lie) ? Grains.Interfaces.Values.Bytes32.Parse(lie) : header.ParentHash };
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
