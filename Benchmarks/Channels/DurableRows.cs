using Npgsql;
using TPWallet.Benchmarks.Journal;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Benchmarks.Channels;

/// <summary>
/// Durable updates by the real path (<see cref="ChannelSilo"/>), PostgreSQL with fsync: many channels at once, one channel that many pay through, and one update
/// at a time. Each takes turns with its limit in short rounds; the figure is the median round.
/// </summary>
internal sealed class DurableRows(ChannelSilo silo, ChannelRef[] channels, IProgress<string> progress)
{
    private const int Rounds = 5;

    /// <summary>Rounds that do not count: until then the runtime compiles the hot paths anew.</summary>
    private const int WarmUpRounds = 6;
    private const int LimitUpdates = 1_000;
    private const double DurableTarget = 0.35;
    private const double HotTarget = 0.10;
    private const double UnpipelinedTarget = 2.5;

    /// <summary>Who pays through the one hot channel at once, each again when its payment is done: below the most that may wait.</summary>
    private const int HotPayers = 512;
    private const int UpdatesPerRound = 300;
    private const int CommitBytes = 350;

    private static readonly TimeSpan _roundTime = TimeSpan.FromSeconds(3);

    /// <summary>Each channel has one payment on its way at a time; half are paid through from A's side, half from B's.</summary>
    public async Task<BenchRow> DurableAsync(CancellationToken cancellationToken)
    {
        ChannelRef[] payers = [.. channels.Select(static (side, i) => i % 2 == 0 ? side : side.Peer)];
        var (ours, limits) = (new List<double>(), new List<double>());
        for (var round = 1 - WarmUpRounds; round <= Rounds; round++)
        {
            var limit = await CurveLimit.RateAsync(LimitUpdates);
            var (clock, cpu, signer, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, silo.SignerTime, silo.Updates);
            await Task.WhenAll(payers.Select(payer => Task.Run(
                async () =>
                {
                    while (clock.Elapsed < _roundTime) await silo.UpdateAsync(payer, cancellationToken);
                },
                cancellationToken)));
            var (count, elapsed) = (silo.Updates - before, clock.Elapsed.TotalSeconds);
            limit = (limit + await CurveLimit.RateAsync(LimitUpdates)) / 2;
            var (own, theirs) = ((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count, (silo.SignerTime - signer).TotalMicroseconds / count);
            progress.Report($"durable, {channels.Length} channels, {round} of {Rounds}: {count / elapsed:0} updates/s, limit {limit:0}; processor time of each: silo {own:0} µs, signer {theirs:0} µs");
            if (round <= 0) continue;
            ours.Add(count / elapsed);
            limits.Add(limit);
        }

        return new("channels.durable", CurveLimit.Median(ours), CurveLimit.Median(limits), DurableTarget, "updates/s", LowerIsBetter: false, CurveLimit.Note);
    }

    /// <summary>Payments per second through one channel; what a state holds of them is the machine's own choice.</summary>
    public async Task<BenchRow> HotAsync(CancellationToken cancellationToken)
    {
        var payer = channels[0];
        var (ours, limits) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var limit = await CurveLimit.RateAsync(LimitUpdates);
            var before = await silo.SettledAsync(payer, cancellationToken);
            var clock = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, HotPayers).Select(_ => Task.Run(
                async () =>
                {
                    while (clock.Elapsed < _roundTime) await silo.PayAmongOthersAsync(payer, cancellationToken);
                },
                cancellationToken)));
            var after = await silo.SettledAsync(payer, cancellationToken);
            var elapsed = clock.Elapsed.TotalSeconds;
            limit = (limit + await CurveLimit.RateAsync(LimitUpdates)) / 2;
            // Each payment is of 1; all of the round are in a state that both have.
            var payments = (double)(before.Balance.Of(payer.Us) - after.Balance.Of(payer.Us));
            progress.Report($"hot, {round} of {Rounds}: {payments / elapsed:0} payments/s in {(after.Nonce - before.Nonce) / elapsed:0} states/s, limit {limit:0}");
            if (round == 0) continue;
            ours.Add(payments / elapsed);
            limits.Add(limit);
        }

        return new("channels.hot", CurveLimit.Median(ours), CurveLimit.Median(limits), HotTarget, "payments/s", LowerIsBetter: false, CurveLimit.Note);
    }

    /// <summary>From the payment's command until its payer has the state with both signatures, with nothing else under way, beside one row that a bare connection commits.</summary>
    public async Task<BenchRow> UnpipelinedAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellationToken);
        await using (var table = new NpgsqlCommand("create table single_commit (id bigint generated always as identity primary key, payload bytea)", connection))
            await table.ExecuteNonQueryAsync(cancellationToken);
        await using var insert = new NpgsqlCommand("insert into single_commit (payload) values ($1)", connection) { Parameters = { new() { Value = new byte[CommitBytes] } } };
        await insert.PrepareAsync(cancellationToken);
        var (ours, limits) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var commit = await MedianOfAsync(() => insert.ExecuteNonQueryAsync(cancellationToken));
            var update = await MedianOfAsync(() => silo.UpdateAsync(channels[^1], cancellationToken));
            progress.Report($"unpipelined, {round} of {Rounds}: {update:0} µs, a single commit {commit:0} µs");
            if (round == 0) continue;
            ours.Add(update);
            limits.Add(commit);
        }

        return new(
            "channels.unpipelined", CurveLimit.Median(ours), CurveLimit.Median(limits), UnpipelinedTarget, "µs", LowerIsBetter: true, "one row committed by a bare connection");
    }

    private static async Task<double> MedianOfAsync(Func<Task> run)
    {
        var times = new double[UpdatesPerRound];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return CurveLimit.Median(times);
    }
}
