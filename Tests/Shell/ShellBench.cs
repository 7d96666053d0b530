using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Hosting;
using Orleans.TestingHost;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Shell;

/// <summary>A small cluster of tally grains over a model store; a second bench on the same store is a restart.</summary>
public sealed class ShellBench : IAsyncDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, JournalSeal.KeySize).Select(i => (byte)i)];

    private ShellBench(MemoryStore store, ShellTimes times)
    {
        Store = store;
        Journal = new(store, new JournalSeal(Key), TimeProvider.System);
        Services = new ShellServices(
            Journal, new JournalClock(TimeProvider.System, default), Effects, TimeProvider.System, NullLoggerFactory.Instance, "test", Guid.NewGuid, times);
        Cluster = new InProcessTestClusterBuilder(1)
            .ConfigureSilo((_, silo) =>
            {
                silo.Services.AddSingleton(Services);
                silo.AddIncomingGrainCallFilter<InnerCallFilter>();
            })
            .Build();
    }

    public MemoryStore Store { get; }

    public MemoryJournal Journal { get; }

    public ShellServices Services { get; }

    public SteeredEffects Effects { get; } = new();

    public InProcessTestCluster Cluster { get; }

    public static async Task<ShellBench> StartAsync(MemoryStore? store = null, ShellTimes? times = null)
    {
        var bench = new ShellBench(store ?? new MemoryStore(), times ?? ShellTimes.Default);
        await bench.Cluster.DeployAsync();
        return bench;
    }

    public ITallyGrain Tally(string key = "one") => Cluster.Client.GetGrain<ITallyGrain>(key);

    public StreamId Stream(string key = "one") => StreamId.Of("test", TallyMachine.Kind, key);

    public async Task<IReadOnlyList<JournalRow>> RowsAsync(string key = "one") =>
        await Journal.ReadAsync(Stream(key), 1, JournalLimits.MaxPage, CancellationToken.None);

    /// <summary>Ends when the next append has become durable and the grain has taken its outcome.</summary>
    public async Task NextAppendAsync(string key = "one")
    {
        var gate = new Gate();
        Journal.Intercept = gate.Hold;
        await gate.LetGoAsync();
        Journal.Intercept = null;
        // The outcome is a turn of the grain; a write of our own comes after it.
        (await Tally(key).Submit(new TallyCommand.Add(Guid.NewGuid(), 0))).ShouldBeAccepted();
    }

    public async ValueTask DisposeAsync()
    {
        Journal.Kill();
        await Cluster.DisposeAsync();
    }
}
