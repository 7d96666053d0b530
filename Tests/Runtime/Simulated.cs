using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace TPWallet.Tests.Runtime;

/// <summary>A cluster on the seeded scheduler and a manual clock: what is ready runs until all is quiet, and only then time moves.</summary>
internal sealed class Simulated : IAsyncDisposable
{
    private Simulated(int seed) => Dispatcher = new SeededDispatcher(seed);

    public ManualTime Time { get; } = new();

    public SeededDispatcher Dispatcher { get; }

    public InProcessTestCluster Cluster { get; private set; } = null!;

    public Notes Notes { get; } = new();

    public static async Task<Simulated> RunAsync(
        Func<Simulated, Task> scenario, Action<InProcessTestClusterBuilder>? configure = null, int seed = 1, short silos = 1)
    {
        await using var run = new Simulated(seed);
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureHost(host => host.Services
            .AddSingleton<TimeProvider>(run.Time).AddSingleton<WorkDispatcher>(run.Dispatcher).AddSingleton(run.Notes));
        configure?.Invoke(builder);
        run.Cluster = builder.Build();
        await run.Cluster.DeployAsync();
        await run.Dispatcher.RunAsync(() => scenario(run));
        return run;
    }

    public T Grain<T>(string key) where T : IGrainWithStringKey => Cluster.Client.GetGrain<T>(key);

    /// <summary>Lets everything that is ready run to its end.</summary>
    public Task Settle() => Dispatcher.WhenIdle();

    /// <summary>Moves the clock when all is quiet, and lets what follows run to its end.</summary>
    public async Task Pass(TimeSpan time)
    {
        await Settle();
        Time.Advance(time);
        await Settle();
    }

    /// <summary>Cancels on this thread: CancelAsync would go through the thread pool, which a simulation must not touch.</summary>
    public static void Cancel(CancellationTokenSource source) => source.Cancel();

    public async ValueTask DisposeAsync()
    {
        // Killing leaves nothing to wait for: the simulation's thread has ended.
        foreach (var silo in Cluster.Silos)
            silo.ServiceProvider.GetRequiredService<Orleans.Runtime.Silo>().Dispose();
        await Cluster.DisposeAsync();
    }
}

/// <summary>The two classes behind one interface, told apart by the start of their names.</summary>
internal static class Probes
{
    public static IProbeGrain Probe(this Simulated run, string key) => run.Cluster.Client.GetGrain<IProbeGrain>(key, typeof(ProbeGrain).FullName);

    public static IProbeGrain Reentrant(this Simulated run, string key) =>
        run.Cluster.Client.GetGrain<IProbeGrain>(key, typeof(ReentrantProbeGrain).FullName);
}
