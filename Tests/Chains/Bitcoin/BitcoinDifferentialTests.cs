using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>
/// Random PSBTs signed, finished and extracted here, by @scure/btc-signer and, in version 0, by bitcoinjs-lib: the same bytes at every step. Few cases with a
/// fixed seed by default; TPW_PEER_CASES says how many and TPW_SEED repeats a run.
/// </summary>
public sealed class BitcoinDifferentialTests
{
    private const int DefaultCases = 100;
    private const int DefaultSeed = 20260101;
    private const int Batch = 500;

    private static readonly SighashType[] Any =
    [
        SighashType.Default, SighashType.All, SighashType.None, SighashType.Single, SighashType.AllAnyoneCanPay, SighashType.NoneAnyoneCanPay,
        SighashType.SingleAnyoneCanPay,
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Psbts_OfEveryKind_HaveThePeersBytes(int version)
    {
        var (cases, seed) = (Number("TPW_PEER_CASES", DefaultCases), Number("TPW_SEED", DefaultSeed));
        Console.WriteLine($"seed {seed}, {cases} cases of version {version}");
        var random = new RandomPsbts(seed + version);
        var kinds = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var peers = NodePeer.Start("bitcoin.mjs", "@scure/btc-signer", "bitcoinjs-lib");
        for (var done = 0; done < cases; done += Batch)
        {
            var given = Enumerable.Range(0, Math.Min(Batch, cases - done)).Select(_ => random.Next(version)).ToArray();
            foreach (var kind in given.SelectMany(static one => one.Kinds.Split(' '))) kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            var answers = await peers.AskAsync([.. given.Select(one => Request(one.Psbt, one.Keys, version))]);
            for (var i = 0; i < given.Length; i++)
                Compare(given[i], answers[i], $"seed {seed}, version {version}, case {done + i}: {given[i].Kinds} {given[i].Psbt.EncodeBase64()}");
        }

        kinds.Should().HaveCount(7).And.OnlyContain(kind => kind.Value > cases / 10, "every kind is met often");
    }

    private static void Compare((Psbt Psbt, IReadOnlyList<byte[]> Keys, string Kinds) one, JsonElement answer, string because)
    {
        var signed = one.Psbt;
        foreach (var secret in one.Keys)
        {
            using var key = PrivateKey.From(secret);
            for (var i = 0; i < signed.Inputs.Count; i++) signed = PsbtSigner.Sign(signed, i, key, Any) is { IsOk: true } next ? next.Value : signed;
        }

        var finished = PsbtFinalizer.FinalizeAll(signed);
        finished.Refusal.Should().BeNull(because);
        var transaction = PsbtExtractor.Extract(finished.Value).Value;
        var bytes = Convert.ToHexStringLower(transaction.Encode());
        foreach (var peer in answer.EnumerateObject())
        {
            var name = $"{peer.Name}, {because}";
            peer.Value.TryGetProperty("error", out var error).Should().BeFalse($"{name}: {error}");
            peer.Value.GetProperty("signed").GetString().Should().Be(signed.EncodeBase64(), name);
            peer.Value.GetProperty("final").GetString().Should().Be(finished.Value.EncodeBase64(), name);
            peer.Value.GetProperty("transaction").GetString().Should().Be(bytes, name);
        }

        BitcoinTransaction.Decode(transaction.Encode()).Value.Should().Be(transaction, because);
        Psbt.Decode(signed.Encode()).Value.Should().Be(signed, because);
    }

    private static JsonObject Request(Psbt psbt, IReadOnlyList<byte[]> keys, int version) => new()
    {
        ["psbt"] = psbt.EncodeBase64(),
        ["keys"] = new JsonArray([.. keys.Select(static key => JsonValue.Create(Convert.ToHexStringLower(key)))]),
        ["version"] = version,
    };

    private static int Number(string variable, int otherwise) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
        ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : otherwise;
}
