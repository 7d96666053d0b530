using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TPWallet.Silo.Composition;

/// <summary>
/// The certificates of one cluster. The authority's key stays in the folder so that silos can be added: keep that folder off the silos' machines; each
/// silo gets the authority's certificate and its own two files.
/// </summary>
internal static class ClusterCertificates
{
    private const string Usage = "certificates <folder> <silo|client>:<name> ...";
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Life = TimeSpan.FromDays(825);

    /// <summary>A clock that is a little behind must not refuse a fresh certificate.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(5);

    /// <summary>Makes the authority if the folder has none, and a certificate for each name: good for server and client use (silo) or client use only.</summary>
    /// <exception cref="SetUpException">The arguments are not as <see cref="Usage"/> says, or a name's files exist.</exception>
    public static void Make(IReadOnlyList<string> arguments, TimeProvider time)
    {
        if (arguments is not [var folder, _, ..] || !arguments.Skip(1).All(IsNamed)) throw new SetUpException($"Usage: {Usage}");
        Directory.CreateDirectory(folder);
        using var authority = Authority(folder, time.GetUtcNow() - Backdated);
        foreach (var name in arguments.Skip(1).Select(n => n.Split(':'))) Issue(authority, folder, name[1], name[0] == "silo" ? [ServerUse, ClientUse] : [ClientUse]);
    }

    private static bool IsNamed(string argument) =>
        argument.Split(':') is ["silo" or "client", { Length: > 0 } name] && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && name != "authority";

    private static X509Certificate2 Authority(string folder, DateTimeOffset from)
    {
        var (certificate, secret) = (Path.Combine(folder, "authority.pem"), Path.Combine(folder, "authority.key"));
        if (File.Exists(certificate)) return X509Certificate2.CreateFromPemFile(certificate, secret);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=TPWallet cluster authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var authority = request.CreateSelfSigned(from, from + Life);
        SecretKeyFile.Write(secret, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        File.WriteAllText(certificate, authority.ExportCertificatePem() + "\n");
        return authority;
    }

    private static void Issue(X509Certificate2 authority, string folder, string name, string[] uses)
    {
        var (path, secret) = (Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + ".key"));
        if (File.Exists(path) || File.Exists(secret)) throw new SetUpException($"{path} or {secret} exists already; a certificate is never replaced in place.");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(use => new Oid(use))], critical: true));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        SecretKeyFile.Write(secret, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        File.WriteAllText(path, certificate.ExportCertificatePem() + "\n");
    }
}
