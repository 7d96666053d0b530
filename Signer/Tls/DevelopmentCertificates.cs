using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TPWallet.Signer.Tls;

/// <summary>
/// Makes the certificates of one signer and its one caller: a certificate authority of their own, a server certificate for loopback and a client
/// certificate. The authority's key is forgotten at once, so no further certificate can come from it; run init in a new folder for others.
/// </summary>
internal static class DevelopmentCertificates
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Life = TimeSpan.FromDays(825);

    public static void Create(TlsFiles files, TimeProvider time)
    {
        var from = time.GetUtcNow().AddMinutes(-5);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=TPWallet signer authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var authority = request.CreateSelfSigned(from, from + Life);
        File.WriteAllText(files.Authority, authority.ExportCertificatePem() + "\n");
        Issue(authority, "CN=TPWallet signer", ServerUse, files.ServerCertificate, files.ServerKey);
        var client = Issue(authority, "CN=TPWallet silo", ClientUse, files.ClientCertificate, files.ClientKey);
        File.WriteAllText(files.AllowedClients, client + "\n");
    }

    private static string Issue(X509Certificate2 authority, string name, string use, string certificatePath, string keyPath)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        if (use == ServerUse)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem() + "\n");
        SecretFile.Write(keyPath, key.ExportPkcs8PrivateKeyPem() + "\n");
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }
}
