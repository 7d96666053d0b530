using System.Globalization;
using System.Security.Cryptography;
using TPWallet.Benchmarks.Hosting;
using TPWallet.Benchmarks.Journal;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Chain;

/// <summary>
/// What the tracker of a chain costs its nodes, and how fast it catches up, on a real anvil. Calls per block are counted where each poll sees one new block of
/// <see cref="Payments"/> payments: of these one block holds one that is watched, or all that it holds are. Catching up goes over the same blocks with 10,000
/// others watched, beside a loop that fetches the same bodies one after the other and does nothing with them.
/// </summary>
public sealed class ChainBenchmark : IBenchmark
{
    private const int Few = 10;
    private const int Many = 10_000;
    private const int Blocks = 100;
    private const int Payments = Many / Blocks;
    private const int Rounds = 5;
    private const int Confirmations = 3;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(120);

    /// <inheritdoc/>
    public string Name => "chain";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        await using var cluster = await PostgresCluster.StartAsync(cancellationToken);
        await using var node = await LocalNode.StartAsync(BenchRunner.FindRoot(), cancellationToken);
        await node.MineAsync(0, cancellationToken);
        var few = await CallsAsync(cluster, node, Few, progress, cancellationToken);
        var many = await CallsAsync(cluster, node, Many, progress, cancellationToken);
        var (ours, bare) = await CatchUpAsync(cluster, node, progress, cancellationToken);
        return
        [
            new("chain.rpc_growth", many, few, 1.1, "calls/block", LowerIsBetter: true, $"{Few} watched in place of {Many}"),
            new("chain.catch_up", ours, bare, 0.7, "blocks/s", LowerIsBetter: false, $"fetching the same in a loop, {Payments} payments a block"),
        ];
    }

    /// <summary>Calls per block with so many of its payments watched.</summary>
    private static async Task<double> CallsAsync(
        PostgresCluster cluster, LocalNode node, int watched, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("tpw-bench-");
        await using var held = await HeldNode.StartAsync(node.Endpoint);
        try
        {
            var database = await cluster.CreateDatabaseAsync($"watched{watched}", cancellationToken);
            await using var silo = await BenchSilo.StartAsync(database, data.FullName, Settings(held.Endpoint), cancellationToken);
            using var opened = new Opening(held);
            var desk = silo.Client.GetGrain<IWatchDeskGrain>(LocalNode.Chain.ToString());

            // The first question for the head is of the start, the second of the first poll.
            await held.FirstAsync(cancellationToken);
            await held.PollAsync(cancellationToken);
            await held.PollAsync(cancellationToken);
            var (calls, perBlock) = (held.Calls, watched / Blocks);
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Blocks; i++)
            {
                var sent = await node.MineAsync(Payments, cancellationToken);
                var count = perBlock == 0 ? (i % (Blocks / watched) == 0 ? 1 : 0) : perBlock;
                await desk.Watch(node.Payer, [.. sent.Take(count)]);
                await held.PollAsync(cancellationToken);
            }

            var perBlockCalls = (held.Calls - calls) / (double)Blocks;
            progress.Report(string.Create(
                CultureInfo.InvariantCulture, $"{watched} watched: {perBlockCalls:F2} calls a block, {Stopwatch.GetElapsedTime(started).TotalMilliseconds / Blocks:F0} ms with mining"));
            return perBlockCalls;
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<(double Ours, double Bare)> CatchUpAsync(
        PostgresCluster cluster, LocalNode node, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("tpw-bench-");
        try
        {
            var database = await cluster.CreateDatabaseAsync("behind", cancellationToken);
            await using var silo = await BenchSilo.StartAsync(database, data.FullName, Settings(node.Endpoint), cancellationToken);
            var tracker = silo.Client.GetGrain<IChainTrackerGrain>(LocalNode.Chain.ToString());
            var desk = silo.Client.GetGrain<IWatchDeskGrain>(LocalNode.Chain.ToString());
            var (first, height) = (new BlockRef(1, await node.HashAsync(1, cancellationToken)), await node.HeightAsync(cancellationToken));
            await UntilAsync(tracker, height, cancellationToken);
            var sender = Address.From([.. new byte[19], 7]);
            foreach (var some in Enumerable.Range(0, Many).Chunk(Payments))
                await desk.Watch(sender, [.. some.Select(static i => (Bytes32.From(SHA256.HashData(BitConverter.GetBytes(i))), (ulong)i))]);
            List<double> ours = [], bare = [];
            for (var round = 0; round <= Rounds; round++)
            {
                await desk.Stop();
                var started = Stopwatch.GetTimestamp();
                if (await tracker.Submit(new TrackerCommand.Resume(Guid.NewGuid(), first, "bench")) is not CommandReply.Accepted)
                    throw new InvalidOperationException("The tracker did not resume.");
                await UntilAsync(tracker, height, cancellationToken);
                var mine = (height - 1) / Stopwatch.GetElapsedTime(started).TotalSeconds;
                using var loop = new FetchLoop(node.Endpoint);
                started = Stopwatch.GetTimestamp();
                await loop.RunAsync(2, height, cancellationToken);
                var theirs = (height - 1) / Stopwatch.GetElapsedTime(started).TotalSeconds;
                progress.Report(string.Create(CultureInfo.InvariantCulture, $"{height - 1} blocks: {mine:F0} a second, the loop {theirs:F0}{(round == 0 ? ", cold" : "")}"));
                if (round == 0) continue;
                ours.Add(mine);
                bare.Add(theirs);
            }

            return (ours.Order().ElementAt(Rounds / 2), bare.Order().ElementAt(Rounds / 2));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task UntilAsync(IChainTrackerGrain tracker, ulong height, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await tracker.Read()).Head?.Number != height)
        {
            if (Stopwatch.GetElapsedTime(started) > _longest) throw new TimeoutException($"The tracker did not reach block {height}.");
            await Task.Delay(_look, cancellationToken);
        }
    }

    /// <summary>A silo does not end while a question of its is held.</summary>
    private sealed class Opening(HeldNode node) : IDisposable
    {
        public void Dispose() => node.Open();
    }

    private static Dictionary<string, string?> Settings(Uri node) => new()
    {
        ["Nodes:DeadlineMs"] = "120000",
        ["Chains:0:Id"] = LocalNode.Chain.ToString(),
        ["Chains:0:Proof"] = nameof(ProofLevel.Consistent),
        ["Chains:0:Confirmations"] = $"{Confirmations}",
        ["Chains:0:PollEveryMs"] = "5",
        ["Chains:0:Nodes:0:Name"] = "anvil",
        ["Chains:0:Nodes:0:Organisation"] = "local",
        ["Chains:0:Nodes:0:Url"] = node.ToString(),
    };
}
