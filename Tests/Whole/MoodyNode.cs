using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TPWallet.Tests.Whole;

/// <summary>A loopback server before a real node, whose mood changes when a test, or a method that is called, says so.</summary>
internal sealed class MoodyNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Uri _real;
    private readonly ILies _lies;
    private readonly TaskCompletionSource _struck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (string Method, bool Forward, NodeMood Then)? _trigger;
    private volatile NodeMood _mood;

    private MoodyNode(WebApplication app, Uri real, ILies lies) => (_app, _real, _lies) = (app, real, lies);

    public Uri Endpoint => new(_app.Urls.First());

    public NodeMood Mood
    {
        get => _mood;
        set => _mood = value;
    }

    /// <summary>Ends when <see cref="Strike"/>'s method was called.</summary>
    public Task Struck => _struck.Task;

    public static Task<MoodyNode> StartAsync(Anvil real) => StartAsync(real.Endpoint, new EthereumLies(real.ChainId));

    public static async Task<MoodyNode> StartAsync(Uri real, ILies lies)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var node = new MoodyNode(app, real, lies);
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
                await context.Response.WriteAsync(await _lies.TellAsync(_mood, request, await ForwardAsync(_lies.Onward(request)), ForwardAsync));
                break;
        }
    }

    private async Task<string> ForwardAsync(string request)
    {
        using var content = new StringContent(request, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await _http.PostAsync(_real, content);
        return await response.Content.ReadAsStringAsync();
    }
}
