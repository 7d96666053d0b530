using TPWallet.Benchmarks.Accounts;
using TPWallet.Benchmarks.Hosting;
using TPWallet.Benchmarks.Journal;

namespace TPWallet.Benchmarks.Scale;

/// <summary>
/// What grows with the number of accounts: memory of those that are active, the time of a call to one of them (a read by the cluster client, one after
/// the other, random accounts), and the start of the silo's process over a journal that holds them. An exponent is the slope of the logarithms over
/// the sizes: 0 does not grow, 1 grows in proportion.
/// </summary>
/// <param name="sizes">How many accounts, ascending; 10 k, 100 k and 1 M when none are given.</param>
public sealed class ScaleBenchmark(IReadOnlyList<int>? sizes = null) : IBenchmark
{
    private const int Rounds = 5;
    private const int CallsPerRound = 50_000;
    private const int FewAccounts = 1_000;
    private const int BytesPerAccount = 4_500;

    private readonly IReadOnlyList<int> _sizes = sizes ?? [10_000, 100_000, 1_000_000];

    /// <inheritdoc/>
    public string Name => "scale";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        await using var cluster = await PostgresCluster.StartAsync(cancellationToken);
        var (few, many) = (await cluster.CreateDatabaseAsync("few", cancellationToken), await cluster.CreateDatabaseAsync("many", cancellationToken));
        var (fewData, manyData) = (Directory.CreateTempSubdirectory("tpw-bench-"), Directory.CreateTempSubdirectory("tpw-bench-"));
        using var founder = new Founder();
        try
        {
            await using (var silo = await BenchSilo.StartAsync(few, fewData.FullName, cancellationToken))
                await new StoredAccounts(silo, founder).StoreAsync(FewAccounts, cancellationToken);
            var measured = new List<Measured>();
            await using (var silo = await BenchSilo.StartAsync(many, manyData.FullName, cancellationToken))
            {
                var accounts = new StoredAccounts(silo, founder);
                var empty = GC.GetTotalMemory(forceFullCollection: true);
                foreach (var size in _sizes)
                {
                    measured.Add(await MeasureAsync(accounts, measured.Count == 0 ? 0 : measured[^1].Accounts, size, empty, progress, cancellationToken));
                    progress.Report($"{size} active: {measured[^1]}");
                }
            }

            return [.. RowsOf(measured), await StartRowAsync((few, fewData.FullName), (many, manyData.FullName), progress, cancellationToken)];
        }
        finally
        {
            fewData.Delete(recursive: true);
            manyData.Delete(recursive: true);
        }
    }

    private static async Task<Measured> MeasureAsync(
        StoredAccounts accounts, int first, int size, long empty, IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report($"storing {size} accounts");
        await accounts.StoreAsync(size, cancellationToken);
        progress.Report($"activating {size} accounts");
        await accounts.ActivateAsync(first, size, cancellationToken);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - empty;
        List<double> p50 = [], p99 = [];
        var random = new Random(size);
        var times = new double[CallsPerRound];
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < times.Length; i++)
            {
                var grain = accounts.Grain(random.Next(size));
                var start = Stopwatch.GetTimestamp();
                await grain.Read();
                times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            cancellationToken.ThrowIfCancellationRequested();
            // The first round is cold.
            if (round == 0) continue;
            Array.Sort(times);
            p50.Add(times[times.Length / 2]);
            p99.Add(times[(int)(times.Length * 0.99)]);
        }

        return new(size, memory, Median(p50), Median(p99));
    }

    private static IEnumerable<BenchRow> RowsOf(List<Measured> measured)
    {
        var sizes = $"{measured[0].Accounts} to {measured[^1].Accounts} accounts";
        yield return new(
            "scale.bytes_per_account", measured[^1].Bytes / (double)measured[^1].Accounts, BytesPerAccount, 1, "B", LowerIsBetter: true, "fixed by the issue");
        yield return new("scale.p50_exponent", Slope(measured, m => m.P50Us), 1, 0.08, "exponent", LowerIsBetter: true, $"in proportion, {sizes}");
        yield return new("scale.p99_exponent", Slope(measured, m => m.P99Us), 1, 0.2, "exponent", LowerIsBetter: true, $"in proportion, {sizes}");
        yield return new("scale.memory_exponent", Slope(measured, m => m.Bytes), 1, 1.02, "exponent", LowerIsBetter: true, $"in proportion, {sizes}");
    }

    private async Task<BenchRow> StartRowAsync(
        (string Database, string Data) few, (string Database, string Data) many, IProgress<string> progress, CancellationToken cancellationToken)
    {
        List<double> withFew = [], withMany = [];
        for (var round = 1; round <= Rounds; round++)
        {
            withFew.Add((await SiloProcess.StartAsync(few.Database, few.Data, cancellationToken)).TotalMilliseconds);
            withMany.Add((await SiloProcess.StartAsync(many.Database, many.Data, cancellationToken)).TotalMilliseconds);
            progress.Report($"start, {round} of {Rounds}: {withMany[^1]:F0} ms with {_sizes[^1]} accounts stored, {withFew[^1]:F0} ms with {FewAccounts}");
        }

        return new("scale.start", Median(withMany), Median(withFew), 1.2, "ms", LowerIsBetter: true, $"with {FewAccounts} accounts stored");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Least squares over the logarithms.</summary>
    private static double Slope(List<Measured> measured, Func<Measured, double> value)
    {
        var points = measured.Select(m => (X: Math.Log(m.Accounts), Y: Math.Log(value(m)))).ToArray();
        var (x, y) = (points.Average(p => p.X), points.Average(p => p.Y));
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }

    private sealed record Measured(int Accounts, long Bytes, double P50Us, double P99Us)
    {
        public override string ToString() => $"{Bytes / Accounts} B each, a call p50 {P50Us:F1} µs, p99 {P99Us:F1} µs";
    }
}
