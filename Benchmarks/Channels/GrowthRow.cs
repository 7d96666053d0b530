using TPWallet.Grains.Signing;

namespace TPWallet.Benchmarks.Channels;

/// <summary>
/// The time of one durable update of a channel, with nothing else under way, while more and more channels are open and active in the silo. The exponent is the slope of the
/// logarithms over the sizes: 0 does not grow, 1 grows in proportion. Of each size's rounds the quickest counts: what else the machine does only adds.
/// </summary>
internal sealed class GrowthRow(ChannelSilo silo, IProgress<string> progress)
{
    private const int Rounds = 5;
    private const int UpdatesPerRound = 200;

    /// <summary>Channels that are paid through at each size, spread over all that are open.</summary>
    private const int Paid = 200;
    private const double Target = 0.05;

    private static readonly int[] _sizes = [1_000, 10_000, 100_000];

    public async Task<BenchRow> MeasureAsync(CancellationToken cancellationToken)
    {
        using var signer = new SignerClient(new SignerClientOptions { SocketPath = silo.SignerSocket });
        var channels = new StoredChannels(silo, signer);
        var points = new List<(int Size, double Us)>();
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var size in _sizes)
        {
            var (clock, first) = (Stopwatch.StartNew(), points.Count == 0 ? 0 : points[^1].Size);
            await channels.GrowAsync(size, cancellationToken);
            var bytes = (GC.GetTotalMemory(forceFullCollection: true) - empty) / size;
            var paid = Enumerable.Range(0, Paid).Select(i => first + (int)((long)i * (size - first) / Paid)).ToArray();
            await channels.PrepareAsync(paid, cancellationToken);
            points.Add((size, await UpdateTimeAsync(channels, paid, cancellationToken)));
            progress.Report($"growth: {size} open, {bytes} B each, one update {points[^1].Us:0} µs (made in {clock.Elapsed.TotalSeconds:0} s)");
        }

        return new("channels.growth_exponent", Slope(points), 1, Target, "exponent", LowerIsBetter: true, $"in proportion, {_sizes[0]} to {_sizes[^1]} channels");
    }

    private async Task<double> UpdateTimeAsync(StoredChannels channels, int[] paid, CancellationToken cancellationToken)
    {
        var (medians, random) = (new List<double>(), new Random(paid.Length));
        var times = new double[UpdatesPerRound];
        for (var round = 0; round <= Rounds; round++)
        {
            for (var i = 0; i < times.Length; i++)
            {
                var payer = channels[paid[random.Next(paid.Length)]];
                var start = Stopwatch.GetTimestamp();
                await silo.UpdateAsync(payer, cancellationToken);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            if (round > 0) medians.Add(CurveLimit.Median(times));
        }

        return medians.Min();
    }

    /// <summary>Least squares over the logarithms.</summary>
    private static double Slope(List<(int Size, double Us)> measured)
    {
        var points = measured.Select(static m => (X: Math.Log(m.Size), Y: Math.Log(m.Us))).ToArray();
        var (x, y) = (points.Average(static p => p.X), points.Average(static p => p.Y));
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }
}
