using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TPWallet.Demo.Chain;

/// <summary>A node of a third organisation: it passes everything on to the real node, until it begins to say of each transaction that it failed.</summary>
internal sealed class LyingProxy : IAsyncDisposable
{
    public const string Name = "cheap-node";

    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Uri _real;
    private volatile bool _lying;
    private int _lies;

    private LyingProxy(WebApplication app, Uri real) => (_app, _real) = (app, real);

    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>Answers that were lies.</summary>
    public int Told => _lies;

    public static async Task<LyingProxy> StartAsync(Uri real, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var proxy = new LyingProxy(app, real);
        app.Run(proxy.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return proxy;
    }

    public void BeginToLie() => _lying = true;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        using var content = new StringContent(await body.ReadToEndAsync(context.RequestAborted), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await _http.PostAsync(_real, content, context.RequestAborted);
        var truth = await response.Content.ReadAsStringAsync(context.RequestAborted);
        var said = _lying ? truth.Replace("\"status\":\"0x1\"", "\"status\":\"0x0\"", StringComparison.Ordinal) : truth;
        if (said != truth) Interlocked.Increment(ref _lies);
        await context.Response.WriteAsync(said, context.RequestAborted);
    }
}
