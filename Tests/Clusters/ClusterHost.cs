using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using TPWallet.Client.Devices;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Silo.Composition;
using TPWallet.Silo.Runtimes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Clusters;

/// <summary>One silo as Program.cs composes it: TCP, members in PostgreSQL, mutual TLS. Its gateway to REST is left out.</summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IJournal _journal;
    private readonly OwnEnd _end;

    private ClusterHost(WebApplication app, IJournal journal, OwnEnd end, int siloPort, int gatewayPort)
    {
        (_app, _journal, _end, SiloPort, GatewayPort) = (app, journal, end, siloPort, gatewayPort);
        _end.Reason.ContinueWith(_ => KillAsync(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Why it ended itself, where it did.</summary>
    public Task<string> EndedItself => _end.Reason;

    public int SiloPort { get; }

    public int GatewayPort { get; }

    public IServiceProvider Services => _app.Services;

    public IClusterClient Grains => _app.Services.GetRequiredService<IClusterClient>();

    /// <param name="folder">Shared by the silos of one cluster: the key of the journal's MACs.</param>
    /// <param name="certificates">Folder of <see cref="ClusterCertificates"/>.</param>
    /// <param name="signer">The cluster's one signer: a silo compares the journal with it before it serves.</param>
    /// <param name="change">What an attacker would change in his own build.</param>
    public static async Task<ClusterHost> StartAsync(
        string database, string folder, string certificates, string name, ISignerPort signer, Action<ISiloBuilder>? change = null)
    {
        var (silo, gateway) = (FreePort.Take(), FreePort.Take());
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([
            new("Data", folder), new("Tenant", "acme"), new("urls", "http://127.0.0.1:0"),
            new("Journal:Store", "postgres"), new("Journal:Postgres:ConnectionString", database),
            new("Cluster:SiloPort", $"{silo}"), new("Cluster:GatewayPort", $"{gateway}"), new("Cluster:DrainMs", "5000"),
            new("Cluster:Tls:AuthorityFile", Path.Combine(certificates, "authority.pem")),
            new("Cluster:Tls:CertificateFile", Path.Combine(certificates, name + ".pem")),
            new("Cluster:Tls:KeyFile", Path.Combine(certificates, name + ".key"))]);
        builder.Logging.ClearProviders();
        var configuration = SiloConfiguration.Read(builder.Configuration);
        var journal = await SiloComposition.OpenJournalAsync(configuration, CancellationToken.None);
        builder.AddSilo(configuration, journal, signer);
        builder.AddRuntime(configuration);
        // Sooner than in production, so that a test of a death does not take minutes.
        builder.UseOrleans(orleans => orleans.Configure<ClusterMembershipOptions>(options =>
        {
            (options.ProbeTimeout, options.NumMissedProbesLimit, options.NumVotesForDeathDeclaration) = (TimeSpan.FromSeconds(2), 3, 1);
            options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
        }));
        var end = new OwnEnd();
        builder.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler>(end));
        if (change is not null) builder.UseOrleans(change);
        var host = new ClusterHost(builder.Build(), journal, end, silo, gateway);
        try
        {
            await host._app.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>A client process of the cluster, which knows one gateway.</summary>
    public async Task<IHost> ConnectAsync(string? certificates, string? name)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client =>
        {
            client.UseConnectionRetryFilter((_, _) => Task.FromResult(false));
            client.Configure<ConnectionOptions>(options => options.OpenConnectionTimeout = TimeSpan.FromSeconds(3));
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, GatewayPort));
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("tpwallet", "tpwallet"));
            if (certificates is not null)
                ClusterTls.Load(new(
                    Path.Combine(certificates, "authority.pem"), Path.Combine(certificates, name + ".pem"), Path.Combine(certificates, name + ".key")))
                    .Protect(client);
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return host;
    }

    /// <summary>Registers an account whose one member is new.</summary>
    public static async Task<IAccountGrain> RegisterAsync(IGrainFactory grains)
    {
        using var key = DeviceKey.Create(SignatureScheme.Ed25519);
        var one = new Quorum(1, Roles.Owner);
        var changes = new ChangeRules(one, Span.Hours(48), one, Span.Hours(24), one, Span.Hours(12), one, Span.Hours(24));
        var policy = new Policy(1, [People.Rule("pay", [EffectKind.NativeOut], one)], [], changes, ProposerVotes: true);
        var member = new Member("ana", Roles.Owner | Roles.Approver, [key.ToDevice("phone")]);
        var genesis = GenesisBuilder.Build(People.Deployment, "acme", [member], policy).OrThrow();
        var account = grains.GetGrain<IAccountGrain>(Canonical.AccountId(genesis).ToString());
        var proof = GenesisBuilder.Prove(genesis, new Voter("ana", "phone", key)).OrThrow();
        (await account.Submit(new AccountCommand.Register(Guid.NewGuid(), genesis, [proof]))).Should().BeOfType<CommandReply.Accepted>();
        return account;
    }

    /// <summary>Until this silo counts the one on that port as dead.</summary>
    public async Task UntilDeadAsync(int port)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var membership = _app.Services.GetRequiredService<IClusterMembershipService>();
        await foreach (var view in membership.MembershipUpdates.WithCancellation(bound.Token))
            if (view.Members.Values.Any(member => member.SiloAddress.Endpoint.Port == port && member.Status == SiloStatus.Dead)) return;
    }

    /// <summary>Writes into the table of members that this silo is dead, as the others do after missed probes.</summary>
    public async Task DeclareDeadAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var declare = source.CreateCommand("update OrleansMembershipTable set Status = @dead where Port = @port");
        declare.Parameters.AddWithValue("dead", (int)SiloStatus.Dead);
        declare.Parameters.AddWithValue("port", SiloPort);
        (await declare.ExecuteNonQueryAsync()).Should().Be(1);
    }

    /// <summary>Ends like a killed process as far as one can within a process: nothing is handed over.</summary>
    public async Task KillAsync()
    {
        try
        {
            await _app.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException e)
        {
            // It had no time to take its leave, as it shall.
            Debug.WriteLine(e.Message);
        }
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _journal.DisposeAsync();
    }
}
