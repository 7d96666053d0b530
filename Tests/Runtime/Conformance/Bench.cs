using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace TPWallet.Tests.Runtime.Conformance;

/// <summary>
/// A cluster of whichever runtime this build has, in real time. What is written down and which doors are opened decide the order; time passes only
/// where a time-out is the matter.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    private Bench(InProcessTestCluster cluster, Notes notes) => (Cluster, Notes) = (cluster, notes);

    public InProcessTestCluster Cluster { get; }

    public Notes Notes { get; }

    /// <param name="timeout">How long callers wait; absent: the runtime's own 30 s, which no test here waits for.</param>
    public static async Task<Bench> StartAsync(
        Action<ISiloBuilder>? silo = null, Action<IClientBuilder>? client = null, short silos = 1, TimeSpan? timeout = null)
    {
        var notes = new Notes();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureHost(host => host.Services.AddSingleton(notes));
        builder.ConfigureSilo((_, one) =>
        {
            if (timeout is { } time)
                one.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = time);
            silo?.Invoke(one);
        });
        builder.ConfigureClient(one =>
        {
            if (timeout is { } time)
                one.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = time);
            client?.Invoke(one);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new(cluster, notes);
    }

    public IProbeGrain Probe(string key = "g") => Cluster.Client.GetGrain<IProbeGrain>(key, typeof(ProbeGrain).FullName);

    public IProbeGrain Reentrant(string key = "reentrant") => Cluster.Client.GetGrain<IProbeGrain>(key, typeof(ReentrantProbeGrain).FullName);

    public IEchoGrain Echo(string key = "e") => Cluster.Client.GetGrain<IEchoGrain>(key);

    public async ValueTask DisposeAsync() => await Cluster.DisposeAsync();
}
