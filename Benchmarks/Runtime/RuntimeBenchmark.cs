using Orleans.Hosting;
using TPWallet.Grains.Shell;
using TPWallet.Silo.Gateway;

namespace TPWallet.Benchmarks.Runtime;

/// <summary>
/// What a grain call costs: the runtime alone beside a bare mailbox (a channel per actor), and a call as the gateway makes it beside the runtime alone.
/// 1,000 grains, 100 callers, each caller waiting for its answer. The gateway's call is: the HMAC of a signed request checked (time window and replay
/// guard included), a trace activity that is recorded, a [ReadOnly] method through the product's call filter. HTTP itself is not in it. Where this program was also
/// built with Orleans behind it, calls and fresh activations of the two are compared as well.
/// </summary>
public sealed class RuntimeBenchmark : IBenchmark
{
    private const int Rounds = 5;
    private const int Actors = 1_000;
    private const int CallsPerRound = 1_000_000;
    private const int RequestsPerRound = 100_000;

    private static readonly ActivitySource _source = new(GatewayTelemetry.SourceName);

    private readonly List<double> _box = [], _call = [], _signed = [], _activation = [], _orleansCall = [], _orleansActivation = [];

    /// <inheritdoc/>
    public string Name => "runtime";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        await using var bare = await GrainRates.StartAsync(static _ => { }, cancellationToken);
        await using var product = await GrainRates.StartAsync(static silo => silo.AddIncomingGrainCallFilter<InnerCallFilter>(), cancellationToken);
        await using var orleans = OtherRuntime.TryStart(BenchRunner.FindRoot(), out var why);
        if (orleans is null) progress.Report(why);
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == GatewayTelemetry.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        var mailboxes = Enumerable.Range(0, Actors).Select(_ => new Mailbox()).ToArray();
        var requests = new SignedRequests((Rounds + 1) * RequestsPerRound);
        for (var round = 0; round <= Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _box.Add(await GrainRates.RateAsync(CallsPerRound, (_, actor, value) => mailboxes[actor].Call(value)));
            _call.Add(await bare.CallsAsync());
            _signed.Add(await GrainRates.RateAsync(RequestsPerRound, Reads(product, requests)));
            if (orleans is not null) await CompareAsync(bare, orleans, cancellationToken);
            // The first round is cold.
            if (round > 0) progress.Report($"{round} of {Rounds}: mailbox {_box[^1]:F0}/s, grain call {_call[^1]:F0}/s, gateway's call {_signed[^1]:F0}/s{Compared()}");
        }

        foreach (var mailbox in mailboxes) await mailbox.DisposeAsync();
        return [.. Rows()];
    }

    private async Task CompareAsync(GrainRates bare, OtherRuntime orleans, CancellationToken cancellationToken)
    {
        _activation.Add(await bare.ActivationsAsync());
        var (calls, activations) = await orleans.RoundAsync(cancellationToken);
        _orleansCall.Add(calls);
        _orleansActivation.Add(activations);
    }

    private string Compared() => _activation.Count == 0 ? ""
        : $", Orleans' {_orleansCall[^1]:F0}/s; activations {_activation[^1]:F0}/s, Orleans' {_orleansActivation[^1]:F0}/s";

    private IEnumerable<BenchRow> Rows()
    {
        yield return Row("runtime.bare_vs_mailbox", _call, _box, 0.12, "a channel per actor");
        yield return Row("runtime.call_vs_bare", _signed, _call, 0.25, "bare grain call");
        if (_activation.Count == 0) yield break;
        yield return Row("runtime.call_vs_orleans", _call, _orleansCall, 1, "Orleans' local call");
        yield return Row("runtime.activations_vs_orleans", _activation, _orleansActivation, 2, "Orleans' fresh activations");
    }

    private static Func<int, int, int, Task<int>> Reads(GrainRates host, SignedRequests requests)
    {
        var connections = Enumerable.Range(0, GrainRates.Callers).Select(_ => SignedRequests.Connection()).ToArray();
        var signed = Enumerable.Range(0, RequestsPerRound).Select(_ => requests.Next()).ToArray();
        return async (caller, actor, value) =>
        {
            requests.Check(connections[caller], signed[(caller * (RequestsPerRound / GrainRates.Callers)) + value]);
            using var activity = _source.StartActivity("read", ActivityKind.Server);
            return await host.Grain[actor].Read(value);
        };
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
