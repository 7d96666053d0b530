using Orleans.Configuration;
using Orleans.Hosting;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Runtimes;

/// <summary>What stands behind the Orleans API in this build: the embedded runtime. OrleansRuntime.cs is the other one; the project file chooses.</summary>
public static class SiloRuntime
{
    /// <summary>One process is the only owner of its database; a second one is refused at start.</summary>
    public const bool SharesItsJournal = false;

    /// <summary>Makes this process the whole cluster.</summary>
    public static void AddRuntime(this IHostApplicationBuilder host, SiloConfiguration configuration) => host.UseOrleans(silo =>
    {
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (configuration.Cluster.Id, configuration.Cluster.Service));
        if (configuration.Webhooks.HasStreams) silo.AddMemoryStreams(WebhookStream.Provider);
    });
}
