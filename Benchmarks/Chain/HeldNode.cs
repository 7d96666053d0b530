using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TPWallet.Benchmarks.Chain;

/// <summary>
/// A node behind a server that counts what it is asked and answers the question for the head only when it is let: so that one poll sees one new block,
/// however fast or slow the machine is.
/// </summary>
internal sealed class HeldNode : IAsyncDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(120);

    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Uri _real;
    private readonly SemaphoreSlim _allowed = new(0);
    private readonly SemaphoreSlim _asked = new(0);
    private long _calls;

    private HeldNode(WebApplication app, Uri real) => (_app, _real) = (app, real);

    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>Calls that reached the node.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    public static async Task<HeldNode> StartAsync(Uri real)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var node = new HeldNode(app, real);
        app.Run(node.AnswerAsync);
        await app.StartAsync();
        return node;
    }

    /// <summary>Lets one poll go, and ends when the next one asks: then that one is over.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        _allowed.Release();
        if (!await _asked.WaitAsync(_longest, cancellationToken)) throw new TimeoutException("The tracker did not ask for the head again.");
    }

    /// <summary>Ends when the first poll asks for the head.</summary>
    public Task FirstAsync(CancellationToken cancellationToken) => _asked.WaitAsync(_longest, cancellationToken);

    /// <summary>Holds no question any more.</summary>
    public void Open() => _allowed.Release(int.MaxValue / 2);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
        _allowed.Dispose();
        _asked.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (AsksForHead(body.ToArray()))
        {
            _asked.Release();
            await _allowed.WaitAsync(context.RequestAborted);
        }

        Interlocked.Increment(ref _calls);
        using var content = new ByteArrayContent(body.ToArray());
        content.Headers.ContentType = new("application/json");
        using var response = await _http.PostAsync(_real, content, context.RequestAborted);
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static bool AsksForHead(byte[] request)
    {
        using var json = JsonDocument.Parse(request);
        return json.RootElement.GetProperty("method").GetString() == "eth_getBlockByNumber"
            && json.RootElement.GetProperty("params")[0].GetString() == "latest";
    }
}
