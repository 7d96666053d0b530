using System.Collections.Concurrent;
using System.Globalization;
using TPWallet.Benchmarks.Journal;
using TPWallet.Client;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>
/// Clients over REST, a real silo or a cluster of them on a real PostgreSQL, a signer and a chain, and a plan of faults. Ends only processes that it started, by
/// their ids.
/// </summary>
internal sealed partial class ChaosRun : IAsyncDisposable
{
    /// <summary>The gateway takes about 436 requests a second from one key.</summary>
    private const int ApiKeys = 16;

    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(10);

    /// <summary>A silo does not join while one that counts as living does not answer it.</summary>
    private static readonly TimeSpan ClusterStart = TimeSpan.FromSeconds(300);

    private readonly ChaosPlan _plan;
    private readonly Action<string> _tell;
    private readonly PostgresCluster _cluster;
    private readonly string _database;
    private readonly DatabaseFaults _faults;
    private readonly ChaosTown _town;
    private readonly CommandLog _log = new();
    private readonly List<Silo> _serving = [];
    private readonly Chance _chance;
    private readonly SortedDictionary<ChaosFault, int> _done = [];
    private readonly ConcurrentQueue<string> _broken = new();
    private readonly HashSet<int> _ended = [];
    private readonly ClusterPorts _ports = new();
    private Task _replaced = Task.CompletedTask;
    private Stage _stage = null!;
    private Front _front = null!;
    private ImmutableArray<ClientProcess> _clients = [];

    private ChaosRun(ChaosPlan plan, Action<string> tell, PostgresCluster cluster, string database)
    {
        (_plan, _tell, _cluster, _database) = (plan, tell, cluster, database);
        (_faults, _town, _chance) = (new(cluster, database), new(plan.Seed, plan.Accounts), ChaosPlan.ChanceOf(plan.Seed));
    }

    /// <param name="folder">Where the processes' logs are left; it is emptied.</param>
    public static async Task<ChaosReport> RunAsync(ChaosPlan plan, string folder, Action<string> tell, CancellationToken cancellationToken)
    {
        tell($"seed {plan.Seed}");
        var cluster = await PostgresCluster.StartAsync(cancellationToken);
        await using var ended = cluster;
        await using var run = new ChaosRun(plan, tell, cluster, await cluster.CreateDatabaseAsync("chaos", cancellationToken));
        await run.StartAsync(folder, cancellationToken);
        return await run.LiveAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // A stopped process hears no request to end.
        foreach (var silo in _serving) await silo.Process.KillAsync();
        foreach (var client in _clients) await client.DisposeAsync();
        if (_stage is not null) await _stage.DisposeAsync();
    }

    private async Task StartAsync(string folder, CancellationToken cancellationToken)
    {
        var places = Places.Find(folder);
        ImmutableArray<ApiKey> keys = [.. Enumerable.Range(0, ApiKeys).Select(i =>
            ApiKeyFile.Generate($"client-{i}", Stage.Tenant, [ApiKey.AllAccounts], [ApiScope.Read, ApiScope.Propose, ApiScope.Admin]))];
        await ApiKeyFile.WriteAsync(KeyFile(places), new(keys), cancellationToken);
        _front = new(keys);
        _stage = await Stage.OpenAsync(places, Settings(), new Teller(json: true), cancellationToken);
        Open(Started());
        while (_serving.Count < _plan.Silos) await StartSiloAsync(cancellationToken);
        await _town.FoundAsync(_stage, cancellationToken);
        var bank = new ChaosClient(_plan.Clients, _front, _town, _log, _chance.Fork("bank"));
        foreach (var share in _town.Shares()) await bank.PayAsync(share, cancellationToken);
        _tell($"{_plan.Accounts} accounts founded; {_plan.Clients} clients pay; {_plan.Steps.Length} faults are planned");
    }

    private StageSettings Settings()
    {
        var settings = new StageSettings(
            TimeSpan.FromMilliseconds(100),
            [
                "--Journal:Store=postgres", $"--Journal:Postgres:ConnectionString={_database}", "--Journal:Postgres:Exclusive=false",
                "--Wake:AfterMs=1000", "--Wake:SweepEveryMs=500", "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
            ])
        {
            SiloProgram = _plan.SiloProgram,
        };
        return _plan.Silos == 0 ? settings : settings with { Orleans = true, EachSilo = _ports.Next, SiloStart = ClusterStart };
    }

    private async Task<ChaosReport> LiveAsync(CancellationToken cancellationToken)
    {
        // From here on the chain stands still, so that what is written is what clients and their packets make.
        using var held = await _stage.Chain.HoldAsync(cancellationToken);
        var clock = Stopwatch.StartNew();
        _clients = ClientProcess.StartAll(_plan, KeyFile(_stage.Places), _stage.Places.Output, _broken.Enqueue);
        foreach (var silo in _serving) Open(silo.Address, _clients);
        var paying = Task.WhenAll(_clients.Select(client => client.Ended));
        var telling = TellAsync(clock, paying, cancellationToken);
        await FaultsAsync(paying, cancellationToken);
        foreach (var client in _clients) client.TellEnough();
        var healed = Stopwatch.StartNew();
        await Task.WhenAny(paying, PlanClock.AfterAsync(_plan.Drain, cancellationToken));
        foreach (var client in _clients) client.TellToGiveUp();
        await NotedAsync(paying, "clients");
        await telling;
        var took = clock.Elapsed;
        var verdict = await JudgeAsync(healed, cancellationToken);
        if (verdict.Unfinished is { } unfinished) verdict.Fail("stuck", $"{_plan.Drain.TotalSeconds:0} s after the last fault: {unfinished}");
        return new(_plan.Seed, took, Reached, healed.Elapsed, _done, verdict, [.. _broken]);
    }

    /// <summary>The plan, one fault after the other; it ends early when all clients have failed, or when a silo does not start again.</summary>
    private async Task FaultsAsync(Task paying, CancellationToken cancellationToken)
    {
        foreach (var step in _plan.Steps)
        {
            if (await Task.WhenAny(paying, PlanClock.AfterAsync(step.Before, cancellationToken)) == paying) return;
            var fault = DoAsync(step, cancellationToken);
            await NotedAsync(fault, step.Fault.ToString());
            if (!fault.IsCompletedSuccessfully) return;
            _done[step.Fault] = _done.GetValueOrDefault(step.Fault) + 1;
        }

        await NotedAsync(_replaced, "the last silo");
    }

    /// <summary>What clients were refused without a reason, or did not come to an end with, is a violation like any other.</summary>
    private async Task NotedAsync(Task work, string whose)
    {
        try
        {
            await work;
        }
        catch (Exception)
        {
            // All of them, not only the first.
            foreach (var failure in work.Exception?.InnerExceptions ?? []) _broken.Enqueue($"{whose}: {failure.GetType().Name} {failure.Message}");
            if (work.IsCanceled) _broken.Enqueue($"{whose} not at an end");
        }
    }

    private async Task TellAsync(Stopwatch clock, Task paying, CancellationToken cancellationToken)
    {
        while (!paying.IsCompleted)
        {
            await Task.WhenAny(paying, PlanClock.AfterAsync(Progress, cancellationToken));
            var faults = string.Join(", ", _done.ToArray().Select(pair => $"{pair.Key} {pair.Value}"));
            _tell(string.Create(
                CultureInfo.InvariantCulture,
                $"{clock.Elapsed.TotalSeconds,5:0} s: {Reached.Sent} commands, {Reached.Known} known, {Reached.Settled} packets settled; {faults}"));
        }
    }

    /// <summary>How far all clients are, the bank among them.</summary>
    private Tally Reached => _clients.Aggregate(_log.Tally, static (sum, client) => sum + client.Tally);

    private static string KeyFile(Places places) => Path.Combine(places.SiloData, ApiKeyRing.FileName);

    private void Open(Silo silo)
    {
        _serving.Add(silo);
        _front.Open(silo.Address);
        Open(silo.Address, _clients);
    }

    private static void Open(Uri silo, ImmutableArray<ClientProcess> clients)
    {
        foreach (var client in clients) client.Opened(silo);
    }

    private void Close(Silo silo)
    {
        _serving.Remove(silo);
        _front.Close(silo.Address);
        foreach (var client in _clients) client.Closed(silo.Address);
    }

    /// <param name="Ports">In a cluster.</param>
    private sealed record Silo(ChildProcess Process, Uri Address, (int Silo, int Gateway) Ports);
}
