using System.Globalization;
using TPWallet.Benchmarks.Crypto;
using TPWallet.Crypto;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Benchmarks.Risk;

/// <summary>
/// What a score costs beside one signature verification, and what the standard policy finds among planted attacks and honest lives. TPW_RISK_SEED chooses other
/// sequences; TPW_RISK_TUNING=1 shows the tuning families alone, on sequences of their own.
/// </summary>
public sealed class RiskBenchmark : IBenchmark
{
    private const int Honest = 2000;
    private const int AttackCount = 200;
    private const int TuningSequences = 80;
    private const int DefaultSeed = 2026;
    private const int TuningSeed = 50_000;
    private const int SeedsApart = 16_384;
    private const int Rounds = 20;
    private const int PerRound = 500;

    public string Name => "risk";

    public Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var policy = StandardRiskPolicy.Of(Scene.References);
        var tuningOnly = Environment.GetEnvironmentVariable("TPW_RISK_TUNING") == "1";
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TPW_RISK_SEED"), CultureInfo.InvariantCulture, out var given) ? given : DefaultSeed;
        if (tuningOnly) seed += TuningSeed;
        progress.Report($"seed {seed}");
        var lives = Play(progress, "honest", Enumerable.Range(0, Honest).Select(i => Lives.Honest((seed * SeedsApart) + i)), policy, cancellationToken);
        var tuning = Play(progress, "attack", Of(Attacks.Tuning, TuningSequences, seed), policy, cancellationToken);
        var heldOut = tuningOnly ? tuning : Play(progress, "attack", Of(Attacks.HeldOut, AttackCount - TuningSequences, seed), policy, cancellationToken);
        var (score, verify) = Measure([.. lives.SelectMany(life => life.Run.Inputs)], cancellationToken);
        var payments = lives.Sum(life => life.Run.Scores.Count);
        progress.Report($"honest payments: {payments}; asked for more than nothing: {Share(lives, scored => scored.Demand.Action > RiskAction.Allow, payments)}");
        return Task.FromResult<IReadOnlyList<BenchRow>>(
        [
            new("risk.score_vs_verify", score, verify, 2, "µs", LowerIsBetter: true, "one secp256k1 verification"),
            new("risk.recall", heldOut.Count(attack => attack.Run.IsCaught) / (double)heldOut.Count, 1, 0.9, "share", LowerIsBetter: false, "held-out families"),
            new("risk.false_positives", lives.Count(life => life.Run.IsFlagged) / (double)lives.Count, 1, 0.01, "share", LowerIsBetter: true, "honest sequences"),
        ]);
    }

    private static string Share(List<(RiskSequence Sequence, SequenceRun Run)> played, Func<RiskScore, bool> which, int of) =>
        $"{100.0 * played.Sum(one => one.Run.Scores.Count(scored => which(scored.Score))) / of:0.00} %";

    private static IEnumerable<RiskSequence> Of(IReadOnlyList<(string Name, Action<Scene> Play)> families, int count, int seed) =>
        Enumerable.Range(0, count).Select(i => Attacks.Of(families[i % families.Count], (seed * SeedsApart) + i));

    private static List<(RiskSequence Sequence, SequenceRun Run)> Play(
        IProgress<string> progress, string what, IEnumerable<RiskSequence> sequences, RiskPolicy policy, CancellationToken cancellationToken)
    {
        var played = new List<(RiskSequence Sequence, SequenceRun Run)>();
        foreach (var sequence in sequences)
        {
            cancellationToken.ThrowIfCancellationRequested();
            played.Add((sequence, SequenceRun.Of(sequence, policy)));
        }

        foreach (var family in played.GroupBy(one => one.Sequence.Family, StringComparer.Ordinal))
        {
            var stopped = family.Count(one => one.Sequence.Steps.Any(step => step.IsAttack) ? one.Run.IsCaught : one.Run.IsFlagged);
            progress.Report($"{what} {family.Key}: stopped {stopped} of {family.Count()}; {Why(family.Select(one => one.Run))}");
        }

        return played;
    }

    /// <summary>The rules that stopped payments, most frequent first.</summary>
    private static string Why(IEnumerable<SequenceRun> runs) => string.Join(", ", runs
        .SelectMany(run => run.Scores.Where(scored => SequenceRun.IsStopped(scored.Score)).Take(1))
        .SelectMany(scored => scored.Score.Reasons.Where(reason => reason.Points > 0))
        .GroupBy(reason => reason.Rule.Value, StringComparer.Ordinal).OrderByDescending(rule => rule.Count()).Take(6)
        .Select(rule => $"{rule.Key} {rule.Count()}"));

    private static (double Score, double Verify) Measure(IReadOnlyList<RiskInput> inputs, CancellationToken cancellationToken)
    {
        var (scores, verifies) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds + 4; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < PerRound; i++) GC.KeepAlive(RiskScorer.Score(inputs[((round * PerRound) + i) % inputs.Count]));
            var scored = Stopwatch.GetElapsedTime(begin);
            begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < PerRound; i++) Secp256k1.Verify(Samples.PublicKey, Samples.Digests[i % Samples.Count], Samples.Signatures[i % Samples.Count]);
            if (round < 4) continue;
            scores.Add(scored.TotalMicroseconds / PerRound);
            verifies.Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds / PerRound);
        }

        return (Median(scores), Median(verifies));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
