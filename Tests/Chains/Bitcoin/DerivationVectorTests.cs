using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>The vectors printed in BIP-84 and BIP-86.</summary>
public sealed class DerivationVectorTests
{
    private const string Mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    [Fact]
    public void Bip84_RootAndAccount_HaveThePrintedTexts()
    {
        using var root = Root();
        root.Export(Bip32Network.MainWitness).Should().Be(
            "zprvAWgYBBk7JR8Gjrh4UJQ2uJdG1r3WNRRfURiABBE3RvMXYSrRJL62XuezvGdPvG6GFBZduosCc1YP5wixPox7zhZLfiUm8aunE96BBa4Kei5");
        root.ToPublic().Export(Bip32Network.MainWitness).Should().Be(
            "zpub6jftahH18ngZxLmXaKw3GSZzZsszmt9WqedkyZdezFtWRFBZqsQH5hyUmb4pCEeZGmVfQuP5bedXTB8is6fTv19U1GQRyQUKQGUTzyHACMF");
        using var account = root.Derive(DerivationPath.Parse("m/84'/0'/0'"));
        account.ToPublic().Export(Bip32Network.MainWitness).Should().Be(
            "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs");
        const string text = "zprvAdG4iTXWBoARxkkzNpNh8r6Qag3irQB8PzEMkAFeTRXxHpbF9z4QgEvBRmfvqWvGp42t42nvgGpNgYSJA9iefm1yYNZKEm7z6qUWCroSQnE";
        account.Export(Bip32Network.MainWitness).Should().Be(text);
        ExtendedPrivateKey.TryParse(text, out var parsed, out var network).Should().BeTrue();
        network.Should().Be(Bip32Network.MainWitness);
        parsed!.Export().Should().Be(account.Export());
        parsed.Dispose();
        ExtendedPublicKey.TryParse(account.ToPublic().Export(Bip32Network.TestWitness), out _, out var other).Should().BeTrue();
        other.Should().Be(Bip32Network.TestWitness);
    }

    [Theory]
    [InlineData(
        0, 0, "KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d", "0330d54fd0dd420a6e5f8d3624f5f3482cae350f79d5f0753bf5beef9c2d91af3c",
        "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu")]
    [InlineData(
        0, 1, "Kxpf5b8p3qX56DKEe5NqWbNUP9MnqoRFzZwHRtsFqhzuvUJsYZCy", "03e775fd51f0dfb8cd865d9ff1cca2a158cf651fe997fdc9fee9c1d3b5e995ea77",
        "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g")]
    [InlineData(
        1, 0, "KxuoxufJL5csa1Wieb2kp29VNdn92Us8CoaUG3aGtPtcF3AzeXvF", "03025324888e429ab8e3dbaf1f7802648b9cd01e9b418485c5fa4c1b9b5700e1a6",
        "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el")]
    public void Bip84_Addresses_HaveThePrintedKeys(uint change, uint index, string privateKey, string publicKey, string address)
    {
        using var root = Root();
        using var key = root.Derive(Bip44Path.WitnessPubKeyHash(BitcoinNetwork.Mainnet.CoinType(), 0, change, index).ToPath());
        WalletImportFormat.Format(key.Key, BitcoinNetwork.Mainnet).Should().Be(privateKey);
        using var read = WalletImportFormat.Parse(privateKey, BitcoinNetwork.Mainnet).Value;
        read.Secret.ToArray().Should().Equal(key.Key.Secret.ToArray());
        Convert.ToHexStringLower(key.ToPublic().Key).Should().Be(publicKey);
        BitcoinAddress.Format(OutputScript.WitnessPubKeyHash(key.ToPublic().Key), BitcoinNetwork.Mainnet).Should().Be(address);
    }

    [Fact]
    public void Bip86_RootAndAccount_HaveThePrintedTexts()
    {
        using var root = Root();
        root.Export().Should().Be(
            "xprv9s21ZrQH143K3GJpoapnV8SFfukcVBSfeCficPSGfubmSFDxo1kuHnLisriDvSnRRuL2Qrg5ggqHKNVpxR86QEC8w35uxmGoggxtQTPvfUu");
        root.ToPublic().Export().Should().Be(
            "xpub661MyMwAqRbcFkPHucMnrGNzDwb6teAX1RbKQmqtEF8kK3Z7LZ59qafCjB9eCRLiTVG3uxBxgKvRgbubRhqSKXnGGb1aoaqLrpMBDrVxga8");
        using var account = root.Derive(DerivationPath.Parse("m/86'/0'/0'"));
        account.Export().Should().Be(
            "xprv9xgqHN7yz9MwCkxsBPN5qetuNdQSUttZNKw1dcYTV4mkaAFiBVGQziHs3NRSWMkCzvgjEe3n9xV8oYywvM8at9yRqyaZVz6TYYhX98VjsUk");
        account.ToPublic().Export().Should().Be(
            "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ");
    }

    [Theory]
    [InlineData(
        0, 0, "xprvA449goEeU9okwCzzZaxiy475EQGQzBkc65su82nXEvcwzfSskb2hAt2WymrjyRL6kpbVTGL3cKtp9herYXSjjQ1j4stsXXiRF7kXkCacK3T",
        "xpub6H3W6JmYJXN49h5TfcVjLC3onS6uPeUTTJoVvRC8oG9vsTn2J8LwigLzq5tHbrwAzH9DGo6ThGUdWsqce8dGfwHVBxSbixjDADGGdzF7t2B",
        "cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115",
        "5120a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c",
        "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr")]
    [InlineData(
        0, 1, "xprvA449goEeU9okyiF1LmKiDaTgeXvmh87DVyRd35VPbsSop8n8uALpbtrUhUXByPFKK7C2yuqrB1FrhiDkEMC4RGmA5KTwsE1aB5jRu9zHsuQ",
        "xpub6H3W6JmYJXN4CCKUSnriaiQRCZmG6aq4sCMDqTu1ACyngw7HShf59hAxYjXgKDuuHThVEUzdHrc3aXCr9kfvQvZPit5dnD3K9xVRBzjK3rX",
        "83dfe85a3151d2517290da461fe2815591ef69f2b18a2ce63f01697a8b313145",
        "5120a82f29944d65b86ae6b5e5cc75e294ead6c59391a1edc5e016e3498c67fc7bbb",
        "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh")]
    [InlineData(
        1, 0, "xprvA3Ln3Gt3aphvUgzgEDT8vE2cYqb4PjFfpmbiFKphxLg1FjXQpkAk5M1ZKDY15bmCAHA35jTiawbFuwGtbDZogKF1WfjwxML4gK7WfYW5JRP",
        "xpub6GL8SnQwRCGDhB59LEz9HMyM6sRYoByXBzXK3iEKWgCz8XrZNHUzd9L3AUBELW5NzA7dEFvMas1F84TuPH3xqdUA5tumaGWFgihJzWytXe3",
        "399f1b2f4393f29a18c937859c5dd8a77350103157eb880f02e8c08214277cef",
        "5120882d74e5d0572d5a816cef0041a96b6c1de832f6f9676d9605c44d5e9a97d3dc",
        "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7")]
    public void Bip86_Addresses_HaveThePrintedKeys(uint change, uint index, string xprv, string xpub, string internalKey, string script, string address)
    {
        using var root = Root();
        using var key = root.Derive(Bip44Path.Taproot(BitcoinNetwork.Mainnet.CoinType(), 0, change, index).ToPath());
        (key.Export(), key.ToPublic().Export()).Should().Be((xprv, xpub));
        var inner = Taproot.XOnly(key.Key);
        inner.Should().Be(Bytes32.Parse("0x" + internalKey));
        var output = OutputScript.Taproot(Taproot.OutputKey(inner, null).Value.Key.ToArray());
        output.ToString().Should().Be(script);
        BitcoinAddress.Format(output, BitcoinNetwork.Mainnet).Should().Be(address);
        using var tweaked = Taproot.TweakPrivate(key.Key, null);
        OutputScript.Taproot(Taproot.XOnly(tweaked).ToArray()).Should().Be(output);
    }

    [Theory]
    [InlineData(null, BitcoinNetwork.Mainnet, "key.form")]
    [InlineData("KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9e", BitcoinNetwork.Mainnet, "key.form")]
    [InlineData("KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d", BitcoinNetwork.Regtest, "key.network")]
    [InlineData("5Hwgr3u458GLafKBgxtssHSPqJnYoGrSzgQsPwLFhLNYskDPyyA", BitcoinNetwork.Mainnet, "key.uncompressed")]
    public void WalletImportFormat_BadText_HasItsCode(string? text, BitcoinNetwork network, string code) =>
        WalletImportFormat.Parse(text, network).Refusal!.Code.Should().Be(code);

    [Fact]
    public void WalletImportFormat_BadPayload_HasItsCode()
    {
        Code([0x80, .. new byte[32], 1]).Should().Be("key.range");
        Code([0x80, .. new byte[31], 1, 2]).Should().Be("key.form");
        Code([0x80, .. new byte[30]]).Should().Be("key.form");

        static string Code(byte[] payload) => WalletImportFormat.Parse(Base58.EncodeCheck(payload), BitcoinNetwork.Mainnet).Refusal!.Code;
    }

    private static ExtendedPrivateKey Root() => ExtendedPrivateKey.FromSeed(Bip39.ToSeed(Mnemonic, ""));
}
