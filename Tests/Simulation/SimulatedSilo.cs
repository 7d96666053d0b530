using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Composition;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// One life of one silo, on a machine of its own: the product's composition over simulated ports. Its cluster of one has its own directory; the network
/// joins the silos. A restart is another life with another number.
/// </summary>
internal sealed class SimulatedSilo : IDisposable
{
    private static long _clusters;

    private readonly World _world;
    private readonly NodePool _pool;
    private readonly ServiceProvider _services;
    private readonly TurnScheduler _work;
    private readonly CancellationTokenSource _stopping = new();

    public SimulatedSilo(World world, int number)
    {
        (_world, Number) = (world, number);
        Time = world.Clocks.OfSilo();
        Journal = new SimulatedJournal(world.Store, world.Seal, world.Time, world.Clocks.Database, world.Faults, world.Chance.Fork($"journal {number}"), Crash, line => world.Tell($"silo {number}: {line}"))
        {
            Begun = world.Restores.Begun,
        };
        _work = new TurnScheduler(world.Dispatcher, null);
        _pool = new NodePool(Domain.People.Chain.EvmNumber, world.Nodes.Select(NodeOf), Time);
        _services = Compose();
        Host = _services.GetRequiredService<Orleans.Runtime.Silo>();
    }

    public int Number { get; }

    public Orleans.Runtime.Silo Host { get; }

    public MachineTime Time { get; }

    public SimulatedJournal Journal { get; }

    public bool IsRunning { get; private set; }

    /// <summary>How calls of this process are answered within a cluster of its own.</summary>
    public static void AddRuntime(IServiceCollection services, World world, TimeProvider time)
    {
        services.AddSingleton<ILoggerFactory>(world.Log);
        services.AddSingleton(time);
        services.AddSingleton<WorkDispatcher>(world.Dispatcher);
        services.AddSingleton<CallCarrier>(world.Network);
        var cluster = $"simulated-{Interlocked.Increment(ref _clusters)}";
        services.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster));
    }

    /// <summary>Whether this silo found out that a node lied.</summary>
    public bool HasQuarantined(string node) => _pool.Nodes.Any(one => one.Node.Name == node && one.Health.Quarantined is not null);

    public void Start()
    {
        IsRunning = true;
        _work.Queue(new ActionTurn(() => _ = StartAsync()));
    }

    /// <summary>kill -9: no turn runs any more, nothing that waits is written.</summary>
    public void Crash()
    {
        if (!IsRunning) return;
        _world.Tell($"silo {Number} dies");
        Leave();
        Host.Dispose();
        _world.Reboot();
    }

    /// <summary>SIGTERM: activations end in order, for as long as that takes.</summary>
    public void Stop() => _work.Queue(new ActionTurn(() => _ = StopAsync()));

    /// <summary>The host's order: before anything is served, the journal is compared with the signer. A process that cannot do so ends, and is started again.</summary>
    private async Task StartAsync()
    {
        try
        {
            await _services.GetRequiredService<RestoreCheck>().CompareAsync(_stopping.Token);
        }
        catch (Exception exception) when (exception is SetUpException or IOException)
        {
            _world.Tell($"silo {Number} does not start: {exception.Message}");
            Crash();
            return;
        }

        _ = Host.StartAsync(CancellationToken.None);
        _world.Network.Join(this);
        _world.Restores.Serves(this);
        await ActivatorUtilities.CreateInstance<SiloStart>(_services).RunAsync(_stopping.Token);
    }

    private async Task StopAsync()
    {
        if (!IsRunning) return;
        _world.Tell($"silo {Number} stops");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), _world.Time);
        await Host.StopAsync(limit.Token);
        if (!IsRunning) return;
        Leave();
        _world.Reboot();
    }

    /// <summary>Ends one activation, as idle collection does.</summary>
    public void EndOne(Chance chance)
    {
        var activations = Host.Cluster.ActivationsOf(Host).ToArray();
        if (activations.Length == 0) return;
        chance.Pick(activations).Deactivate(new(DeactivationReasonCode.ActivationIdle, "The simulation wants it so."));
    }

    public void Dispose()
    {
        if (IsRunning) Leave();
        Host.Dispose();
        _services.Dispose();
        _stopping.Dispose();
    }

    private void Leave()
    {
        IsRunning = false;
        Journal.Kill();
        _work.Halt();
        _world.Network.Lose(this);
    }

    private ServiceProvider Compose()
    {
        var services = new ServiceCollection();
        AddRuntime(services, _world, Time);
        var ids = _world.Chance.Fork($"ids {Number}");
        var chain = new ServedChain(_world.Profile, _pool) { Lag = _world.Lag };
        services.AddGrains(
            World.Tenant,
            World.ClockDoubt,
            World.WakeTimes,
            Journal,
            _world.Signer,
            new ChainSet([chain]),
            ids.Id,
            new MasterKey(new byte[MasterKey.Size]),
            _world.Chance.Fork($"personal {Number}").Bytes,
            (kind, state, command, reply) =>
            {
                _world.Coverage.Decided(kind, state, command, reply);
                _world.Checks.Decided(this, kind, command.CommandId, reply);
            },
            risk: _world.Risk);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<EffectRunner>();
        services.AddSingleton<IEffectRunner>(s => new ContractEffects(_world, s.GetRequiredService<EffectRunner>()));
        EmbeddedServices.AddSilo(services, null).AddIncomingGrainCallFilter<InnerCallFilter>();
        var built = services.BuildServiceProvider();

        // The host's part of the start: what it finds out about nodes outlives it.
        built.GetRequiredService<NodeRegister>().Watch(chain);
        return built;
    }

    private EthereumNode NodeOf(ModelNode node, int number) => new(_world.NodeName(number), $"organisation-{number}", Domain.People.Chain.EvmNumber, node);
}
