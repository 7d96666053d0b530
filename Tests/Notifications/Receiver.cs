using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TPWallet.Client;
using TPWallet.Grains.Interfaces.Notifications;

namespace TPWallet.Tests.Notifications;

/// <summary>A real receiver on loopback. It keeps every request that came, whatever it answers.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _all = new();
    private readonly System.Threading.Channels.Channel<Received> _news = System.Threading.Channels.Channel.CreateUnbounded<Received>();

    private Receiver(WebApplication app) => _app = app;

    public Uri Url => new(new Uri(_app.Urls.First()), "/hook");

    public IReadOnlyCollection<Received> All => _all;

    /// <summary>How it answers; by default it takes everything.</summary>
    public Func<HttpContext, Received, Task> Answer { get; set; } = static (http, _) => Say(http, 200);

    public static async Task<Receiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<KestrelServerOptions>(options => options.Listen(System.Net.IPAddress.Loopback, port));
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.MapPost("/hook", receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public static Task Say(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>The next request that comes.</summary>
    public async Task<Received> NextAsync(string awaited)
    {
        using var bound = new CancellationTokenSource(_patience);
        try
        {
            return await _news.Reader.ReadAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No request came: {awaited}.");
        }
    }

    /// <summary>Nothing more has come.</summary>
    public bool IsQuiet => !_news.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers;
        var received = new Received(
            $"{headers[WebhookSignature.IdHeader]}", $"{headers[WebhookSignature.TimestampHeader]}", $"{headers[WebhookSignature.SignatureHeader]}", body.ToArray(),
            headers.ToDictionary(header => header.Key, header => $"{header.Value}", StringComparer.OrdinalIgnoreCase));
        _all.Enqueue(received);
        _news.Writer.TryWrite(received);
        await Answer(http, received);
    }
}

/// <summary>A request as it came.</summary>
internal sealed record Received(string Id, string Timestamp, string Signature, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>What it says, if it was signed with this secret.</summary>
    public Notification Verified(string secret, TimeProvider time) => new WebhookVerifier([secret], time).Verify(Id, Timestamp, Signature, Body).OrThrow().Notification;
}

