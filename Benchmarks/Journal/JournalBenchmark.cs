using System.Globalization;
using System.Text.RegularExpressions;

namespace TPWallet.Benchmarks.Journal;

/// <summary>
/// Durable account transfers per second beside <c>pgbench -N</c>: the same PostgreSQL with fsync, the same number of clients, in turns in the same
/// run.
/// </summary>
public sealed partial class JournalBenchmark : IBenchmark
{
    private const int Rounds = 3;
    private const int PgbenchScale = 10;

    private const int Accounts = 10_000;

    /// <summary>More than a round can send.</summary>
    private const int PreparedPerRound = 100_000;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(5);
    private static readonly (int Clients, double Target)[] Loads = [(64, 2.0), (1, 0.9)];

    /// <inheritdoc/>
    public string Name => "journal";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report("starting PostgreSQL");
        await using var cluster = await PostgresCluster.StartAsync(cancellationToken);
        var database = await cluster.CreateDatabaseAsync("journal", cancellationToken);
        await cluster.CreateDatabaseAsync("pgbench", cancellationToken);
        await cluster.PgbenchAsync("pgbench", ["-i", "-q", "-s", $"{PgbenchScale}"], cancellationToken);
        progress.Report("founding accounts");
        await using var path = await AccountTransferPath.OpenAsync(database, Accounts, cancellationToken);
        var rows = new List<BenchRow>();
        foreach (var (clients, target) in Loads)
        {
            await path.PrepareAsync(PreparedPerRound, null, cancellationToken);
            await TransfersAsync(path, clients, RoundTime, cancellationToken);
            var (ours, limit) = (0.0, 0.0);
            for (var round = 1; round <= Rounds; round++)
            {
                await path.PrepareAsync(PreparedPerRound, null, cancellationToken);
                var tps = await PgbenchAsync(cluster, clients, cancellationToken);
                var (before, count) = (Environment.CpuUsage.TotalTime, path.Completed);
                var transfers = await TransfersAsync(path, clients, RoundTime, cancellationToken);
                var each = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / (path.Completed - count);
                (ours, limit) = (ours + transfers / Rounds, limit + tps / Rounds);
                progress.Report($"{clients} clients, round {round} of {Rounds}: {transfers:F0} transfers/s ({each:F0} µs of our processor time each), pgbench -N {tps:F0}/s");
            }

            rows.Add(new BenchRow($"journal.transfers_{clients}", ours, limit, target, "1/s", LowerIsBetter: false, $"pgbench -N -c {clients}"));
        }

        return rows;
    }

    private static async Task<double> PgbenchAsync(PostgresCluster cluster, int clients, CancellationToken cancellationToken)
    {
        var threads = Math.Min(clients, Environment.ProcessorCount);
        var printed = await cluster.PgbenchAsync(
            "pgbench", ["-N", "-n", "-c", $"{clients}", "-j", $"{threads}", "-T", $"{(int)RoundTime.TotalSeconds}"], cancellationToken);
        return double.Parse(Tps().Match(printed).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    // Each client waits for its answer before it asks again, as pgbench's clients do. The time includes the last credits.
    private static async Task<double> TransfersAsync(ITransferPath path, int clients, TimeSpan time, CancellationToken cancellationToken)
    {
        var before = path.Completed;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                var random = new Random(client);
                while (clock.Elapsed < time)
                {
                    await path.TransferAsync(client, random.Next(path.Accounts), cancellationToken);
                }
            },
            cancellationToken)));
        await path.DrainAsync(cancellationToken);
        return (path.Completed - before) / clock.Elapsed.TotalSeconds;
    }

    [GeneratedRegex(@"tps = ([0-9.]+) \(without initial connection time\)")]
    private static partial Regex Tps();
}
