using System.Globalization;
using System.Text.RegularExpressions;

namespace TPWallet.Benchmarks.Journal;

/// <summary><c>pgbench -N</c> on a database of its own in the same cluster.</summary>
internal sealed partial class Pgbench
{
    private const string Database = "pgbench";
    private const int Scale = 10;

    private readonly PostgresCluster _cluster;

    private Pgbench(PostgresCluster cluster) => _cluster = cluster;

    public static async Task<Pgbench> PrepareAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        await cluster.CreateDatabaseAsync(Database, cancellationToken);
        await cluster.PgbenchAsync(Database, ["-i", "-q", "-s", $"{Scale}"], cancellationToken);
        return new Pgbench(cluster);
    }

    /// <summary>Transactions per second of so many clients, each asking again when it was answered.</summary>
    public async Task<double> RateAsync(int clients, TimeSpan time, CancellationToken cancellationToken)
    {
        var printed = await _cluster.PgbenchAsync(Database, Arguments(clients, time), cancellationToken);
        return double.Parse(Tps().Match(printed).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>Time of each transaction from the instant it was due at, when they are due at random at this rate.</summary>
    public async Task<List<TimeSpan>> LatenciesAsync(int clients, double ratePerSecond, TimeSpan time, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("tpw-pgbench-");
        try
        {
            await _cluster.PgbenchAsync(
                Database,
                [.. Arguments(clients, time), "-R", $"{(int)ratePerSecond}", "-l", $"--log-prefix={Path.Combine(folder.FullName, "log")}"],
                cancellationToken);
            // Each line: client, transaction, time in µs since it was due, script, seconds, microseconds, lag.
            return [.. folder.GetFiles().SelectMany(file => File.ReadLines(file.FullName))
                .Select(line => TimeSpan.FromMicroseconds(double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture)))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] Arguments(int clients, TimeSpan time) =>
        ["-N", "-n", "-c", $"{clients}", "-j", $"{Math.Min(clients, Environment.ProcessorCount)}", "-T", $"{(int)time.TotalSeconds}"];

    [GeneratedRegex(@"tps = ([0-9.]+) \(without initial connection time\)")]
    private static partial Regex Tps();
}
