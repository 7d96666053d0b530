using TPWallet.Crypto;

namespace TPWallet.Benchmarks.Crypto;

/// <summary>
/// Our secp256k1 sign and verify (compact forms in and out, key parsing included) against the C library's own time for the same work. The two sides
/// take turns in short rounds, so that a busy machine slows both; the figure is the median round.
/// </summary>
public sealed class CryptoBenchmark : IBenchmark
{
    private const int WarmUpRounds = 4;
    private const int Rounds = 40;
    private const int OperationsPerRound = 1_000;
    private const double Target = 1.15;

    public string Name => "crypto";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        using ISecp256k1Limit limit = await CompiledLimit.TryStartAsync(cancellationToken) is { } compiled ? compiled : new RawCallLimit();
        progress.Report($"limit: {limit.Description}; {Rounds} rounds of {OperationsPerRound} each, taking turns");
        var sign = await MeasureAsync(limit, sign: true, cancellationToken);
        progress.Report($"sign: {sign.Ours:0.00} µs, limit {sign.Limit:0.00} µs");
        var verify = await MeasureAsync(limit, sign: false, cancellationToken);
        progress.Report($"verify: {verify.Ours:0.00} µs, limit {verify.Limit:0.00} µs");
        return [sign, verify];
    }

    private static async Task<BenchRow> MeasureAsync(ISecp256k1Limit limit, bool sign, CancellationToken cancellationToken)
    {
        var ours = new List<double>();
        var theirs = new List<double>();
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ourTime = sign ? Sign(OperationsPerRound) : Verify(OperationsPerRound);
            var theirTime = await limit.MeasureAsync(sign, OperationsPerRound, cancellationToken);
            if (round < WarmUpRounds) continue;
            ours.Add(ourTime.TotalMicroseconds / OperationsPerRound);
            theirs.Add(theirTime / 1_000.0 / OperationsPerRound);
        }

        var name = sign ? "crypto.sign" : "crypto.verify";
        return new BenchRow(name, Median(ours), Median(theirs), Target, "µs", LowerIsBetter: true, limit.Description);
    }

    private static TimeSpan Sign(int count)
    {
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        var start = Stopwatch.GetTimestamp();
        for (var index = 0; index < count; index++) Secp256k1.Sign(Samples.Key, Samples.Digests[index % Samples.Count], signature);
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Verify(int count)
    {
        var good = true;
        var start = Stopwatch.GetTimestamp();
        for (var index = 0; index < count; index++)
            good &= Secp256k1.Verify(Samples.PublicKey, Samples.Digests[index % Samples.Count], Samples.Signatures[index % Samples.Count]);
        var elapsed = Stopwatch.GetElapsedTime(start);
        return good ? elapsed : throw new InvalidOperationException("A good signature was refused.");
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
