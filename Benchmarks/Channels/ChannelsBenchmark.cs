using TPWallet.Crypto;

namespace TPWallet.Benchmarks.Channels;

/// <summary>
/// Updates of payment channels that both sides sign and verify, one payment each, in memory: beside what libsecp256k1 needs on the same cores for two
/// signatures and two verifications. The two take turns in short rounds; the figure is the median round.
/// </summary>
public sealed class ChannelsBenchmark : IBenchmark
{
    private const int Rounds = 15;
    private const int WarmUpRounds = 5;
    private const int UpdatesPerRound = 1_000;
    private const double MemoryTarget = 0.75;

    public string Name => "channels";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(IProgress<string> progress, CancellationToken cancellationToken)
    {
        var cores = Environment.ProcessorCount;
        progress.Report($"{cores} cores, {Rounds} rounds of {UpdatesPerRound} updates on each, taking turns with the limit");
        var pairs = Enumerable.Range(0, cores).Select(static _ => ChannelParty.Pair(1_000_000_000)).ToArray();
        var (ours, limits) = (new List<double>(), new List<double>());
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var updates = await RateAsync(cores, core => Update(pairs[core]));
            var limit = await RateAsync(cores, static _ => Sign());
            if (round < WarmUpRounds) continue;
            ours.Add(updates);
            limits.Add(limit);
            progress.Report($"{updates:0} updates/s, limit {limit:0}");
        }

        foreach (var (a, b) in pairs)
        {
            a.Dispose();
            b.Dispose();
        }

        return [new("channels.memory", Median(ours), Median(limits), MemoryTarget, "updates/s", LowerIsBetter: false, "2 signatures and 2 verifications by libsecp256k1, all cores")];
    }

    private static async Task<double> RateAsync(int cores, Action<int> run)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, cores).Select(core => Task.Run(() => run(core))));
        return cores * UpdatesPerRound / Stopwatch.GetElapsedTime(start).TotalSeconds;
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

    private static void Sign()
    {
        using var key = Secp256k1.GenerateKey();
        var publicKey = Secp256k1.CreatePublicKey(key);
        var digest = Keccak256.Hash(publicKey);
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        for (var i = 0; i < UpdatesPerRound; i++)
        {
            for (var side = 0; side < 2; side++)
            {
                Secp256k1.Sign(key, digest, signature);
                if (!Secp256k1.Verify(publicKey, digest, signature)) throw new InvalidOperationException("A good signature was refused.");
            }
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
