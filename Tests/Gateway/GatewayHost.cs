using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using TPWallet.Client;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Gateway;

namespace TPWallet.Tests.Gateway;

/// <summary>The real gateway on a loopback port before a fake cluster, with keys made by the first start.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, FakeCluster cluster, ShiftedTime clock, string folder) =>
        (_app, Cluster, Clock, Folder) = (app, cluster, clock, folder);

    public FakeCluster Cluster { get; }

    public ShiftedTime Clock { get; }

    public string Folder { get; }

    public HttpClient Http { get; private set; } = null!;

    public ApiKey Key { get; private set; } = null!;

    public RestWallet Wallet => new(Http, Key, Clock);

    /// <param name="keys">Keys besides the one that the first start makes; null: it makes its own.</param>
    public static async Task<GatewayHost> StartAsync(ImmutableArray<ApiKey>? keys = null, string urls = "http://127.0.0.1:0", string? folder = null,
        params KeyValuePair<string, string?>[] settings)
    {
        folder ??= Directory.CreateTempSubdirectory("tpw-gateway-").FullName;
        var path = Path.Combine(folder, ApiKeyRing.FileName);
        if (keys is { } given) await ApiKeyFile.WriteAsync(path, new(given), CancellationToken.None);
        var (cluster, clock) = (new FakeCluster(), new ShiftedTime());
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("Data", folder), new("urls", urls), new("tenant", "acme"), .. settings]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(cluster.Client).AddSingleton<TimeProvider>(clock);
        builder.Services.AddGateway(builder.Configuration);
        var host = new GatewayHost(builder.Build().MapGateway(), cluster, clock, folder);
        await host._app.StartAsync();
        host.Http = ClientServices.CreateHttp(new Uri(host._app.Urls.First()));
        host.Key = (await ApiKeyFile.ReadAsync(path, CancellationToken.None)).Keys[0];
        return host;
    }

    /// <summary>Sends a signed request; <paramref name="change"/> may spoil it after it was signed.</summary>
    public async Task<(int Status, string Body)> SendAsync(
        HttpMethod method,
        string path,
        string? body = null,
        string? idempotencyKey = null,
        ApiKey? key = null,
        string? nonce = null,
        long shiftMs = 0,
        Action<HttpRequestMessage>? change = null)
    {
        using var request = Request(method, path, body is null ? [] : Encoding.UTF8.GetBytes(body), body is not null, idempotencyKey, key ?? Key, nonce, shiftMs);
        change?.Invoke(request);
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static Problem ProblemOf(string body) => JsonSerializer.Deserialize(body, RestJson.Default.Problem)!;

    public HttpRequestMessage Request(
        HttpMethod method, string path, byte[] body, bool hasBody, string? idempotencyKey, ApiKey key, string? nonce = null, long shiftMs = 0)
    {
        var request = new HttpRequestMessage(method, new Uri(Http.BaseAddress!, path));
        var at = new Instant(Clock.GetUtcNow().ToUnixTimeMilliseconds() + shiftMs);
        nonce ??= RandomNumberGenerator.GetHexString(32);
        request.Headers.Add(RequestSignature.KeyHeader, key.Id.Value);
        request.Headers.Add(RequestSignature.TimestampHeader, at.UnixMs.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(RequestSignature.NonceHeader, nonce);
        if (idempotencyKey is not null) request.Headers.Add(IdempotencyKey.Header, idempotencyKey);
        request.Headers.Add(RequestSignature.SignatureHeader, RequestSignature.Compute(
            key.Secret.Span, key.Id.Value, method.Method, request.RequestUri!.PathAndQuery, at, nonce, idempotencyKey ?? "", body));
        if (hasBody) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>The system's time, moved by what the test says.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
}
