using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TPWallet.Tests.Chains;

namespace TPWallet.Tests.Whole;

/// <summary>Stands before a Bitcoin node and calls every output unspent that it once called so, and no pool anything that spends one.</summary>
internal sealed class HidingNode(Knots knots) : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly Dictionary<string, JsonNode> _unspent = [];
    private LyingNode? _node;

    public Uri Endpoint => _node!.Endpoint;

    /// <summary>How often it hid a spend.</summary>
    public int Hidden { get; private set; }

    public static async Task<HidingNode> StartAsync(Knots knots)
    {
        var node = new HidingNode(knots);
        node._node = await LyingNode.StartAsync(node.ForwardAsync);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await _node!.DisposeAsync();
        _http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        using var onward = new HttpRequestMessage(HttpMethod.Post, knots.Endpoint)
        {
            Headers = { Authorization = new("Basic", Convert.ToBase64String(await File.ReadAllBytesAsync(knots.CookiePath))) },
            Content = new StringContent(request.ToJsonString()),
        };
        using var response = await _http.SendAsync(onward);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        Hide(request["method"]!.GetValue<string>(), request["params"]?.ToJsonString() ?? "", answer);
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private void Hide(string method, string asked, JsonObject answer)
    {
        lock (_unspent)
        {
            if (method == "gettxspendingprevout")
                foreach (var one in answer["result"]?.AsArray() ?? []) one!.AsObject().Remove("spendingtxid");
            if (method != "gettxout") return;
            if (answer["result"] is { } found) _unspent[asked] = found.DeepClone();
            else if (_unspent.TryGetValue(asked, out var before)) (answer["result"], Hidden) = (before.DeepClone(), Hidden + 1);
        }
    }
}
