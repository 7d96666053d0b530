using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>What one seed came to.</summary>
/// <param name="PoolItems">Work items that went through the thread pool of the process meanwhile: with one seed at a time, none.</param>
internal sealed record Outcome(
    ulong Seed, ulong Trace, long Steps, long Operations, int Rows, int Signatures, TimeSpan Simulated, long PoolItems, Coverage Coverage, Faults Faults,
    InvariantBrokenException? Broken);

/// <summary>
/// One seed from its set-up to its last check: clients work while things go wrong; then the world heals and everything has to come to its end. All of it
/// on one thread.
/// </summary>
internal sealed class Simulation : IDisposable
{
    private const int Clients = 6;
    private const int OperationsWanted = 320;

    /// <summary>A smaller run shows nothing, and counts as broken.</summary>
    private const int LeastOperations = 300;
    private const int LeastSteps = 20_000;

    private const int MaxLooks = 60;

    /// <summary>How long a healed world may take, and how often it is looked at.</summary>
    private static readonly TimeSpan _longestHealing = TimeSpan.FromMinutes(240);
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _unfreezeEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _afterResume = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _longestWatch = TimeSpan.FromDays(8);

    private readonly World _world;
    private readonly Town _town;
    private readonly TownChannels _channels;
    private readonly ServiceProvider _clientServices;
    private readonly List<Client> _clients = [];

    private Simulation(ulong seed, Action<string>? trace)
    {
        _world = new World(seed, trace);
        _town = new Town(_world, _world.Chance.Fork("town"));
        _channels = new TownChannels(_world, _town, _world.Chance.Fork("channels"));
        var services = new ServiceCollection();
        SimulatedSilo.AddRuntime(services, _world, _world.Time);
        EmbeddedServices.AddClient(services, null);
        _clientServices = services.BuildServiceProvider();
        var grains = _clientServices.GetRequiredService<IClusterClient>();
        for (var i = 0; i < Clients; i++) _clients.Add(new Client(_world, grains, _world.Chance.Fork($"client {i}")));
    }

    private long Operations => _clients.Sum(client => client.Operations);

    /// <summary>Runs a seed; the caller waits.</summary>
    /// <param name="trace">Gets a line for everything that happens; null for a fast run.</param>
    public static Outcome Run(ulong seed, Action<string>? trace = null)
    {
        // A thread of its own: no synchronization context, and by UnsafeStart no async locals, of the caller show in the run.
        Outcome? outcome = null;
        var thread = new Thread(() => outcome = RunHere(seed, trace)) { IsBackground = true, Name = $"seed {seed}" };
        thread.UnsafeStart();
        thread.Join();
        return outcome!;
    }

    private static Outcome RunHere(ulong seed, Action<string>? trace)
    {
        var pool = ThreadPool.CompletedWorkItemCount;
        using var simulation = new Simulation(seed, trace);
        var world = simulation._world;
        InvariantBrokenException? broken = null;
        try
        {
            world.Run(simulation.LiveAsync);
        }
        catch (InvariantBrokenException exception)
        {
            broken = exception;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            broken = new InvariantBrokenException("no-exception", exception.ToString());
        }

        world.Checks.Count(world.Coverage);
        if (broken is null && (simulation.Operations < LeastOperations || world.Dispatcher.Steps < LeastSteps))
            broken = new InvariantBrokenException("large-enough", $"{simulation.Operations} operations and {world.Dispatcher.Steps} steps");
        return new(
            seed, world.Dispatcher.Trace, world.Dispatcher.Steps, simulation.Operations, world.Checks.Rows, world.Checks.Signatures,
            world.Time.GetUtcNow() - new SimulatedTime().GetUtcNow(), ThreadPool.CompletedWorkItemCount - pool, world.Coverage, world.Faults, broken);
    }

    public void Dispose()
    {
        _world.Dispose();
        _clientServices.Dispose();
    }

    private async Task LiveAsync()
    {
        _world.Start();
        await Task.WhenAll(_town.Teams.Select((team, i) => SetUpAsync(_clients[i], team)));
        await _channels.OpenAsync(_clients);
        await Task.WhenAll([.. _clients.Select(WorkAsync), _world.Restores.RunAsync(() => Operations, OperationsWanted + _world.Restores.Extra)]);
        _world.Heal();
        await ComeToRestAsync();
        // A run that came to rest early goes on quietly: sweeps, polls and blocks of a healthy system belong to what is watched.
        while (_world.Dispatcher.Steps < LeastSteps) await _world.Pause(_lookEvery);
    }

    /// <summary>Registers an account, makes its key, and pays it in.</summary>
    private async Task SetUpAsync(Client client, Team team)
    {
        while (await client.Submit(team.Id, new AccountCommand.Register(client.NewId(), team.Genesis, team.Proofs)) is not CommandReply.Accepted)
            await _world.Pause(TimeSpan.FromSeconds(1));
        while (await client.Submit(team.Id, new AccountCommand.RequestKey(client.NewId(), "hot", People.Chain, Tier.Hot)) is not CommandReply.Accepted)
            await _world.Pause(TimeSpan.FromSeconds(1));
        while (true)
        {
            if (await client.Read(team.Id) is { Addresses: [var attested, ..] })
            {
                team.Hot = attested.Address;
                break;
            }

            await _world.Pause(TimeSpan.FromSeconds(2));
        }

        // Now and then somebody has so little that a deposit makes the difference.
        if (client.Chance.Below(4) == 0) _town.PayIn(team.Hot.Value, People.Ether, (ulong)client.Chance.Between(1, 100_000));
        else _town.PayIn(team.Hot.Value, People.Ether * (ulong)client.Chance.Between(5, 60), (ulong)client.Chance.Between(100_000, 20_000_000));

        // In one account of two the day begins with something to spend: deposits are final and screened after some blocks, and what nobody can pay for tries little.
        if (client.Chance.Below(2) == 0) return;
        for (var look = 0; look < MaxLooks && !IsFunded(team); look++) await _world.Pause(TimeSpan.FromSeconds(5));
    }

    private bool IsFunded(Team team) => _world.Checks.Find(new(World.Tenant, "account", team.Id.ToString()))?.State is AccountState.Open open
        && new[] { People.Eth, People.Token }.All(asset => !open.Ledger.Of(Book.Available, asset).Balance.IsZero);

    /// <summary>One client's day.</summary>
    private async Task WorkAsync(Client client)
    {
        var (payments, governing, operating) = (new Payments(client, _town), new Governing(client, _town), new Operating(client, _town));
        var (arrivals, dealing) = (new Arrivals(client, _town, payments), new Dealing(client, _town, _channels));
        await _world.Pause(client.Chance.Milliseconds(0, 60_000));
        if (client.Chance.Below(2) == 0) await operating.JudgeTokenAsync();
        while (Operations < OperationsWanted + _world.Restores.Extra)
        {
            switch (dealing.IsNext() ? int.MaxValue : client.Chance.Below(20))
            {
                case int.MaxValue:
                    await dealing.DealAsync();
                    break;
                case 0:
                    await governing.ChangeAsync();
                    break;
                case 1 when client.Chance.Below(2) == 0:
                    await governing.FreezeAsync();
                    break;
                case 2:
                    var team = client.Chance.Pick(_town.Teams);
                    _town.PayIn(team.Hot!.Value, People.Ether * (ulong)client.Chance.Between(1, 10), (ulong)client.Chance.Below(1_000_000));
                    break;
                case 3 when _town.TakesFloods():
                    await arrivals.FloodAsync();
                    break;
                case 3 when client.Chance.Below(2) == 0:
                    await arrivals.TakeAsync();
                    break;
                case 4 when client.Chance.Below(4) == 0:
                    await operating.MaintainAsync();
                    break;
                case <= 6:
                    await client.Read(client.Chance.Pick(_town.Teams).Id);
                    break;
                default:
                    await payments.PayAsync();
                    break;
            }

            await _world.Pause(client.Chance.Milliseconds(100, 5_500));
        }
    }

    /// <summary>All machines are off for longer than settled transactions are watched; then the watchers let go by themselves.</summary>
    private async Task SleepAsync()
    {
        var before = _world.Now;
        _world.Sleep(_longestWatch);
        for (var look = 0; look < MaxLooks; look++)
        {
            await _world.Pause(_lookEvery);
            if (_world.Checks.Watching(before) is null && _world.Checks.Unfinished() is null) return;
        }

        _world.Fail("comes-to-rest", _world.Checks.Unfinished() ?? _world.Checks.Watching(before)!);
    }

    /// <summary>Freezes are lifted, deadlines pass, and nothing may be left that is owed or under way.</summary>
    private async Task ComeToRestAsync()
    {
        var deadline = _world.Time.GetUtcNow() + _longestHealing;
        var (governing, operating) = (new Governing(_clients[0], _town), new Operating(_clients[0], _town));
        await operating.LetGoAsync();
        while (_world.Checks.Unfinished() is { } unfinished && !_world.Checks.ChainIsStopped)
        {
            if (_world.Time.GetUtcNow() > deadline)
            {
                _world.Tell($"wakes: {string.Join(", ", _world.Store.Wakes.Select(wake => $"{_world.Store.Names[wake.Key]} {wake.Value}"))}; now {_world.Now.UnixMs}");
                _world.Fail("comes-to-rest", unfinished);
                return;
            }

            foreach (var team in _town.Teams) await governing.UnfreezeAsync(team);
            await _channels.OpenAgainAsync(_clients[0]);
            await _world.Pause(_unfreezeEvery);
        }

        if (_world.Checks.ChainIsStopped)
        {
            // What the contradiction did to the books is for people to put right; nothing may break that is safe.
            await operating.ResumeChainAsync();
            await _world.Pause(_afterResume);
        }
        else if (_clients[0].Chance.Below(8) == 0)
        {
            await SleepAsync();
        }

        await using var journal = new MemoryJournal(_world.Store, _world.Seal, _world.Time);
        await _world.Checks.FinishAsync(journal);
    }
}
