using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>A node that answers what a test tells it to: a real HTTP server in front of a real node, or of none.</summary>
internal sealed class LyingNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    private LyingNode(WebApplication app) => _app = app;

    public Uri Endpoint => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<LyingNode> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => answer(context));
        await app.StartAsync();
        return new(app);
    }

    /// <summary>Answers every request with one body.</summary>
    public static Task<LyingNode> SayingAsync(string body, int status = 200) => StartAsync(context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    });

    /// <summary>Answers every method with a result, by the id that was sent.</summary>
    public static Task<LyingNode> ResultAsync(Func<string, JsonNode?> result) => StartAsync(async context =>
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!;
        var value = result(request["method"]!.GetValue<string>());
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone(), ["result"] = value };
        await context.Response.WriteAsync(answer.ToJsonString());
    });

    /// <summary>Passes requests on to a real node and changes its results.</summary>
    public static Task<LyingNode> BeforeAsync(Anvil real, Func<string, JsonNode?, JsonNode?> change) => BeforeAsync(
        () => new HttpRequestMessage(HttpMethod.Post, real.Endpoint), (request, result) => change(request["method"]!.GetValue<string>(), result));

    /// <summary>
    /// Passes requests on to a real Bitcoin node and changes its results; the liar has its credentials and asks for none. An error comes as no result, and goes
    /// on where none is made of it.
    /// </summary>
    public static Task<LyingNode> BeforeAsync(Knots real, Func<string, JsonArray, JsonNode?, JsonNode?> change) => BeforeAsync(
        () => new HttpRequestMessage(HttpMethod.Post, real.Endpoint)
        {
            Headers = { Authorization = new("Basic", Convert.ToBase64String(File.ReadAllBytes(real.CookiePath))) },
        },
        (request, result) => change(request["method"]!.GetValue<string>(), request["params"]!.AsArray(), result), errorsToo: true);

    public EthereumNode Node(string name, string organisation, ulong chainId, JsonRpcLimits? limits = null) =>
        new(name, organisation, chainId, new JsonRpcClient(_http, Endpoint, limits ?? JsonRpcLimits.Default));

    public BitcoinNode Bitcoin(string name = "liar", string organisation = "liars", JsonRpcLimits? limits = null) =>
        new(name, organisation, BitcoinChain.Regtest, new JsonRpcClient(_http, Endpoint, limits ?? JsonRpcLimits.Default));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private static Task<LyingNode> BeforeAsync(
        Func<HttpRequestMessage> real, Func<JsonNode, JsonNode?, JsonNode?> change, bool errorsToo = false) => StartAsync(async context =>
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!;
        using var http = new HttpClient();
        using var passed = real();
        passed.Content = new StringContent(request.ToJsonString(), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await http.SendAsync(passed);
        var answer = (await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync()))!.AsObject();
        if (answer.Remove("result", out var result))
        {
            answer["result"] = change(request, result);
        }
        else if (errorsToo && change(request, null) is { } made)
        {
            answer.Remove("error");
            answer["result"] = made;
        }

        await context.Response.WriteAsync(answer.ToJsonString());
    });
}
