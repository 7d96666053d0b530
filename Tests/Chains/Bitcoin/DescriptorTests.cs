using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;

namespace TPWallet.Tests.Chains.Bitcoin;

public sealed class DescriptorTests
{
    private const string Mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    private const string Key1 = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    private const string Key2 = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
    private const string Key3 = "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";

    [Theory]
    [InlineData("84", "wpkh", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g")]
    [InlineData("86", "tr", "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr", "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh")]
    public void At_Range_GivesTheAddressesOfBip84And86(string purpose, string function, string first, string second)
    {
        using var root = ExtendedPrivateKey.FromSeed(Bip39.ToSeed(Mnemonic));
        using var account = root.Derive(DerivationPath.Parse($"m/{purpose}'/0'/0'"));
        var text = $"{function}([{root.ToPublic().Fingerprint:x8}/{purpose}h/0h/0h]{account.ToPublic()}/0/*)";
        var descriptor = Descriptor.Parse(text, BitcoinNetwork.Mainnet).Value;
        descriptor.IsRange.Should().BeTrue();
        BitcoinAddress.Format(descriptor.At(0).ScriptPubKey, BitcoinNetwork.Mainnet).Should().Be(first);
        BitcoinAddress.Format(descriptor.At(1).ScriptPubKey, BitcoinNetwork.Mainnet).Should().Be(second);
        descriptor.At(7).Keys[0].Origin.Path.ToString().Should().Be($"m/{purpose}'/0'/0'/0/7");
        var written = descriptor.Format(BitcoinNetwork.Mainnet);
        written.Should().Be($"{text}#{DescriptorChecksum.Of(text)}");
        Descriptor.Parse(written, BitcoinNetwork.Mainnet, checksumRequired: true).Value.Format(BitcoinNetwork.Mainnet).Should().Be(written);
    }

    [Theory]
    [InlineData("raw(deadbeef)", "89f8spxm")]
    [InlineData("ü", null)]
    public void Checksum_OfText_IsThatOfBip380(string text, string? expected) => DescriptorChecksum.Of(text).Should().Be(expected);

    [Theory]
    [InlineData("pkh(" + Key1 + ")", "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac")]
    [InlineData("wpkh(" + Key1 + ")", "0014751e76e8199196d454941c45d1b3a323f1433bd6")]
    [InlineData("sh(wpkh(" + Key1 + "))", "a914bcfeb728b584253d5f3f70bcb780e9ef218a68f487")]
    [InlineData("tr(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798)", "5120da4710964f7852695de2da025290e24af6d8c281de5a0b902b7135fd9fd74d21")]
    [InlineData("tr(a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd)", "512077aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11")]
    public void At_FixedKey_GivesTheKnownScript(string text, string script)
    {
        var descriptor = Descriptor.Parse(text, BitcoinNetwork.Regtest).Value;
        descriptor.IsRange.Should().BeFalse();
        descriptor.At(0).ScriptPubKey.ToString().Should().Be(script);
        descriptor.At(5).ScriptPubKey.Should().Be(descriptor.At(0).ScriptPubKey);
    }

    [Theory]
    [InlineData("wsh(multi(2," + Key3 + "," + Key1 + "," + Key2 + "))", Key3)]
    [InlineData("wsh(sortedmulti(2," + Key3 + "," + Key1 + "," + Key2 + "))", Key1)]
    [InlineData("sh(wsh(sortedmulti(2," + Key3 + "," + Key2 + "," + Key1 + ")))", Key1)]
    public void At_Multisig_HasItsKeysInOrder(string text, string first)
    {
        var descriptor = Descriptor.Parse(text, BitcoinNetwork.Mainnet).Value;
        var output = descriptor.At(0);
        var terms = OutputScript.MultisigOf(output.WitnessScript!.Value)!;
        (terms.Required, terms.Keys.Count, Convert.ToHexStringLower(terms.Keys[0].Span)).Should().Be((2, 3, first));
        var program = OutputScript.WitnessScriptHash(output.WitnessScript.Value);
        (output.RedeemScript ?? output.ScriptPubKey).Should().Be(program);
        output.InputSize.WitnessBytes.Should().Be(1 + 1 + (2 * 73) + 1 + 105);
        descriptor.Format(BitcoinNetwork.Mainnet).Should().StartWith(text + "#");
    }

    [Fact]
    public void Update_TaprootTree_IsSignedAndFinishedByAnyLeaf()
    {
        var text = $"tr(50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0,{{pk({Key1[2..]}),{{multi_a(2,{Key2[2..]},{Key3[2..]}),pk({Key3[2..]})}}}})";
        var descriptor = Descriptor.Parse(text, BitcoinNetwork.Regtest).Value;
        descriptor.Format(BitcoinNetwork.Regtest).Should().StartWith(text + "#");
        var output = descriptor.At(0);
        var previous = new BitcoinTransaction(2, [new BitcoinInput(OutPoint.Null)], [new(10_000, output.ScriptPubKey)], 0);
        var unsigned = new BitcoinTransaction(2, [new BitcoinInput(new(previous.Txid(), 0))], [new(9_000, output.ScriptPubKey)], 0);
        var psbt = output.UpdateInput(PsbtUpdater.AddPrevious(PsbtCreator.Create(unsigned).Value, 0, previous), 0);
        psbt = output.UpdateOutput(psbt, 0);
        psbt = Psbt.DecodeBase64(psbt.EncodeBase64()).Value;
        psbt.Inputs[0].All(PsbtIn.TapLeafScript).Should().HaveCount(3);
        psbt.Inputs[0].All(PsbtIn.TapDerivation).Should().HaveCount(4);
        foreach (var keys in new[] { new byte[] { 1 }, [3], [2, 3] })
        {
            var signed = psbt;
            foreach (var number in keys)
            {
                using var key = PrivateKey.From([.. new byte[31], number]);
                signed = PsbtSigner.Sign(signed, 0, key).Value;
            }

            var transaction = PsbtExtractor.Extract(PsbtFinalizer.FinalizeAll(signed).Value).Value;
            transaction.Inputs[0].Witness.Count.Should().Be(3, "one signature for pk is the smallest");
        }
    }

    [Theory]
    [InlineData(null, "descriptor.form")]
    [InlineData("", "descriptor.form")]
    [InlineData("raw(00)", "descriptor.form")]
    [InlineData("sh(pkh(" + Key1 + "))", "descriptor.form")]
    [InlineData("wsh(pk(" + Key1 + "))", "descriptor.form")]
    [InlineData("wpkh(" + Key1 + ")#aaaaaaaa", "descriptor.checksum")]
    [InlineData("wpkh(04" + Key1 + ")", "descriptor.key")]
    [InlineData("wpkh(05be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798)", "descriptor.key")]
    [InlineData("wpkh(79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798)", "descriptor.key")]
    [InlineData("wpkh([00]" + Key1 + ")", "descriptor.origin")]
    [InlineData("wpkh([0000000g]" + Key1 + ")", "descriptor.origin")]
    [InlineData("wpkh([00000000/x]" + Key1 + ")", "descriptor.origin")]
    [InlineData("wpkh(KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d)", "descriptor.private-key")]
    [InlineData("wpkh(xprv9s21ZrQH143K3GJpoapnV8SFfukcVBSfeCficPSGfubmSFDxo1kuHnLisriDvSnRRuL2Qrg5ggqHKNVpxR86QEC8w35uxmGoggxtQTPvfUu/0)", "descriptor.private-key")]
    [InlineData(
        "wpkh(xpub661MyMwAqRbcFkPHucMnrGNzDwb6teAX1RbKQmqtEF8kK3Z7LZ59qafCjB9eCRLiTVG3uxBxgKvRgbubRhqSKXnGGb1aoaqLrpMBDrVxga8/0h/*)", "descriptor.path")]
    [InlineData("wsh(multi(3," + Key1 + "," + Key2 + "))", "descriptor.multisig")]
    [InlineData("wsh(multi(0," + Key1 + "))", "descriptor.multisig")]
    [InlineData("wsh(multi(x," + Key1 + "))", "descriptor.multisig")]
    [InlineData("tr(" + Key1 + ",{pk(" + Key1 + ")})", "descriptor.form")]
    [InlineData("tr(" + Key1 + ",multi(1," + Key1 + "))", "descriptor.form")]
    public void Parse_BadText_HasItsCode(string? text, string code) => Descriptor.Parse(text, BitcoinNetwork.Mainnet).Refusal!.Code.Should().Be(code);

    [Fact]
    public void Parse_DeepTreeOtherNetworkOrMissingChecksum_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{", 130)) + $"pk({Key1})" + string.Concat(Enumerable.Repeat($",pk({Key1})}}", 130));
        Descriptor.Parse($"tr({Key1},{deep})", BitcoinNetwork.Mainnet).Refusal!.Code.Should().Be("descriptor.depth");
        using var root = ExtendedPrivateKey.FromSeed(Bip39.ToSeed(Mnemonic));
        Descriptor.Parse($"wpkh({root.ToPublic()}/0)", BitcoinNetwork.Regtest).Refusal!.Code.Should().Be("descriptor.network");
        Descriptor.Parse($"wpkh({Key1})", BitcoinNetwork.Mainnet, checksumRequired: true).Refusal!.Code.Should().Be("descriptor.checksum");
    }
}
