using System.Collections.Concurrent;
using System.Threading.Channels;

namespace TPWallet.Benchmarks.Journal;

/// <summary>Clients that transfer, as pgbench's clients run its script: each waits for its answer before it goes on.</summary>
internal sealed class TransferLoad(ITransferPath path)
{
    /// <summary>How long a load runs before it is measured.</summary>
    private static readonly TimeSpan _before = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Durable transfers per second in the midst of a load: it runs for a while before, so that what earlier transfers leave to be done (a payer closes one up
    /// to two seconds later) is paid for within the time.
    /// </summary>
    /// <param name="payer">Who pays all of them; null: each from another account at random.</param>
    public async Task<double> RateAsync(int clients, int? payer, TimeSpan time, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var load = Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                var random = new Random(client);
                while (clock.Elapsed < _before + time) await path.TransferAsync(client, payer ?? random.Next(path.Accounts), cancellationToken);
            },
            cancellationToken)));
        await Task.WhenAny(load, Task.Delay(_before, cancellationToken));
        var (from, begun) = (path.Completed, clock.Elapsed);
        await load;
        var rate = (path.Completed - from) / (clock.Elapsed - begun).TotalSeconds;
        await path.DrainAsync(cancellationToken);
        return rate;
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
                    if (at >= _before) taken.Add(clock.Elapsed - at);
                }
            },
            cancellationToken)).ToArray();
        var gaps = new Random(0);
        var next = TimeSpan.Zero;
        // A millisecond is as fine as a timer goes; what it is late counts against us.
        using var ticks = new PeriodicTimer(_tick);
        while (next < _before + time && await ticks.WaitForNextTickAsync(cancellationToken))
        {
            for (var now = clock.Elapsed; next <= now && next < _before + time; next += TimeSpan.FromSeconds(-Math.Log(1 - gaps.NextDouble()) / ratePerSecond))
                due.Writer.TryWrite(next);
        }

        due.Writer.Complete();
        await Task.WhenAll(workers);
        await path.DrainAsync(cancellationToken);
        return taken;
    }
}
