using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using TPWallet.Grains.Channels;

namespace TPWallet.Silo.Peers;

/// <summary>Where other operators reach this silo: a server of its own over mutual TLS, so that nothing but the peers' protocol is behind that port, and the protocol behind no other.</summary>
internal sealed class PeerHost(PeerSettings settings, IClusterClient client, TowerSettings towers, ILoggerFactory logs) : IHostedService, IAsyncDisposable
{
    private const int MaxConnections = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private WebApplication? _app;

    /// <summary>Where it listens; null before it started.</summary>
    public Uri? Endpoint => _app is { Urls.Count: > 0 } app ? new(app.Urls.First()) : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Listen is null) return;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Services.AddSingleton(logs).AddSingleton(_ => new PeerEndpoint(settings, client, new(client, towers), logs.CreateLogger<PeerEndpoint>()));
        builder.WebHost.ConfigureKestrel(Configure);
        builder.WebHost.UseKestrelHttpsConfiguration();
        _app = builder.Build();
        var endpoint = _app.Services.GetRequiredService<PeerEndpoint>();
        _app.MapGet($"/peer/{PeerSet.Version}/form", (HttpContext http) => endpoint.Form(http));
        _app.MapGet($"/peer/{PeerSet.Version}/announcements", (HttpContext http, long? after) => endpoint.GossipAsync(http, after ?? 0));
        _app.MapPost($"/peer/{PeerSet.Version}/channels/{{channel}}/{{side}}", (HttpContext http, string channel, string side) => endpoint.HearAsync(http, $"{channel}/{side}"));
        _app.MapPost(
            $"/peer/{PeerSet.Version}/coin-channels/{{channel}}/{{side}}", (HttpContext http, string channel, string side) => endpoint.HearCoinAsync(http, $"{channel}/{side}"));
        _app.MapPost($"/peer/{PeerSet.Version}/towers/{{channel}}/{{side}}", (HttpContext http, string channel, string side) => endpoint.GuardAsync(http, $"{channel}/{side}"));
        await _app.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = PeerEndpoint.MaxBytes;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.RequestHeadersTimeout = Patience;
        options.Listen(settings.Listen!, endpoint => endpoint.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = settings.Own,
            SslProtocols = SslProtocols.Tls13,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, _, _) => settings.Who(certificate) is not null,
            CheckCertificateRevocation = false,
            HandshakeTimeout = Patience,
        }));
    }
}
