using System.Text.Json;
using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>BIP-322, both files whole: hashes, simple and full signatures, proofs of funds, and everything that must be refused.</summary>
public sealed class SignedMessageTests
{
    [Fact]
    public void Transactions_OfTheBasicFile_HaveTheirIds()
    {
        using var json = Vectors.Json("bips", "bip-0322", "basic-test-vectors.json");
        if (json is null) return;
        var cases = 0;
        foreach (var one in json.RootElement.GetProperty("tx_hashes").EnumerateArray())
        {
            var (script, message) = Given(one);
            Convert.ToHexStringLower(SignedMessage.Hash(message).ToArray()).Should().Be(one.GetProperty("message_hash").GetString());
            SignedMessage.ToSpend(script, message).Txid().ToString().Should().Be(one.GetProperty("to_spend_tx_hash").GetString());
            SignedMessage.ToSign(script, message).Txid().ToString().Should().Be(one.GetProperty("to_sign_tx_hash").GetString());
            cases++;
        }

        cases.Should().Be(3);
    }

    [Theory]
    [InlineData("basic-test-vectors.json", 4)]
    [InlineData("generated-test-vectors.json", 17)]
    public void Verify_EverySignature_Holds(string file, int expected)
    {
        using var json = Vectors.Json("bips", "bip-0322", file);
        if (json is null) return;
        var cases = 0;
        foreach (var group in new[] { "simple", "full", "proof_of_funds" })
        {
            if (!json.RootElement.TryGetProperty(group, out var all)) continue;
            foreach (var one in all.EnumerateArray())
            {
                var (script, message) = Given(one);
                foreach (var signature in one.GetProperty("bip322_signatures").EnumerateArray())
                {
                    var verdict = SignedMessage.Verify(script, message, signature.GetString()!);
                    verdict.Refusal.Should().BeNull($"{group} {one.GetProperty("type")}");
                    var (lockTime, age) = group == "simple" ? (0u, 0u) : (one.GetProperty("lock_time").GetUInt32(), one.GetProperty("sequence").GetUInt32());
                    verdict.Value.Should().Be(new MessageVerdict(lockTime, age));
                    SignedMessage.Verify(script, message + " ", signature.GetString()!).IsOk.Should().BeFalse("another message was not signed");
                }

                cases++;
            }
        }

        cases.Should().Be(expected);
    }

    [Theory]
    [InlineData("basic-test-vectors.json", 8)]
    [InlineData("generated-test-vectors.json", 28)]
    public void Verify_EveryError_IsRefused(string file, int expected)
    {
        using var json = Vectors.Json("bips", "bip-0322", file);
        if (json is null) return;
        var cases = 0;
        foreach (var one in json.RootElement.GetProperty("error").EnumerateArray())
        {
            var (script, message) = Given(one);
            SignedMessage.Verify(script, message, one.GetProperty("signature").GetString()!).Refusal.Should()
                .NotBeNull(one.GetProperty("description").GetString());
            cases++;
        }

        cases.Should().Be(expected);
    }

    [Theory]
    [InlineData("basic-test-vectors.json")]
    [InlineData("generated-test-vectors.json")]
    public void Sign_EverySimpleCase_HoldsAndEcdsaGivesTheFilesBytes(string file)
    {
        using var json = Vectors.Json("bips", "bip-0322", file);
        if (json is null) return;
        var signed = 0;
        foreach (var one in json.RootElement.GetProperty("simple").EnumerateArray())
        {
            var (script, message) = Given(one);
            var psbt = SignedMessage.CreatePsbt(script, message);
            if (one.GetProperty("witness_script").GetString() is { Length: > 0 } hex) psbt = PsbtUpdater.AddWitnessScript(psbt, 0, Script.FromHex(hex));
            foreach (var text in one.GetProperty("private_keys").EnumerateArray())
            {
                using var key = WalletImportFormat.Parse(text.GetString(), BitcoinNetwork.Mainnet).Value;
                if (OutputScript.KindOf(script) == OutputKind.Taproot) psbt = PsbtUpdater.AddTaproot(psbt, 0, Taproot.XOnly(key), null);
                psbt = PsbtSigner.Sign(psbt, 0, key).Value;
            }

            var finished = PsbtFinalizer.FinalizeAll(psbt).Value;
            var transaction = PsbtExtractor.Assemble(finished).Value;
            var own = SignedMessage.WriteSimple(transaction);
            SignedMessage.Verify(script, message, own).Value.Should().Be(default(MessageVerdict));
            SignedMessage.Verify(script, message, SignedMessage.WriteFull(transaction)).Value.Should().Be(default(MessageVerdict));
            SignedMessage.Verify(script, message, SignedMessage.WriteProofOfFunds(finished)).Value.Should().Be(default(MessageVerdict));
            if (OutputScript.KindOf(script) == OutputKind.WitnessPubKeyHash)
                one.GetProperty("bip322_signatures").EnumerateArray().Select(static text => text.GetString()).Should().Contain(own);
            signed++;
        }

        signed.Should().Be(4);
    }

    [Fact]
    public void Verify_SignatureThatLeavesSomethingOpen_IsRefused()
    {
        using var key = PrivateKey.From([.. new byte[31], 1]);
        var script = OutputScript.WitnessPubKeyHash(Secp256k1.CreatePublicKey(key));
        foreach (var type in new[] { SighashType.None, SighashType.Single, SighashType.AllAnyoneCanPay })
        {
            var psbt = PsbtUpdater.SetSighash(SignedMessage.CreatePsbt(script, "m"), 0, type);
            psbt = PsbtFinalizer.FinalizeAll(PsbtSigner.Sign(psbt, 0, key, [type]).Value).Value;
            var text = SignedMessage.WriteSimple(PsbtExtractor.Assemble(psbt).Value);
            SignedMessage.Verify(script, "m", text).Refusal!.Code.Should().Be("script.message-sighash");
        }

        var odd = SignedMessage.CreatePsbt(script, "m", version: 3);
        var signed = PsbtExtractor.Assemble(PsbtFinalizer.FinalizeAll(PsbtSigner.Sign(odd, 0, key).Value).Value).Value;
        SignedMessage.Verify(script, "m", SignedMessage.WriteFull(signed)).Refusal!.Code.Should().Be("message.inconclusive");
        SignedMessage.Verify(OutputScript.Witness(2, new byte[32]), "m", "smpAQEA").Refusal!.Code.Should().Be("message.inconclusive");
        SignedMessage.Verify(script, "m", SignedMessage.WriteFull(signed with { Outputs = [new(1, Script.From([Op.Return]))] }))
            .Refusal!.Code.Should().Be("message.transaction");
    }

    private static (Script Script, string Message) Given(JsonElement one) =>
        (BitcoinAddress.Parse(one.GetProperty("address").GetString(), BitcoinNetwork.Mainnet).Value, one.GetProperty("message").GetString()!);
}
