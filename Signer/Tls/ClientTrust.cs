using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TPWallet.Signer.Tls;

/// <summary>Which clients are let in: a certificate of the signer's own authority for client use, and pinned by thumbprint.</summary>
internal sealed class ClientTrust
{
    private const int MaxClients = 16;
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _authority;
    private readonly string[] _allowed;

    private ClientTrust(X509Certificate2 authority, string[] allowed) => (_authority, _allowed) = (authority, allowed);

    public static ClientTrust Load(TlsFiles files)
    {
        string[] allowed = [.. File.ReadLines(files.AllowedClients).Select(static line => line.Trim()).Where(static line => line.Length > 0).Take(MaxClients + 1)];
        if (allowed.Length is 0 or > MaxClients) throw new SetUpException($"{files.AllowedClients} must name 1 to {MaxClients} clients.");
        return new(X509Certificate2.CreateFromPem(File.ReadAllText(files.Authority)), allowed);
    }

    public bool Accepts(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // The system's trust store says nothing here: the chain is built again, to our authority alone.
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(_authority);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
        return own.Build(certificate)
            && _allowed.Contains(certificate.GetCertHashString(HashAlgorithmName.SHA256), StringComparer.OrdinalIgnoreCase);
    }
}
