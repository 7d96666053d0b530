namespace TPWallet.Benchmarks.Channels;

/// <summary>
/// Updates of channels that both sides sign and verify, one payment each, in memory: the machines of both sides and their keys, without a journal. They and
/// the limit take turns in short rounds; the figure is the median round.
/// </summary>
internal static class MemoryRow
{
    private const int Rounds = 15;
    private const int WarmUpRounds = 5;
    private const int UpdatesPerRound = 1_000;
    private const double Target = 0.75;

    public static async Task<BenchRow> MeasureAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var cores = Environment.ProcessorCount;
        progress.Report($"memory: {cores} cores, {Rounds} rounds of {UpdatesPerRound} updates on each, taking turns with the limit");
        var pairs = Enumerable.Range(0, cores).Select(static _ => ChannelParty.Pair(1_000_000_000)).ToArray();
        var (ours, limits) = (new List<double>(), new List<double>());
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var updates = await CurveLimit.RateAsync(cores, UpdatesPerRound, core => Update(pairs[core]));
            var limit = await CurveLimit.RateAsync(UpdatesPerRound);
            if (round < WarmUpRounds) continue;
            ours.Add(updates);
            limits.Add(limit);
        }

        foreach (var (a, b) in pairs)
        {
            a.Dispose();
            b.Dispose();
        }

        progress.Report($"memory: {CurveLimit.Median(ours):0} updates/s, limit {CurveLimit.Median(limits):0}");
        return new("channels.memory", CurveLimit.Median(ours), CurveLimit.Median(limits), Target, "updates/s", LowerIsBetter: false, CurveLimit.Note);
    }

    private static void Update((ChannelParty A, ChannelParty B) pair)
    {
        var before = pair.B.State.Book.Nonce;
        for (var i = 0; i < UpdatesPerRound; i++)
        {
            pair.A.Pay(1);
            ChannelParty.Settle(pair.A, pair.B);
        }

        if (pair.B.State.Book.Nonce - before != UpdatesPerRound) throw new InvalidOperationException("Not every payment had a state of its own.");
    }
}
