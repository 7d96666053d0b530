using System.Collections.Concurrent;
using System.Threading.Channels;

namespace TPWallet.Benchmarks.Journal;

/// <summary>Clients that transfer, as pgbench's clients run its script: each waits for its answer before it goes on.</summary>
internal sealed class TransferLoad(ITransferPath path)
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Durable transfers per second. The time includes what is still on its way when the clients have stopped.</summary>
    /// <param name="payer">Who pays all of them; null: each from another account at random.</param>
    public async Task<double> RateAsync(int clients, int? payer, TimeSpan time, CancellationToken cancellationToken)
    {
        var before = path.Completed;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                var random = new Random(client);
                while (clock.Elapsed < time) await path.TransferAsync(client, payer ?? random.Next(path.Accounts), cancellationToken);
            },
            cancellationToken)));
        await path.DrainAsync(cancellationToken);
        return (path.Completed - before) / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Time from the instant at which a transfer was due to its answer (the debit is durable), due at random at this rate.</summary>
    public async Task<IReadOnlyCollection<TimeSpan>> LatenciesAsync(int clients, double ratePerSecond, TimeSpan time, CancellationToken cancellationToken)
    {
        var due = Channel.CreateUnbounded<TimeSpan>();
        var taken = new ConcurrentBag<TimeSpan>();
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                var random = new Random(client);
                await foreach (var at in due.Reader.ReadAllAsync(cancellationToken))
                {
                    await path.TransferAsync(client, random.Next(path.Accounts), cancellationToken);
                    taken.Add(clock.Elapsed - at);
                }
            },
            cancellationToken)).ToArray();
        var gaps = new Random(0);
        var next = TimeSpan.Zero;
        // A millisecond is as fine as a timer goes; what it is late counts against us.
        using var ticks = new PeriodicTimer(_tick);
        while (next < time && await ticks.WaitForNextTickAsync(cancellationToken))
        {
            for (var now = clock.Elapsed; next <= now && next < time; next += TimeSpan.FromSeconds(-Math.Log(1 - gaps.NextDouble()) / ratePerSecond))
                due.Writer.TryWrite(next);
        }

        due.Writer.Complete();
        await Task.WhenAll(workers);
        await path.DrainAsync(cancellationToken);
        return taken;
    }
}
