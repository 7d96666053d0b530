using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Signer.Tls;

namespace TPWallet.Signer.Host;

/// <summary>Where the signer listens: a Unix socket, or TCP with mutual TLS. There is no TCP without it.</summary>
internal abstract record Listening
{
    private Listening()
    {
    }

    /// <param name="Group">Whether the socket's group may connect too (mode 0660 instead of 0600).</param>
    public sealed record Socket(string Path, bool Group) : Listening;

    public sealed record MutualTls(IPEndPoint At, TlsFiles Files) : Listening;
}

/// <summary>The web server around the service: limits, transport, readiness.</summary>
internal static class SignerHost
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode GroupToo = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const int MaxConnections = 128;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static WebApplication Build(Listening listening, ISignerPort signer)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders().AddSimpleConsole(static options => options.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddConsole(static options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(signer);
        builder.Services.AddSingleton<SignerEndpoints>();
        builder.WebHost.ConfigureKestrel(options => Configure(options, listening));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        app.Services.GetRequiredService<SignerEndpoints>().Map(app);
        return app;
    }

    /// <summary>Starts and narrows the socket's mode. Its folder must already keep others out, since bind and chmod are two steps.</summary>
    public static async Task<string> StartAsync(WebApplication app, Listening listening, CancellationToken cancellationToken)
    {
        if (listening is Listening.Socket before) RemoveStale(before.Path);
        await app.StartAsync(cancellationToken);
        if (listening is not Listening.Socket socket) return app.Urls.First();
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(socket.Path, socket.Group ? GroupToo : Owner);
        return $"unix:{socket.Path}";
    }

    /// <summary>A socket file outlives its process; a file with content is no socket and stays.</summary>
    private static void RemoveStale(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return;
        if (file.Length > 0) throw new SetUpException($"{path} is a file, not a socket.");
        file.Delete();
    }

    private static void Configure(KestrelServerOptions options, Listening listening)
    {
        options.AddServerHeader = false;
        // Twice what is taken: a body a little too long is answered, one far too long ends the connection.
        options.Limits.MaxRequestBodySize = 2 * JsonForm.MaxBytes;
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestHeadersTotalSize = 8192;
        options.Limits.MaxRequestHeaderCount = 32;
        options.Limits.RequestHeadersTimeout = Patience;
        options.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        options.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
        switch (listening)
        {
            case Listening.Socket socket:
                options.ListenUnixSocket(socket.Path);
                break;
            case Listening.MutualTls tls:
                var https = MutualTls(tls.Files);
                options.Listen(tls.At, endpoint => endpoint.UseHttps(https));
                break;
        }
    }

    private static HttpsConnectionAdapterOptions MutualTls(TlsFiles files)
    {
        // The key file is read with its mode checked; PEM import keeps the key in memory only.
        var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(files.ServerCertificate), SecretFile.Read(files.ServerKey));
        var trust = ClientTrust.Load(files);
        return new()
        {
            ServerCertificate = certificate,
            SslProtocols = SslProtocols.Tls13,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = trust.Accepts,
            CheckCertificateRevocation = false,
            HandshakeTimeout = Patience,
        };
    }
}
