using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TPWallet.Grains.Signing;

/// <summary>The two ways to the signer. Redirects, proxies and cookies have no place on either.</summary>
internal static class SignerTransport
{
    private const int MaxConnections = 8;
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    public static Uri BaseAddress(SignerClientOptions options) => options.SocketPath is null ? options.Address! : new Uri("http://signer/");

    public static SocketsHttpHandler Handler(SignerClientOptions options)
    {
        if (options.SocketPath is null == options.Address is null)
            throw new ArgumentException("Name either the signer's socket or its address.", nameof(options));
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxConnectionsPerServer = MaxConnections,
            ConnectTimeout = options.Deadline,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        };
        if (options.SocketPath is { } path) handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
        else handler.SslOptions = MutualTls(options);
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions MutualTls(SignerClientOptions options)
    {
        if (options.Address!.Scheme != Uri.UriSchemeHttps) throw new ArgumentException("The signer's address must be https.", nameof(options));
        if (options is not { AuthorityFile: { } authorityFile, CertificateFile: { } certificateFile, KeyFile: { } keyFile })
            throw new ArgumentException("Mutual TLS needs the authority's, the certificate's and the key's file.", nameof(options));
        var authority = X509Certificate2.CreateFromPem(File.ReadAllText(authorityFile));
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.Add(authority);
        chain.ApplicationPolicy.Add(new Oid(ServerUse));
        return new()
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificates = [X509Certificate2.CreateFromPemFile(certificateFile, keyFile)],
            CertificateChainPolicy = chain,
        };
    }
}
