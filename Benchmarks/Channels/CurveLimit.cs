using TPWallet.Crypto;

namespace TPWallet.Benchmarks.Channels;

/// <summary>What bounds every row of updates: two signatures and two verifications for each, by libsecp256k1 alone, on all cores.</summary>
internal static class CurveLimit
{
    public const string Note = "2 signatures and 2 verifications by libsecp256k1, all cores";

    /// <summary>Updates per second.</summary>
    /// <param name="updatesPerCore">How many are signed and verified for the figure.</param>
    public static Task<double> RateAsync(int updatesPerCore) => RateAsync(Environment.ProcessorCount, updatesPerCore, _ => Sign(updatesPerCore));

    /// <summary>Updates per second of so many cores that do the same at once.</summary>
    public static async Task<double> RateAsync(int cores, int updatesPerCore, Action<int> run)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, cores).Select(core => Task.Run(() => run(core))));
        return cores * updatesPerCore / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The middle one.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static void Sign(int updates)
    {
        using var key = Secp256k1.GenerateKey();
        var publicKey = Secp256k1.CreatePublicKey(key);
        var digest = Keccak256.Hash(publicKey);
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        for (var i = 0; i < updates; i++)
        {
            for (var side = 0; side < 2; side++)
            {
                Secp256k1.Sign(key, digest, signature);
                if (!Secp256k1.Verify(publicKey, digest, signature)) throw new InvalidOperationException("A good signature was refused.");
            }
        }
    }
}
