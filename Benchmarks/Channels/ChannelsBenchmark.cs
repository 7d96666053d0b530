using TPWallet.Benchmarks.Journal;

namespace TPWallet.Benchmarks.Channels;

/// <summary>
/// Updates of payment channels that both sides sign and verify, beside what libsecp256k1 needs on the same cores for two signatures and two verifications: in memory
/// (<see cref="MemoryRow"/>), and durable on PostgreSQL before anything is acknowledged (<see cref="DurableRows"/>).
/// </summary>
public sealed class ChannelsBenchmark : IBenchmark
{
    private const int Channels = 256;

    public string Name => "channels";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var wanted = Environment.GetEnvironmentVariable("TPW_CHANNEL_ROWS")?.Split(',');
        var rows = new List<BenchRow>();
        if (Wants("memory")) rows.Add(await MemoryRow.MeasureAsync(progress, cancellationToken));
        await using var cluster = await PostgresCluster.StartAsync(cancellationToken);
        var database = await cluster.CreateDatabaseAsync("channels", cancellationToken);
        var folder = Directory.CreateTempSubdirectory("tpw-bench-");
        try
        {
            await using var silo = await ChannelSilo.StartAsync(database, folder.FullName, cancellationToken);
            progress.Report($"opening {Channels} channels");
            var durable = new DurableRows(silo, await silo.OpenAsync(Channels, cancellationToken), progress);
            if (Wants("durable")) rows.Add(await durable.DurableAsync(cancellationToken));
            if (Wants("hot")) rows.Add(await durable.HotAsync(cancellationToken));
            if (Wants("unpipelined")) rows.Add(await durable.UnpipelinedAsync(await cluster.CreateDatabaseAsync("commits", cancellationToken), cancellationToken));
            if (Wants("growth")) rows.Add(await new GrowthRow(silo, progress).MeasureAsync(cancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return rows;

        bool Wants(string row) => wanted?.Contains(row) ?? true;
    }
}
