using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Gateway;

namespace TPWallet.Benchmarks.Runtime;

/// <summary>
/// What a grain call costs: the runtime alone beside a bare mailbox (a channel per actor), and a call as the gateway makes it beside the runtime alone.
/// 1,000 grains, 100 callers, each caller waiting for its answer. The gateway's call is: the HMAC of a signed request checked (time window and replay
/// guard included), a trace activity that is recorded, a [ReadOnly] method through the product's call filter. HTTP itself is not in it.
/// </summary>
public sealed class RuntimeBenchmark : IBenchmark
{
    private const int Rounds = 5;
    private const int Actors = 1_000;
    private const int Callers = 100;
    private const int CallsPerRound = 1_000_000;
    private const int RequestsPerRound = 100_000;

    private static readonly ActivitySource _source = new(GatewayTelemetry.SourceName);

    /// <inheritdoc/>
    public string Name => "runtime";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        using var bare = await StartAsync(static _ => { }, cancellationToken);
        using var product = await StartAsync(static silo => silo.AddIncomingGrainCallFilter<InnerCallFilter>(), cancellationToken);
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == GatewayTelemetry.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        var mailboxes = Enumerable.Range(0, Actors).Select(_ => new Mailbox()).ToArray();
        var requests = new SignedRequests((Rounds + 1) * RequestsPerRound);
        var (box, call, signed) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            box.Add(await RateAsync(CallsPerRound, (_, actor, value) => mailboxes[actor].Call(value)));
            call.Add(await RateAsync(CallsPerRound, Calls(bare)));
            signed.Add(await RateAsync(RequestsPerRound, Reads(product, requests)));
            // The first round is cold.
            if (round > 0) progress.Report($"{round} of {Rounds}: mailbox {box[^1]:F0}/s, grain call {call[^1]:F0}/s, gateway's call {signed[^1]:F0}/s");
        }

        foreach (var mailbox in mailboxes) await mailbox.DisposeAsync();
        await bare.StopAsync(cancellationToken);
        await product.StopAsync(cancellationToken);
        return
        [
            Row("runtime.bare_vs_mailbox", call, box, 0.12, "a channel per actor"),
            Row("runtime.call_vs_bare", signed, call, 0.25, "bare grain call"),
        ];
    }

    private static async Task<IHost> StartAsync(Action<ISiloBuilder> configure, CancellationToken cancellationToken)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(configure);
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    private static Func<int, int, int, Task<int>> Calls(IHost host)
    {
        var grains = GrainsOf(host);
        return (_, actor, value) => grains[actor].Call(value);
    }

    private static Func<int, int, int, Task<int>> Reads(IHost host, SignedRequests requests)
    {
        var grains = GrainsOf(host);
        var connections = Enumerable.Range(0, Callers).Select(_ => SignedRequests.Connection()).ToArray();
        var signed = Enumerable.Range(0, RequestsPerRound).Select(_ => requests.Next()).ToArray();
        return async (caller, actor, value) =>
        {
            requests.Check(connections[caller], signed[(caller * (RequestsPerRound / Callers)) + value]);
            using var activity = _source.StartActivity("read", ActivityKind.Server);
            return await grains[actor].Read(value);
        };
    }

    private static IEchoGrain[] GrainsOf(IHost host)
    {
        var client = host.Services.GetRequiredService<IClusterClient>();
        return [.. Enumerable.Range(0, Actors).Select(i => client.GetGrain<IEchoGrain>(i.ToString(CultureInfo.InvariantCulture)))];
    }

    private static async Task<double> RateAsync(int calls, Func<int, int, int, Task<int>> call)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var i = 0; i < calls / Callers; i++) await call(caller, random.Next(Actors), i);
        })));
        return calls / clock.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// The round whose ratio is the median. Both figures are of one round: a shared machine runs at another speed from one second to the next, and
    /// figures of different rounds would compare its moods.
    /// </summary>
    private static BenchRow Row(string name, List<double> ours, List<double> limit, double target, string limitIs)
    {
        var (mine, theirs) = ours.Zip(limit).Skip(1).OrderBy(round => round.First / round.Second).ElementAt(Rounds / 2);
        return new(name, mine, theirs, target, "1/s", LowerIsBetter: false, limitIs);
    }
}
