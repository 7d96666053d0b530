using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TPWallet.Silo.Composition;

/// <summary>The files of mutual TLS between silos: PEM.</summary>
/// <param name="AuthorityFile">The cluster's own certificate authority; it issues for this cluster only.</param>
/// <param name="CertificateFile">A silo's: usable as server and as client. A grain client's is usable as client only.</param>
public sealed record ClusterTlsFiles(string AuthorityFile, string CertificateFile, string KeyFile);

/// <summary>
/// Where a silo stands among others. The embedded runtime is one process: it takes the names and opens no port.
/// </summary>
/// <param name="Id">Config key <c>Cluster:Id</c>, default "tpwallet": silos with one id over one database are one cluster.</param>
/// <param name="Service">Config key <c>Cluster:Service</c>, default "tpwallet": what reminders belong to; it outlives a cluster's id.</param>
/// <param name="Address">Config key <c>Cluster:Address</c>, default 127.0.0.1: an IP address or name of this silo by which others reach it.</param>
/// <param name="SiloPort">Config key <c>Cluster:SiloPort</c>, default 11111: for silos.</param>
/// <param name="GatewayPort">Config key <c>Cluster:GatewayPort</c>, default 30000: for grain clients; 0 for none.</param>
/// <param name="Notice">Config key <c>Cluster:NoticeMs</c>, default 500: how long a silo that ends serves on while it says that it is not ready.</param>
/// <param name="Drain">Config key <c>Cluster:DrainMs</c>, default 30,000: how long an ordered end may take, the notice included.</param>
/// <param name="Tls">Config keys <c>Cluster:Tls:AuthorityFile</c>, <c>CertificateFile</c>, <c>KeyFile</c>; needed when the address is beyond this
/// machine.</param>
public sealed record ClusterConfiguration(
    string Id,
    string Service,
    IPAddress Address,
    int SiloPort,
    int GatewayPort,
    TimeSpan Notice,
    TimeSpan Drain,
    ClusterTlsFiles? Tls)
{
    private static readonly ImmutableArray<string> TlsKeys = ["AuthorityFile", "CertificateFile", "KeyFile"];

    /// <exception cref="SetUpException">A value is wrong, or silos would talk over a network without mutual TLS.</exception>
    public static ClusterConfiguration Read(IConfiguration configuration)
    {
        var cluster = configuration.GetSection("Cluster");
        var address = AddressOf(cluster["Address"] ?? "127.0.0.1");
        var tls = TlsOf(cluster.GetSection("Tls"));
        if (tls is null && !IPAddress.IsLoopback(address))
            throw new SetUpException(
                $"Configuration key Cluster:Address: {address} is beyond this machine, where silos need mutual TLS: set Cluster:Tls:AuthorityFile, "
                + "Cluster:Tls:CertificateFile and Cluster:Tls:KeyFile.");
        return new(
            cluster["Id"] ?? "tpwallet",
            cluster["Service"] ?? "tpwallet",
            address,
            Port(cluster, "SiloPort", 11111, least: 1),
            Port(cluster, "GatewayPort", 30000, least: 0),
            TimeSpan.FromMilliseconds(Number(cluster, "NoticeMs", 500, 0, int.MaxValue)),
            TimeSpan.FromMilliseconds(Number(cluster, "DrainMs", 30_000, 0, int.MaxValue)),
            tls);
    }

    private static IPAddress AddressOf(string text)
    {
        if (IPAddress.TryParse(text, out var address)) return address;
        try
        {
            return Dns.GetHostAddresses(text).OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();
        }
        catch (SocketException e)
        {
            throw new SetUpException($"Configuration key Cluster:Address: \"{text}\" has no address ({e.Message}).");
        }
    }

    private static ClusterTlsFiles? TlsOf(IConfigurationSection section)
    {
        (string Key, string? Path)[] files = [.. TlsKeys.Select(key => (key, section[key]))];
        if (files.All(file => string.IsNullOrEmpty(file.Path))) return null;
        foreach (var (key, path) in files)
            if (!File.Exists(path)) throw new SetUpException($"Configuration key Cluster:Tls:{key}: expected a PEM file, got \"{path}\".");
        return new(files[0].Path!, files[1].Path!, files[2].Path!);
    }

    private static int Port(IConfigurationSection section, string key, int otherwise, int least) => Number(section, key, otherwise, least, ushort.MaxValue);

    private static int Number(IConfigurationSection section, string key, int otherwise, int least, int most)
    {
        if (section[key] is not { Length: > 0 } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new SetUpException($"Configuration key Cluster:{key}: expected a whole number from {least} to {most}, got \"{text}\".");
    }
}
