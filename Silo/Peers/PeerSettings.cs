using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Peers;

/// <summary>Another operator, at whom the other sides of channels are.</summary>
/// <param name="Name">Ours for it: it stands in the openings of channels.</param>
/// <param name="Url">Where it listens; https.</param>
/// <param name="Certificate">The one certificate that it shows, as server and as client.</param>
internal sealed record PeerOperator(Name Name, Uri Url, X509Certificate2 Certificate);

/// <summary>
/// The section <c>Peers</c> of the silo's configuration (docs/channels.md). Operators know each other by their very certificates, which they exchange when they
/// agree on channels: no authority in between can speak for one of them.
/// </summary>
/// <param name="Own">What this operator shows; null: there are no peers.</param>
/// <param name="Listen">Where peers reach this silo; null: it only speaks to them.</param>
internal sealed record PeerSettings(X509Certificate2? Own, IPEndPoint? Listen, IReadOnlyList<PeerOperator> Operators)
{
    /// <summary>Most operators.</summary>
    public const int Max = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="SetUpException">A value that is none.</exception>
    public static PeerSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Peers");
        // Peers:Operators:n: Name, Url (https), CertificateFile (PEM, the operator's own certificate).
        PeerOperator[] operators = [.. section.GetSection("Operators").GetChildren().Select(ReadOperator)];
        if (operators.Length > Max) throw SiloConfiguration.Wrong("Peers:Operators", $"at most {Max} operators", $"{operators.Length}");
        if (operators.GroupBy(static one => one.Name).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            throw SiloConfiguration.Wrong("Peers:Operators", "each name once", twice.Key.Value);
        // Peers:Listen: address and port such as 0.0.0.0:8443; absent: nobody reaches this silo.
        var listen = section["Listen"] is { } at
            ? IPEndPoint.TryParse(at, out var parsed) ? parsed : throw SiloConfiguration.Wrong("Peers:Listen", "an address and a port such as 0.0.0.0:8443", at)
            : null;
        if (operators.Length == 0 && listen is null) return new(null, null, []);
        // Peers:CertificateFile and Peers:KeyFile: what this operator shows, PEM.
        return new(ReadOwn(section), listen, operators);
    }

    /// <summary>What speaks to the peers.</summary>
    public PeerSet Connect() => new(Operators.ToDictionary(static one => one.Name, one => new HttpClient(Handler(one)) { BaseAddress = one.Url, Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = PeerSet.MaxAnswerBytes }));

    /// <summary>Whose certificate this is; null: nobody's who is known.</summary>
    public PeerOperator? Who(X509Certificate? certificate) =>
        certificate is null ? null : Operators.FirstOrDefault(one => IsSame(one.Certificate, certificate));

    private static bool IsSame(X509Certificate one, X509Certificate other) =>
        CryptographicOperations.FixedTimeEquals(one.GetRawCertData(), other.GetRawCertData());

    private SocketsHttpHandler Handler(PeerOperator peer) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxConnectionsPerServer = 8,
        ConnectTimeout = Patience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        SslOptions = new()
        {
            EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls13,
            ClientCertificates = [Own!],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => Own!,
            // The very certificate, whatever its names, issuer and dates say.
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && IsSame(peer.Certificate, certificate),
        },
    };

    private static X509Certificate2 ReadOwn(IConfigurationSection section)
    {
        var (certificate, key) = (section["CertificateFile"], section["KeyFile"]);
        if (certificate is null) throw SiloConfiguration.Wrong("Peers:CertificateFile", "a file", "nothing");
        if (key is null) throw SiloConfiguration.Wrong("Peers:KeyFile", "a file", "nothing");
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (CryptographicException wrong)
        {
            throw new SetUpException($"The files of Peers:CertificateFile and Peers:KeyFile cannot be read: {wrong.Message}");
        }
    }

    private static PeerOperator ReadOperator(IConfigurationSection section)
    {
        if (!Name.TryParse(section["Name"], out var name)) throw SiloConfiguration.Wrong($"{section.Path}:Name", Name.Form, section["Name"] ?? "nothing");
        if (!Uri.TryCreate(section["Url"], UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
            throw SiloConfiguration.Wrong($"{section.Path}:Url", "an https address", section["Url"] ?? "nothing");
        if (section["CertificateFile"] is not { } file) throw SiloConfiguration.Wrong($"{section.Path}:CertificateFile", "a file", "nothing");
        try
        {
            return new(name, new(url.GetLeftPart(UriPartial.Authority) + "/"), X509Certificate2.CreateFromPem(File.ReadAllText(file)));
        }
        catch (CryptographicException wrong)
        {
            throw new SetUpException($"The file of {section.Path}:CertificateFile cannot be read: {wrong.Message}");
        }
    }
}
