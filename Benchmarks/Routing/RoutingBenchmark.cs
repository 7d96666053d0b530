using System.Globalization;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Routing;

/// <summary>
/// Path finding on a generated network (<see cref="GeneratedNetwork"/>; TPW_ROUTING_SEED chooses another). Speed: our search, with what was learnt of
/// many channels, beside one plain Dijkstra
/// for each query; the least of three runs of each counts, in turns. Success: payments of a payer who knows no balance but its own, where the maximum
/// flow over the actual ones is
/// the amount or more; each begins without knowledge.
/// </summary>
public sealed class RoutingBenchmark : IBenchmark
{
    private const int Nodes = 10_000;
    private const int Channels = 80_000;
    private const int Queries = 1_500;
    private const int WarmUp = 200;
    private const int Runs = 3;
    private const int Learnt = 20_000;
    private const int Payments = 1_000;
    private const int DefaultSeed = 5;
    private const ulong Second = 1_000_000;
    private const uint FinalDelta = 14_400;
    private const uint MostDelta = 14 * 86_400;
    private const double SpeedTarget = 1.0;
    private const double SuccessTarget = 0.95;

    public string Name => "routing";

    public Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TPW_ROUTING_SEED"), CultureInfo.InvariantCulture, out var chosen) ? chosen : DefaultSeed;
        var network = GeneratedNetwork.Create(seed, Nodes, Channels);
        var capacities = network.Graph.Capacities();
        progress.Report($"seed {seed}: {network.Graph.NodeCount} nodes, {network.Graph.ChannelCount} channels, capacities "
            + $"{capacities.Quantile(100)} / {capacities.Quantile(500)} / {capacities.Quantile(900)} (10, 50, 90 %)");
        IReadOnlyList<BenchRow> rows = [Speed(network, new(seed), progress, cancellationToken), Success(network, new(seed), progress, cancellationToken)];
        return Task.FromResult(rows);
    }

    private static BenchRow Speed(GeneratedNetwork network, Random random, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var (graph, world, finder, plain) = (network.Graph, new BalanceWorld(network), new PathFinder(), new PlainDijkstra(network.Graph));
        var liquidity = Liquidity.Unknown().With(graph, Enumerable.Range(0, Learnt).Select(_ => Observe(graph, world, random)), Second - (ulong)random.Next(3600));
        var (ours, theirs, none) = (new List<double>(), new List<double>(), 0);
        for (var query = 0; query < WarmUp + Queries; query++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (payer, payee, amount) = Draw(graph, random);
            var request = Request(graph, world, payer, payee, amount);
            var (our, their) = (double.MaxValue, double.MaxValue);
            RouteAnswer answer = new RouteAnswer.None(NoRoute.NoPath);
            for (var run = 0; run < Runs; run++)
            {
                our = Math.Min(our, Microseconds(() => answer = finder.Find(graph, liquidity, request, Second)));
                their = Math.Min(their, Microseconds(() => plain.Find(payer, payee, amount)));
            }

            if (query < WarmUp) continue;
            if (answer is RouteAnswer.None) none++;
            ours.Add(our);
            theirs.Add(their);
        }

        progress.Report($"{Queries} searches, {none} without a route: median {Quantile(ours, 0.5):0} µs beside {Quantile(theirs, 0.5):0} µs, p99 {Quantile(ours, 0.99):0} µs beside {Quantile(theirs, 0.99):0} µs");
        return new("routing.p99_vs_dijkstra", Quantile(ours, 0.99), Quantile(theirs, 0.99), SpeedTarget, "µs", LowerIsBetter: true, "p99 of one plain Dijkstra until the payer is settled");
    }

    private static BenchRow Success(GeneratedNetwork network, Random random, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var (graph, world, planner) = (network.Graph, new BalanceWorld(network), new PartPlanner(new()));
        var flow = new MaxFlow(graph, world.BalanceOf);
        var (results, drawn, wrong) = (new List<SimulatedPayment>(), 0, 0);
        while (results.Count < Payments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (payer, payee, amount) = Draw(graph, random);
            drawn++;
            var possible = flow.From(payer, payee, amount) >= amount;
            if (!possible && drawn % 5 != 0) continue;
            var task = new PaymentTask(graph.NodeAt(payer), graph.NodeAt(payee), amount, MostFee(amount), FinalDelta, MostDelta, Math.Max(amount / 100, 1), PaymentContent.PartCeiling, 500);
            var result = SimulatedPayment.Run(planner, graph, world, task);
            if (possible) results.Add(result);
            else if (result.Failure is null) wrong++;
        }

        if (wrong > 0) throw new InvalidOperationException($"{wrong} payments above the maximum flow were made.");
        var made = results.Where(static result => result.Failure is null).ToArray();
        var attempts = results.Select(static result => (double)result.Attempts).ToList();
        progress.Report($"{drawn} payments drawn, {Payments} of them possible, {made.Length} made; attempts each: mean {attempts.Average():0.0}, "
            + $"median {Quantile(attempts, 0.5):0}, p95 {Quantile(attempts, 0.95):0}, most {attempts.Max():0}; parts each: mean {made.Average(static result => result.Parts):0.0}");
        foreach (var group in results.Where(static result => result.Failure is not null).GroupBy(static result => result.Failure))
            progress.Report($"not made: {group.Count()} {group.Key}");
        return new("routing.success", made.Length, Payments, SuccessTarget, "payments", LowerIsBetter: false, "payments whose amount the maximum flow over the actual balances reaches");
    }

    private static (int Payer, int Payee, ulong Amount) Draw(ChannelGraph graph, Random random)
    {
        var payer = random.Next(graph.NodeCount);
        var payee = random.Next(graph.NodeCount - 1);
        // Log-uniform from 1,000 to 10,000,000: five medians of the capacity.
        return (payer, payee < payer ? payee : payee + 1, (ulong)(1_000 * Math.Exp(random.NextDouble() * Math.Log(10_000))));
    }

    private static RouteRequest Request(ChannelGraph graph, BalanceWorld world, int payer, int payee, ulong amount) =>
        new(graph.NodeAt(payer), graph.NodeAt(payee), amount, MostFee(amount), FinalDelta, MostDelta, RouteRequest.HopCeiling, RoutePrices.Default) { Own = world.Own(graph.NodeAt(payer)) };

    private static Observation Observe(ChannelGraph graph, BalanceWorld world, Random random)
    {
        var number = random.Next(graph.ChannelNumbers);
        var way = new ChannelWay(graph.ChannelAt(number)!.Id, (ChannelSide)random.Next(2));
        var amount = (UInt256)(ulong)random.NextInt64(1, (long)graph.ChannelAt(number)!.Capacity.Low);
        return world.BalanceOf((2 * number) + (int)way.Payer) >= amount.Low ? new Observation.Had(way, amount) : new Observation.Lacked(way, amount);
    }

    // 5 %, and something for the base fees of small ones.
    private static ulong MostFee(ulong amount) => (amount / 20) + 50;

    private static double Microseconds(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static double Quantile(List<double> values, double share)
    {
        values.Sort();
        return values[Math.Min((int)(share * values.Count), values.Count - 1)];
    }
}
