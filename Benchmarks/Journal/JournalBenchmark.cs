namespace TPWallet.Benchmarks.Journal;

/// <summary>
/// Durable account transfers (<see cref="AccountTransferPath"/>) beside <c>pgbench -N</c>: the same PostgreSQL with fsync, the same number of clients,
/// in turns in the same run.
/// </summary>
public sealed class JournalBenchmark : IBenchmark
{
    private const int Rounds = 3;
    private const int LatencyRounds = 5;
    private const int Accounts = 10_000;
    private const int HotAccount = 0;

    /// <summary>More than a round can send.</summary>
    private const int PreparedPerRound = 160_000;
    private const int PreparedPerHotRound = 80_000;

    /// <summary>Latencies are taken at this part of the peak, with the clients of the peak.</summary>
    private const double PartOfPeak = 0.7;
    private const int PeakClients = 64;

    private static readonly TimeSpan _roundTime = TimeSpan.FromSeconds(5);

    /// <summary>The light load first: what a heavy one leaves to the sweepers comes due half a minute later, and is not the light one's.</summary>
    private static readonly (int Clients, double Target)[] _loads = [(1, 0.9), (PeakClients, 2.0), (256, 2.5)];

    /// <inheritdoc/>
    public string Name => "journal";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report("starting PostgreSQL");
        await using var cluster = await PostgresCluster.StartAsync(cancellationToken);
        var database = await cluster.CreateDatabaseAsync("journal", cancellationToken);
        var pgbench = await Pgbench.PrepareAsync(cluster, cancellationToken);
        var data = Directory.CreateTempSubdirectory("tpw-bench-");
        try
        {
            progress.Report($"founding {Accounts} accounts");
            var rows = new List<BenchRow>();
            var path = await AccountTransferPath.OpenAsync(database, data.FullName, Accounts, cancellationToken);
            await using (path)
            {
                foreach (var (clients, target) in _loads) rows.Add(await RateRowAsync(path, pgbench, clients, target, progress, cancellationToken));
                var peak = rows[Array.FindIndex(_loads, static load => load.Clients == PeakClients)];
                rows.Add(await LatencyRowAsync(path, cluster, pgbench, peak, progress, cancellationToken));
                rows.Add(await HotRowAsync(path, progress, cancellationToken));
                if (await path.PayingAsync() is > 0 and var paying) throw new InvalidOperationException($"{paying} payers have not closed their transfers.");
            }

            rows.Add(await ReplayRowAsync(new Replay(database, data.FullName, path.IdOf(HotAccount)), progress, cancellationToken));
            return rows;
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<BenchRow> RateRowAsync(
        AccountTransferPath path, Pgbench pgbench, int clients, double target, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var load = new TransferLoad(path);
        await path.PrepareAsync(PreparedPerRound, null, cancellationToken);
        await load.RateAsync(clients, null, _roundTime, cancellationToken);
        var (ours, limit) = (0.0, 0.0);
        for (var round = 1; round <= Rounds; round++)
        {
            await path.PrepareAsync(PreparedPerRound, null, cancellationToken);
            var tps = await pgbench.RateAsync(clients, _roundTime, cancellationToken);
            var (before, count) = (Environment.CpuUsage.TotalTime, path.Completed);
            var rate = await load.RateAsync(clients, null, _roundTime, cancellationToken);
            var each = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / (path.Completed - count);
            (ours, limit) = (ours + rate / Rounds, limit + tps / Rounds);
            progress.Report($"{clients} clients, {round} of {Rounds}: {rate:F0} transfers/s, {each:F0} µs of our processor time each; pgbench -N {tps:F0}/s");
        }

        return new BenchRow($"journal.transfers_{clients}", ours, limit, target, "1/s", LowerIsBetter: false, $"pgbench -N -c {clients}");
    }

    private static async Task<BenchRow> LatencyRowAsync(
        AccountTransferPath path, PostgresCluster cluster, Pgbench pgbench, BenchRow peak, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var load = new TransferLoad(path);
        var rounds = new List<(double Ours, double Theirs)>();
        while (rounds.Count < LatencyRounds)
        {
            await path.PrepareAsync(PreparedPerRound, null, cancellationToken);
            await cluster.CheckpointAsync(cancellationToken);
            var theirs = P99(await pgbench.LatenciesAsync(PeakClients, PartOfPeak * peak.Limit, _roundTime, cancellationToken));
            await cluster.CheckpointAsync(cancellationToken);
            var ours = P99(await load.LatenciesAsync(PeakClients, PartOfPeak * peak.Ours, _roundTime, cancellationToken));
            rounds.Add((ours, theirs));
            progress.Report($"{PartOfPeak:P0} of the peak, {rounds.Count} of {LatencyRounds}: p99 {ours:F1} ms, pgbench -N {theirs:F1} ms");
        }

        // The middle one of the rounds: a disk that stands still for a second in one of them says nothing of either.
        var middle = rounds.OrderBy(static round => round.Ours / round.Theirs).ElementAt(LatencyRounds / 2);
        return new BenchRow("journal.p99_vs_pgbench", middle.Ours, middle.Theirs, 0.5, "ms", LowerIsBetter: true, "pgbench -N's p99 at 70 % of its peak");
    }

    private static async Task<BenchRow> HotRowAsync(AccountTransferPath path, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var load = new TransferLoad(path);
        var (hot, spread) = (0.0, 0.0);
        for (var round = 1; round <= Rounds; round++)
        {
            await path.PrepareAsync(PreparedPerRound, null, cancellationToken);
            var all = await load.RateAsync(PeakClients, null, _roundTime, cancellationToken);
            await path.PrepareAsync(PreparedPerHotRound, HotAccount, cancellationToken);
            var one = await load.RateAsync(PeakClients, HotAccount, _roundTime, cancellationToken);
            (hot, spread) = (hot + one / Rounds, spread + all / Rounds);
            progress.Report($"one payer, {round} of {Rounds}: {one:F0} transfers/s, spread over {Accounts}: {all:F0}/s");
        }

        return new BenchRow("journal.hot_account", hot, spread, 0.7, "1/s", LowerIsBetter: false, $"payers spread over {Accounts} accounts");
    }

    private static async Task<BenchRow> ReplayRowAsync(Replay replay, IProgress<string> progress, CancellationToken cancellationToken)
    {
        List<double> ours = [], bare = [];
        for (var round = 1; round <= Rounds; round++)
        {
            bare.Add(await replay.SelectAsync(cancellationToken));
            ours.Add(await replay.OursAsync(cancellationToken));
            progress.Report($"replay, {round} of {Rounds}: {ours[^1]:F0} rows/s, bare SELECT {bare[^1]:F0} rows/s");
        }

        // The first of each runs cold code.
        return new BenchRow("journal.replay", ours.Skip(1).Average(), bare.Skip(1).Average(), 0.3, "rows/s", LowerIsBetter: false, "bare SELECT of the same rows");
    }

    private static double P99(IReadOnlyCollection<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        return sorted[(int)(sorted.Length * 0.99)].TotalMilliseconds;
    }
}
