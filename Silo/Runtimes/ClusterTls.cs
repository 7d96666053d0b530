using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Orleans;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Hosting;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Runtimes;

/// <summary>
/// Mutual TLS 1.3 on every port of a silo. Who may speak is decided by the cluster's own authority, never by a row in the membership table: whoever
/// can write that table still cannot join. Silos' certificates are for server and client use; a grain client's is for client use only, so it reaches
/// the gateway port and never the silo port.
/// </summary>
internal sealed class ClusterTls(X509Certificate2 authority, X509Certificate2 own)
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <exception cref="SetUpException">A file is not what its key says.</exception>
    public static ClusterTls Load(ClusterTlsFiles files)
    {
        try
        {
            return new(
                X509Certificate2.CreateFromPem(File.ReadAllText(files.AuthorityFile)),
                X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile));
        }
        catch (CryptographicException e)
        {
            throw new SetUpException($"The files of Cluster:Tls cannot be read: {e.Message}");
        }
    }

    public void Protect(ISiloBuilder silo) => silo.Configure<SiloConnectionOptions>(options =>
    {
        options.ConfigureSiloInboundConnection(connection => connection.UseServerTls(Demand(ServerUse, ClientUse)));
        options.ConfigureSiloOutboundConnection(connection => connection.UseClientTls(Demand(ServerUse, ClientUse)));
        options.ConfigureGatewayInboundConnection(connection => connection.UseServerTls(Demand(ClientUse)));
    });

    public void Protect(IClientBuilder client) => client.Configure<ClientConnectionOptions>(options =>
        options.ConfigureConnection(connection => connection.UseClientTls(Demand(ServerUse))));

    /// <summary>The peer must show a certificate of the authority that is good for all of these uses. Its name does not matter: addresses change.</summary>
    private TlsOptions Demand(params string[] uses) => new()
    {
        LocalCertificate = own,
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        ClientCertificateMode = RemoteCertificateMode.RequireCertificate,
        SslProtocols = SslProtocols.Tls13,
        RemoteCertificateValidation = (certificate, _, _) => Issued(certificate, uses),
        OnAuthenticateAsClient = (_, options) => options.TargetHost = "silo",
    };

    private bool Issued(X509Certificate2 certificate, string[] uses)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        foreach (var use in uses) chain.ChainPolicy.ApplicationPolicy.Add(new Oid(use));
        return chain.Build(certificate);
    }
}
