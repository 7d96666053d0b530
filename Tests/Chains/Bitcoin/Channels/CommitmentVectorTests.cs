using System.Text.Json;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin.Channels;

/// <summary>Funding, commitment and HTLC transactions equal the vectors of BOLT-3 and of lnd byte for byte, signatures included.</summary>
public sealed class CommitmentVectorTests
{
    [Fact]
    public void AppendixB_FundingTransaction_IsMadeToTheByte()
    {
        using var json = Printed();
        var vector = json.RootElement.GetProperty("funding");
        var coinbase = BitcoinTransaction.Decode(Hex(vector.GetProperty("coinbase"))).Value;
        using var key = PrivateKey.From(Hex(vector.GetProperty("coinbasePrivkey")));
        var script = ChannelScripts.Funding(Hex(vector.GetProperty("remotePubkey")), Hex(vector.GetProperty("localPubkey")));
        script.ToString().Should().Be(vector.GetProperty("witnessScript").GetString());
        var pubkey = Secp256k1.CreatePublicKey(key);
        var unsigned = new BitcoinTransaction(
            2, [new(new(coinbase.Txid(), 0))],
            [
                new(vector.GetProperty("fundingSat").GetInt64(), OutputScript.WitnessScriptHash(script)),
                new(vector.GetProperty("changeSat").GetInt64(), OutputScript.WitnessPubKeyHash(pubkey)),
            ],
            0);
        var digest = new SighashContext(unsigned, [coinbase.Outputs[0]]).Legacy(0, coinbase.Outputs[0].ScriptPubKey, SighashType.All);
        var unlocking = new ScriptBuilder().Push(EcdsaSignature.Sign(key, digest, SighashType.All).Span).Push(pubkey).Build();
        var signed = unsigned.WithInput(0, unsigned.Inputs[0] with { ScriptSig = unlocking });
        Convert.ToHexStringLower(signed.Encode()).Should().Be(vector.GetProperty("tx").GetString());
        signed.Txid().ToString().Should().Be(vector.GetProperty("txid").GetString());
        VectorChannel.Of(ChannelType.StaticRemoteKey).FundingOutput.Should().Be(signed.Outputs[0]);
    }

    [Fact]
    public void AppendixC_EachTransaction_IsMadeToTheByte()
    {
        using var json = Printed();
        var cases = json.RootElement.GetProperty("commitments");
        cases.GetArrayLength().Should().Be(16);
        var htlcs = 0;
        foreach (var row in cases.EnumerateArray())
        {
            var name = row.GetProperty("name").GetString()!;
            var commitment = Create(
                ChannelType.StaticRemoteKey, 546, name, row.GetProperty("feeratePerKw").GetInt64(), row.GetProperty("toLocalMsat").GetInt64(),
                row.GetProperty("toRemoteMsat").GetInt64());
            Check(commitment, name, row.GetProperty("remoteSignature"), row.GetProperty("tx"));
            using var local = VectorChannel.LocalFundingKey;
            Der(commitment.Sign(local)).Should().Be(row.GetProperty("localSignature").GetString(), name);
            if (row.TryGetProperty("feeSat", out var fee)) commitment.FeeSat.Should().Be(fee.GetInt64(), name);
            if (row.TryGetProperty("baseFeeSat", out var baseFee))
                ChannelType.StaticRemoteKey.CommitmentFeeSat(commitment.State.FeeratePerKw, commitment.HtlcOutputs.Count()).Should().Be(baseFee.GetInt64(), name);
            var seconds = row.GetProperty("htlcs").EnumerateArray().ToArray();
            CheckSeconds(commitment, name, [.. seconds.Select(static second => (second.GetProperty("remoteSignature"), second.GetProperty("tx")))]);
            HtlcTransaction.AllOf(commitment).Select(static second => (int)second.Htlc.Id).Should()
                .Equal(seconds.Select(static second => second.GetProperty("htlc").GetInt32()), name);
            htlcs += seconds.Length;
        }

        htlcs.Should().Be(33);
    }

    [Fact]
    public void AppendixF_EachTransaction_IsMadeToTheByte()
    {
        using var json = Printed();
        CheckAll(ChannelType.Anchors, json.RootElement.GetProperty("anchors"), 9, 15);
    }

    [Theory]
    [InlineData("lnd_test_vectors_legacy.json", ChannelType.Plain, 14, 28)]
    [InlineData("lnd_test_vectors_anchors.json", ChannelType.AnchorOutputs, 14, 28)]
    [InlineData("lnd_test_vectors_zero_fee_htlc_tx.json", ChannelType.Anchors, 9, 15)]
    public void Lnd_EachTransaction_IsMadeToTheByte(string file, ChannelType type, int commitments, int htlcs)
    {
        using var json = Vectors.Json("bolt3", file);
        if (json is not null) CheckAll(type, json.RootElement, commitments, htlcs);
    }

    /// <summary>The example of BOLT-3's section on fees.</summary>
    [Fact]
    public void FeeExample_IsWhatTheSectionSays()
    {
        const ChannelType type = ChannelType.StaticRemoteKey;
        type.HtlcFeeSat(5000, HtlcDirection.Offered).Should().Be(3315);
        type.HtlcFeeSat(5000, HtlcDirection.Received).Should().Be(3515);
        type.CommitmentFeeSat(5000, 2).Should().Be(5340);
        (HtlcDirection Direction, long Sat, bool Trimmed)[] rows =
        [
            (HtlcDirection.Offered, 5000, false), (HtlcDirection.Offered, 1000, true), (HtlcDirection.Received, 7000, false), (HtlcDirection.Received, 800, true),
            (HtlcDirection.Offered, 3861, false), (HtlcDirection.Offered, 3860, true), (HtlcDirection.Received, 4061, false), (HtlcDirection.Received, 4060, true),
        ];
        foreach (var (direction, sat, trimmed) in rows)
            CommitmentTransaction.IsTrimmed(type, 546, 5000, new(direction, 0, (sat * 1000) + 999, default, 500)).Should().Be(trimmed, "{0} {1}", direction, sat);
    }

    private static void CheckAll(ChannelType type, JsonElement cases, int commitments, int htlcs)
    {
        cases.GetArrayLength().Should().Be(commitments);
        var seen = 0;
        foreach (var row in cases.EnumerateArray())
        {
            var name = row.GetProperty("Name").GetString()!;
            var dust = row.TryGetProperty("DustLimitSatoshis", out var limit) ? limit.GetInt64() : 546;
            var (local, remote) = (row.GetProperty("LocalBalance").GetInt64(), row.GetProperty("RemoteBalance").GetInt64());
            var commitment = Create(type, dust, name, row.GetProperty("FeePerKw").GetInt64(), local, remote);
            Check(commitment, name, row.GetProperty("RemoteSigHex"), row.GetProperty("ExpectedCommitmentTxHex"));
            var seconds = row.GetProperty("HtlcDescs").EnumerateArray().ToArray();
            CheckSeconds(commitment, name, [.. seconds.Select(static second => (second.GetProperty("RemoteSigHex"), second.GetProperty("ResolutionTxHex")))]);
            seen += seconds.Length;
        }

        seen.Should().Be(htlcs);
    }

    private static CommitmentTransaction Create(ChannelType type, long dustLimitSat, string name, long feeratePerKw, long toLocalMsat, long toRemoteMsat)
    {
        int[] htlcs = name.Contains("no HTLCs", StringComparison.Ordinal) ? []
            : name.Contains("same amount", StringComparison.Ordinal) ? [1, 5, 6]
            : [0, 1, 2, 3, 4];
        return CommitmentTransaction.Create(
            VectorChannel.Of(type, dustLimitSat), ChannelRole.Opener, VectorChannel.PerCommitmentPoint,
            VectorChannel.State(feeratePerKw, toLocalMsat, toRemoteMsat, htlcs)).Value;
    }

    private static void Check(CommitmentTransaction commitment, string name, JsonElement remoteSignature, JsonElement whole)
    {
        using var local = VectorChannel.LocalFundingKey;
        using var remote = VectorChannel.RemoteFundingKey;
        var signature = commitment.Sign(remote);
        Der(signature).Should().Be(remoteSignature.GetString(), name);
        Convert.ToHexStringLower(commitment.Complete(commitment.Sign(local), signature).Value.Encode()).Should().Be(whole.GetString(), name);
        CommitmentNumber.Read(commitment.Channel, commitment.Unsigned).Should().Be(42);
    }

    private static void CheckSeconds(CommitmentTransaction commitment, string name, (JsonElement RemoteSignature, JsonElement Whole)[] expected)
    {
        using var local = VectorChannel.LocalHtlcKey;
        using var remote = VectorChannel.RemoteHtlcKey;
        var seconds = HtlcTransaction.AllOf(commitment);
        seconds.Should().HaveCount(expected.Length, name);
        foreach (var (second, (remoteSignature, whole)) in seconds.Zip(expected))
        {
            var signature = second.SignForOwner(remote);
            Der(signature).Should().Be(remoteSignature.GetString(), name);
            var made = second.Htlc.Direction == HtlcDirection.Received
                ? second.Success(signature, second.Sign(local), VectorChannel.Preimage((int)second.Htlc.Id))
                : second.Timeout(signature, second.Sign(local));
            Convert.ToHexStringLower(made.Value.Encode()).Should().Be(whole.GetString(), name);
        }
    }

    private static JsonDocument Printed() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "Tests/Chains/Bitcoin/Channels/bolt03.json")));

    private static string Der(HexBytes compact) => Convert.ToHexStringLower(EcdsaSignature.Encode(compact.Span, SighashType.All).Span[..^1]);

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!);
}
