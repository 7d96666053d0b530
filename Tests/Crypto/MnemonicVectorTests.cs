using System.Text;
using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;

namespace TPWallet.Tests.Crypto;

public sealed class MnemonicVectorTests
{
    [Fact]
    public void TrezorVectors_EveryLanguage_PhraseEntropySeedAndMasterKeyMatch()
    {
        using var file = Vectors.Json("bip39", "vectors.json");
        if (file is null) return;
        var languages = Enum.GetValues<MnemonicLanguage>().ToDictionary(Name, language => language);
        var cases = file.RootElement.EnumerateObject()
            .SelectMany(list => list.Value.EnumerateArray().Select(item => (Language: languages[list.Name], Item: item))).ToList();
        Parallel.ForEach(cases, test =>
        {
            var (entropy, phrase) = (Convert.FromHexString(test.Item[0].GetString()!), test.Item[1].GetString()!);
            Bip39.FromEntropy(entropy, test.Language).Should().Be(phrase.Normalized());
            Bip39.ToEntropy(phrase, test.Language, out var refusal).Should().Equal(entropy, $"{refusal}");
            var seed = Bip39.ToSeed(phrase, "TREZOR");
            Convert.ToHexStringLower(seed).Should().Be(test.Item[2].GetString());
            using var master = ExtendedPrivateKey.FromSeed(seed);
            master.Export().Should().Be(test.Item[3].GetString());
        });
        cases.Count.Should().Be(12 * 24);
    }

    [Fact]
    public void EthersMnemonics_EveryCase_SeedAndAllNodesMatch()
    {
        using var file = Vectors.Json("ethers", "mnemonics.json.gz");
        if (file is null) return;
        var cases = file.RootElement.EnumerateArray().ToList();
        var nodes = 0;
        Parallel.ForEach(cases, test =>
        {
            var phrase = Encoding.UTF8.GetString(test.Hex("phrase"));
            var password = Encoding.UTF8.GetString(test.Hex("password"));
            var language = Locale(test.Text("locale"));
            Bip39.ToEntropy(phrase, language, out var refusal).Should().Equal(test.Hex("entropy"), $"{test.Text("name")}: {refusal}");
            var seed = Bip39.ToSeed(phrase, password);
            seed.Should().Equal(test.Hex("seed"), test.Text("name"));
            using var master = ExtendedPrivateKey.FromSeed(seed);
            foreach (var node in test.GetProperty("nodes").EnumerateArray())
            {
                using var key = master.Derive(DerivationPath.Parse(node.Text("path")));
                key.Export().Should().Be(node.Text("xpriv"));
                var publicKey = key.ToPublic();
                publicKey.Export().Should().Be(node.Text("xpub"));
                key.Key.Secret.ToArray().Should().Equal(node.Hex("privateKey"));
                publicKey.Key.ToArray().Should().Equal(node.Hex("publicKey"));
                $"0x{publicKey.Fingerprint:x8}".Should().Be(node.Text("fingerprint"));
                $"0x{key.Position.ParentFingerprint:x8}".Should().Be(node.Text("parentFingerprint"));
                key.Position.Depth.Should().Be((byte)node.Int("depth"));
                Interlocked.Increment(ref nodes);
            }
        });
        cases.Count.Should().Be(400);
        nodes.Should().Be(2400);
    }

    private static string Name(MnemonicLanguage language) => language switch
    {
        MnemonicLanguage.ChineseSimplified => "chinese_simplified",
        MnemonicLanguage.ChineseTraditional => "chinese_traditional",
        _ => $"{language}".ToLowerInvariant(),
    };

    private static MnemonicLanguage Locale(string locale) => locale switch
    {
        "cz" => MnemonicLanguage.Czech,
        "en" => MnemonicLanguage.English,
        "ja" => MnemonicLanguage.Japanese,
        "es" => MnemonicLanguage.Spanish,
        "fr" => MnemonicLanguage.French,
        "it" => MnemonicLanguage.Italian,
        "ko" => MnemonicLanguage.Korean,
        "pt" => MnemonicLanguage.Portuguese,
        "zh_cn" => MnemonicLanguage.ChineseSimplified,
        "zh_tw" => MnemonicLanguage.ChineseTraditional,
        _ => throw new ArgumentOutOfRangeException(nameof(locale), locale, "A language that the vectors did not have."),
    };
}
