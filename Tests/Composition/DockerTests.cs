using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Composition;

/// <summary>
/// What can be known of the images and the compose file without a container engine: users, read-only roots, ports, secrets, health paths, and that the
/// silos' environment is a configuration that a silo takes, with no key that nobody reads.
/// </summary>
public sealed partial class DockerTests : IDisposable
{
    private static readonly string Dockerfile = Repository.Read("docker/Dockerfile");
    private static readonly string[] Compose = Repository.Read("docker/compose.yaml").Split('\n');
    private static readonly string[] Silos = ["silo1", "silo2", "silo3"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-docker-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("silo", "silo", "/health/ready", "Silo/Gateway/GatewayExtensions.cs")]
    [InlineData("signer", "signer", "/health", "Signer/Host/SignerEndpoints.cs")]
    public void Image_RunsAsAUserOfItsOwn_AndAsksAnExistingRouteForItsHealth(string target, string user, string path, string routes)
    {
        var stage = Dockerfile[Dockerfile.IndexOf($"AS {target}\n", StringComparison.Ordinal)..];
        stage = stage[..Math.Max(0, stage.IndexOf("\nFROM ", StringComparison.Ordinal) is var end and >= 0 ? end : stage.Length)];

        var lines = stage.Split('\n').ToList();
        lines.IndexOf($"USER {user}").Should().BePositive().And.BeLessThan(lines.FindIndex(line => line.StartsWith("ENTRYPOINT", StringComparison.Ordinal)));
        lines.Should().ContainSingle(line => line.StartsWith("USER ", StringComparison.Ordinal), "nothing after it runs as another");
        lines.Should().Contain(line => line.TrimEnd().EndsWith($"{path} || exit 1", StringComparison.Ordinal));
        Repository.Read(routes).Should().Contain($"(\"{path}\"");
        Dockerfile.Should().MatchRegex($@"useradd --uid [1-9]\d{{3,}} [^\n]* {user}( |\n)", "its id is not root's");
    }

    [Theory]
    [InlineData("signer")]
    [InlineData("otel-collector")]
    [InlineData("prepare")]
    [InlineData("silo1")]
    [InlineData("silo2")]
    [InlineData("silo3")]
    public void Service_HasAReadOnlyRootAndNoPrivileges(string service)
    {
        var block = Service(service);

        block.Should().Contain("read_only: true").And.Contain("cap_drop: [ALL]").And.Contain("""security_opt: ["no-new-privileges:true"]""");
    }

    [Fact]
    public void Ports_ArePublishedOnLoopbackOnly()
    {
        var ports = Compose.Where(line => line.TrimStart().StartsWith("ports:", StringComparison.Ordinal)).ToArray();

        ports.Should().HaveCount(Silos.Length).And.OnlyContain(line => PublishedOnLoopback().IsMatch(line));
        Service("signer").Should().Contain("network_mode: none");
    }

    [Fact]
    public void Secrets_AreFilesAndNeverInline()
    {
        Compose.Where(line => line.Contains("password", StringComparison.OrdinalIgnoreCase) && line.Contains(": ", StringComparison.Ordinal)
                && !line.TrimStart().StartsWith('#'))
            .Should().OnlyContain(line => line.Contains("/run/secrets/", StringComparison.Ordinal) || line.Contains("secrets: [", StringComparison.Ordinal)
                || line.Contains("{ file: ", StringComparison.Ordinal));
        Repository.Read(".gitignore").Should().Contain("docker/postgres.password");
    }

    [Fact]
    public void Environment_OfEachSilo_IsAConfigurationWithoutUnknownKeys()
    {
        ClusterCertificates.Make([Path.Combine(_folder, "data", "cluster"), .. Silos.Select(silo => $"silo:{silo}")], TimeProvider.System);
        Directory.CreateDirectory(Path.Combine(_folder, "secrets"));
        File.WriteAllText(Path.Combine(_folder, "secrets", "postgres-password"), "chosen\n");
        foreach (var silo in Silos)
        {
            var environment = Environment(silo);
            environment["Cluster__Address"].Should().Be(silo);
            var source = new Watched(environment.ToDictionary(e => e.Key.Replace("__", ":", StringComparison.Ordinal), e => Here(e.Value)));

            var configuration = SiloConfiguration.Read(new ConfigurationBuilder().Add(source).Build());

            configuration.Store.Should().Be("postgres");
            configuration.PostgresConnectionString.Should().Contain("Password=chosen");
            configuration.Cluster.Tls!.KeyFile.Should().EndWith($"{silo}.key");
            configuration.Chains.Should().ContainSingle();
            source.Unread.Should().BeEquivalentTo(["OTEL_EXPORTER_OTLP_ENDPOINT"], "the gateway's telemetry reads it");
        }
    }

    [Fact]
    public void StopGracePeriod_IsLongerThanTheDrain()
    {
        var drain = int.Parse(Environment("silo1")["Cluster__DrainMs"], System.Globalization.CultureInfo.InvariantCulture);
        var grace = int.Parse(GracePeriod().Match(Service("silo1")).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

        grace.Should().BeGreaterThan((drain / 1000) + 5);
    }

    private string Here(string value) => value switch
    {
        _ when Silos.Contains(value) => "127.0.0.1",
        _ when value.StartsWith("/data", StringComparison.Ordinal) => _folder + value,
        _ when value.StartsWith("/run/secrets", StringComparison.Ordinal) => _folder + value["/run".Length..],
        _ => value,
    };

    /// <summary>A service's lines with those of the anchors it merges.</summary>
    private static string Service(string name)
    {
        var own = Block(Array.IndexOf(Compose, "services:"), $"  {name}:");
        return string.Join('\n', own.Any(line => line.Trim() == "<<: *silo") ? own.Concat(Block(0, "x-silo: &silo")) : own);
    }

    private static Dictionary<string, string> Environment(string silo)
    {
        var own = Block(Array.IndexOf(Compose, $"  {silo}:"), "    environment:");
        return Block(0, "x-silo-environment: &silo-environment").Concat(own).Select(line => Variable().Match(line)).Where(match => match.Success)
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Trim('"'));
    }

    /// <summary>The lines below a header that are indented further.</summary>
    private static string[] Block(int from, string header)
    {
        var start = Array.IndexOf(Compose, header, from);
        start.Should().BeGreaterThanOrEqualTo(0, $"the file has a line \"{header}\"");
        var indent = header.Length - header.TrimStart().Length;
        return [.. Compose.Skip(start + 1).TakeWhile(line => line.Length == 0 || line.Length - line.TrimStart().Length > indent).Where(line => line.Length > 0)];
    }

    [GeneratedRegex("""^ +ports: \["127\.0\.0\.1:\d+:8080"\]$""")]
    private static partial Regex PublishedOnLoopback();

    [GeneratedRegex(@"^ +([A-Za-z_0-9]+): (.+)$")]
    private static partial Regex Variable();

    [GeneratedRegex(@"stop_grace_period: (\d+)s")]
    private static partial Regex GracePeriod();

    /// <summary>Knows which of its keys were asked for.</summary>
    private sealed class Watched : ConfigurationProvider, IConfigurationSource
    {
        private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

        public Watched(IReadOnlyDictionary<string, string> values)
        {
            foreach (var (key, value) in values) Data[key] = value;
        }

        public IEnumerable<string> Unread => Data.Keys.Except(_read, StringComparer.OrdinalIgnoreCase);

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override bool TryGet(string key, out string? value)
        {
            _read.Add(key);
            return base.TryGet(key, out value);
        }
    }
}
