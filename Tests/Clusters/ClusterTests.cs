using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Clusters;

/// <summary>Orleans silos over TCP and PostgreSQL: they share the accounts, and nobody joins or asks without a certificate of the cluster.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ClusterTests : IDisposable
{
    private const int Accounts = 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-cluster-").FullName;
    private readonly Postgres _postgres;
    private readonly SignerNode _signer;

    public ClusterTests(Postgres postgres)
    {
        _postgres = postgres;
        var folder = Path.Combine(_folder, "signer");
        SignerNode.Initialise(folder, null, TimeProvider.System);
        _signer = SignerNode.Open(folder, null, TimeProvider.System);
    }

    private string Certificates => Path.Combine(_folder, "certificates");

    public void Dispose()
    {
        _signer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Accounts_SpreadOverSilos_AreTheSameFromEach_AndOutliveTheDeathOfOne()
    {
        Make("silo:a", "silo:b", "silo:c");
        var database = await _postgres.CreateDatabaseAsync();
        await using var a = await StartAsync(database, "a");
        await using var b = await StartAsync(database, "b");
        await using var c = await StartAsync(database, "c");
        var keys = new List<string>();
        for (var i = 0; i < Accounts; i++) keys.Add((await ClusterHost.RegisterAsync(a.Grains)).GetPrimaryKeyString());

        (await VersionsAsync(b, keys)).Should().OnlyContain(version => version == 1);
        await c.KillAsync();
        (await VersionsAsync(a, keys)).Should().OnlyContain(version => version == 1, "accounts of the dead silo live on in the others");
        await a.StopAsync();
        (await VersionsAsync(b, keys)).Should().OnlyContain(version => version == 1);
    }

    [Fact]
    public async Task Silo_ThatTheOthersTookForDead_EndsItself_AndItsAccountsLiveOn()
    {
        Make("silo:a", "silo:b");
        var database = await _postgres.CreateDatabaseAsync();
        await using var a = await StartAsync(database, "a");
        await using var b = await StartAsync(database, "b");
        var keys = new List<string>();
        for (var i = 0; i < Accounts; i++) keys.Add((await ClusterHost.RegisterAsync(a.Grains)).GetPrimaryKeyString());

        await b.DeclareDeadAsync(database);

        (await b.EndedItself.WaitAsync(TimeSpan.FromSeconds(60))).Should().Contain("dead");
        (await VersionsAsync(a, keys)).Should().OnlyContain(version => version == 1);
        a.EndedItself.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task RogueSilo_WithTheDatabaseAndNoCertificateOfTheCluster_CannotJoin()
    {
        Make("silo:a");
        var database = await _postgres.CreateDatabaseAsync();
        await using var a = await StartAsync(database, "a");
        var account = await ClusterHost.RegisterAsync(a.Grains);

        var join = () => ClusterHost.StartAsync(database, _folder, MakeOthers("silo:rogue"), "rogue", _signer.Port, silo => silo
            .Configure<ClusterMembershipOptions>(options => options.MaxJoinAttemptTime = TimeSpan.FromSeconds(1)));

        await join.Should().ThrowAsync<OrleansClusterConnectivityCheckFailedException>();
        (await account.Read())!.Version.Should().Be(1);
    }

    [Fact]
    public async Task RogueSilo_WithAnActiveRow_HearsNothingAndIsDeclaredDead()
    {
        Make("silo:a");
        MakeOthers("silo:rogue");
        var database = await _postgres.CreateDatabaseAsync();
        await using var a = await StartAsync(database, "a");
        await using var rogue = new RogueListener(Path.Combine(_folder, "others", "rogue"));
        await rogue.InsertAsync(database);

        await a.UntilDeadAsync(rogue.Port);

        rogue.Visits.Should().BePositive("the silo went to the address that the table names");
        rogue.Heard.Should().Be(0);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("others/rogue", false)]
    [InlineData("certificates/client", false)]
    [InlineData("certificates/b", true)]
    public async Task SiloPort_Peer_NeedsASiloCertificateOfTheCluster(string? peer, bool expected)
    {
        Make("silo:a", "silo:b", "client:client");
        MakeOthers("silo:rogue");
        await using var a = await StartAsync(await _postgres.CreateDatabaseAsync(), "a");

        (await IsHeardAsync(a.SiloPort, peer)).Should().Be(expected);
    }

    [Fact]
    public async Task Client_WithoutCredential_ReachesNothing_AndWithOneNeverAnInnerGrain()
    {
        Make("silo:a", "client:shop");
        await using var a = await StartAsync(await _postgres.CreateDatabaseAsync(), "a");
        var account = await ClusterHost.RegisterAsync(a.Grains);

        await a.Awaiting(host => host.ConnectAsync(null, null)).Should().ThrowAsync<Exception>("it speaks no TLS");
        await a.Awaiting(host => host.ConnectAsync(MakeOthers("client:shop"), "shop")).Should().ThrowAsync<Exception>("another authority's");
        using var shop = await a.ConnectAsync(Certificates, "shop");
        var grains = shop.Services.GetRequiredService<IClusterClient>();
        (await grains.GetGrain<IAccountGrain>(account.GetPrimaryKeyString()).Read())!.Version.Should().Be(1);
        await grains.GetGrain<ILaneGrain>($"eip155:1/0x{new string('1', 40)}").Awaiting(lane => lane.Read()).Should().ThrowAsync<UnauthorizedAccessException>();
        await shop.StopAsync();
    }

    private void Make(params string[] names) => ClusterCertificates.Make([Certificates, .. names], TimeProvider.System);

    /// <summary>Certificates of another authority.</summary>
    private string MakeOthers(params string[] names)
    {
        var folder = Path.Combine(_folder, "others");
        ClusterCertificates.Make([folder, .. names], TimeProvider.System);
        return folder;
    }

    private Task<ClusterHost> StartAsync(string database, string name) => ClusterHost.StartAsync(database, _folder, Certificates, name, _signer.Port);

    private static async Task<IReadOnlyList<long>> VersionsAsync(ClusterHost host, IEnumerable<string> keys)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await Task.WhenAll(keys.Select(key => VersionAsync(host, key, bound.Token)));
    }

    /// <summary>While a death is being noticed calls fail with exceptions that say so; a client then asks again, as the SDK does.</summary>
    private static async Task<long> VersionAsync(ClusterHost host, string key, CancellationToken bound)
    {
        while (true)
        {
            try
            {
                return (await host.Grains.GetGrain<IAccountGrain>(key).Read())!.Version;
            }
            catch (Exception e) when (e is SiloUnavailableException or OrleansMessageRejectionException or TimeoutException && !bound.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Whether the silo goes on talking after the handshake: it then waits for the peer's first message; else it ends the connection.</summary>
    private async Task<bool> IsHeardAsync(int port, string? peer)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port, bound.Token);
        await using var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
        var options = new SslClientAuthenticationOptions { TargetHost = "silo" };
        if (peer is not null)
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(Path.Combine(_folder, peer + ".pem"), Path.Combine(_folder, peer + ".key"))];
        try
        {
            await tls.AuthenticateAsClientAsync(options, bound.Token);
            // A silo that accepts the peer says first who it is.
            return await tls.ReadAsync(new byte[1], bound.Token) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
