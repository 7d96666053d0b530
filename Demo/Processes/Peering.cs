using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TPWallet.Demo.Chain;

namespace TPWallet.Demo.Processes;

/// <summary>Two operators who exchanged their certificates, and where each listens for the other.</summary>
internal sealed class Peering
{
    private readonly string _folder;
    private readonly int[] _ports = [FreePort.Take(), FreePort.Take()];

    private Peering(string folder) => _folder = folder;

    /// <summary>By what names they know each other.</summary>
    public static IReadOnlyList<string> Names { get; } = ["north", "south"];

    public static Peering Create(string folder)
    {
        foreach (var name in Names) Certify(folder, name);
        return new(folder);
    }

    /// <summary>The silo's arguments of one of them.</summary>
    public IEnumerable<string> ArgumentsOf(int own)
    {
        var (us, them) = (Names[own], Names[1 - own]);
        return
        [
            $"--Peers:Listen=127.0.0.1:{Port(own)}",
            $"--Peers:CertificateFile={Path.Combine(_folder, us + ".pem")}",
            $"--Peers:KeyFile={Path.Combine(_folder, us + ".key")}",
            $"--Peers:Operators:0:Name={them}",
            $"--Peers:Operators:0:Url=https://127.0.0.1:{Port(1 - own)}",
            $"--Peers:Operators:0:CertificateFile={Path.Combine(_folder, them + ".pem")}",
        ];
    }

    private string Port(int of) => _ports[of].ToString(CultureInfo.InvariantCulture);

    /// <summary>A key and a certificate by itself: name.key and name.pem.</summary>
    public static void Certify(string folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Path.Combine(folder, name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
