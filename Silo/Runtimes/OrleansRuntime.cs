using System.Net;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Runtimes;

/// <summary>What stands behind the Orleans API in this build: Orleans itself. EmbeddedRuntime.cs is the other one; the project file chooses.</summary>
public static class SiloRuntime
{
    private const string Provider = "Npgsql";

    /// <summary>Where Orleans keeps who subscribes to a stream.</summary>
    private const string StreamSubscriptions = "PubSubStore";

    /// <summary>Silos of a cluster share one database, and a restarted silo may come before the dead one's connections are gone.</summary>
    public const bool SharesItsJournal = true;

    /// <summary>
    /// Makes this process a silo: of the cluster whose members are listed in the journal's PostgreSQL; with SQLite, whose file has one owner, of a
    /// cluster of its own.
    /// </summary>
    public static void AddRuntime(this IHostApplicationBuilder host, SiloConfiguration configuration) => host.UseOrleans(silo =>
    {
        var cluster = configuration.Cluster;
        if (configuration.PostgresConnectionString is { } database && configuration.Store == "postgres") AddMembership(silo, database);
        else silo.UseLocalhostClustering(cluster.SiloPort, cluster.GatewayPort, null, cluster.Service, cluster.Id).AddMemoryGrainStorage(StreamSubscriptions);
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.Id, cluster.Service));
        silo.Configure<EndpointOptions>(options =>
        {
            (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (cluster.Address, cluster.SiloPort, cluster.GatewayPort);
            // Nothing listens on an address that was not named.
            options.SiloListeningEndpoint = new IPEndPoint(cluster.Address, cluster.SiloPort);
            if (cluster.GatewayPort != 0) options.GatewayListeningEndpoint = new IPEndPoint(cluster.Address, cluster.GatewayPort);
        });
        if (configuration.Webhooks.HasStreams) silo.AddMemoryStreams(WebhookStream.Provider);
        if (cluster.Tls is { } files) ClusterTls.Load(files).Protect(silo);
    });

    private static void AddMembership(ISiloBuilder silo, string database)
    {
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Provider, database));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Provider, database));
        silo.AddAdoNetGrainStorage(StreamSubscriptions, options => (options.Invariant, options.ConnectionString) = (Provider, database));
    }
}
