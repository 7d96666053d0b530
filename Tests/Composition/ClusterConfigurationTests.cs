using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Composition;

/// <summary>Where a silo may stand, and the certificates that let it.</summary>
public sealed class ClusterConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-certificates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_NothingSet_IsThisMachineWithoutTls()
    {
        var cluster = Read();

        cluster.Should().Be(new ClusterConfiguration("tpwallet", "tpwallet", IPAddress.Loopback, 11111, 30000, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), null));
    }

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void Read_BeyondThisMachineWithoutTls_IsRefused(string address) =>
        Reading(("Cluster:Address", address)).Should().Throw<SetUpException>().WithMessage("Configuration key Cluster:Address:*mutual TLS*");

    [Fact]
    public void Read_BeyondThisMachineWithTls_IsTaken()
    {
        ClusterCertificates.Make([_folder, "silo:one"], TimeProvider.System);

        var cluster = Read([("Cluster:Address", "10.0.0.7"), .. Tls("one")]);

        cluster.Tls.Should().Be(new ClusterTlsFiles(Pem("authority"), Pem("one"), Path.Combine(_folder, "one.key")));
    }

    [Theory]
    [InlineData("AuthorityFile")]
    [InlineData("CertificateFile")]
    [InlineData("KeyFile")]
    public void Read_OneTlsFileMissing_IsRefusedByName(string missing)
    {
        ClusterCertificates.Make([_folder, "silo:one"], TimeProvider.System);

        Reading([.. Tls("one").Where(key => !key.Key.EndsWith(missing, StringComparison.Ordinal))]).Should().Throw<SetUpException>()
            .WithMessage($"Configuration key Cluster:Tls:{missing}: expected a PEM file*");
    }

    [Theory]
    [InlineData("SiloPort", "0")]
    [InlineData("SiloPort", "65536")]
    [InlineData("GatewayPort", "-1")]
    [InlineData("DrainMs", "soon")]
    public void Read_NumberOutOfRange_IsRefusedByName(string key, string value) =>
        Reading(($"Cluster:{key}", value)).Should().Throw<SetUpException>().WithMessage($"Configuration key Cluster:{key}:*\"{value}\"*");

    [Fact]
    public void Read_UnknownName_IsRefused() =>
        Reading(("Cluster:Address", "no-such-host.invalid")).Should().Throw<SetUpException>().WithMessage("*no-such-host.invalid*has no address*");

    [Fact]
    public void Certificates_OfSiloAndClient_DifferInUse_AndSecretsAreTheOwnersOnly()
    {
        ClusterCertificates.Make([_folder, "silo:one", "client:shop"], TimeProvider.System);
        ClusterCertificates.Make([_folder, "silo:two"], TimeProvider.System);

        Uses("one").Should().Equal("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        Uses("two").Should().Equal(Uses("one"), "a silo that is added later has the same authority");
        Uses("shop").Should().Equal("1.3.6.1.5.5.7.3.2");
        if (!OperatingSystem.IsWindows())
        {
            foreach (var secret in new[] { "authority", "one", "two", "shop" })
                File.GetUnixFileMode(Path.Combine(_folder, secret + ".key")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using var authority = X509Certificate2.CreateFromPem(File.ReadAllText(Pem("authority")));
        foreach (var name in new[] { "one", "two", "shop" })
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Pem(name)));
            certificate.IssuerName.RawData.Should().Equal(authority.SubjectName.RawData);
        }
    }

    [Theory]
    [InlineData("silo")]
    [InlineData("silo:")]
    [InlineData("silo:authority")]
    [InlineData("silo:../one")]
    [InlineData("person:ana")]
    public void Certificates_ForAWrongName_AreNotMade(string name)
    {
        FluentActions.Invoking(() => ClusterCertificates.Make([_folder, name], TimeProvider.System)).Should().Throw<SetUpException>();
        Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty();
    }

    [Fact]
    public void Certificates_OfAnExistingName_AreNotReplaced()
    {
        ClusterCertificates.Make([_folder, "silo:one"], TimeProvider.System);
        var before = File.ReadAllText(Pem("one"));

        FluentActions.Invoking(() => ClusterCertificates.Make([_folder, "client:one"], TimeProvider.System)).Should().Throw<SetUpException>();
        File.ReadAllText(Pem("one")).Should().Be(before);
    }

    private static ClusterConfiguration Read(params (string Key, string? Value)[] keys) => ClusterConfiguration.Read(
        new ConfigurationBuilder().AddInMemoryCollection(keys.Select(key => KeyValuePair.Create(key.Key, key.Value))).Build());

    private static Func<ClusterConfiguration> Reading(params (string Key, string? Value)[] keys) => () => Read(keys);

    private (string Key, string? Value)[] Tls(string name) =>
    [
        ("Cluster:Tls:AuthorityFile", Pem("authority")), ("Cluster:Tls:CertificateFile", Pem(name)), ("Cluster:Tls:KeyFile", Path.Combine(_folder, name + ".key")),
    ];

    private string Pem(string name) => Path.Combine(_folder, name + ".pem");

    private IEnumerable<string> Uses(string name)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(Pem(name)));
        return [.. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>()
            .Select(use => use.Value!)];
    }
}
