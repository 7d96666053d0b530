using TPWallet.Crypto.Derivation;

namespace TPWallet.Tests.Crypto;

public sealed class MnemonicTests
{
    private const string Zero = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    [Theory]
    [InlineData("", MnemonicRefusal.WordCount)]
    [InlineData("abandon abandon abandon", MnemonicRefusal.WordCount)]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon", MnemonicRefusal.WordCount)]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon", MnemonicRefusal.Checksum)]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon About", MnemonicRefusal.UnknownWord)]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abaut", MnemonicRefusal.UnknownWord)]
    public void ToEntropy_BadPhrase_HasItsCode(string phrase, string code)
    {
        Bip39.ToEntropy(phrase, MnemonicLanguage.English, out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(code);
        refusal.ToString().Should().NotContain("abaut", "the phrase is a secret");
    }

    [Fact]
    public void ToEntropy_TooLong_IsRefusedUnread()
    {
        Bip39.ToEntropy(new string('a', Bip39.MaximumPhraseLength + 1), MnemonicLanguage.English, out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(MnemonicRefusal.TooLong);
    }

    [Fact]
    public void ToEntropy_AnotherLanguage_IsRefused()
    {
        Bip39.ToEntropy(Zero, MnemonicLanguage.Spanish, out var refusal).Should().BeNull();
        refusal!.Code.Should().Be(MnemonicRefusal.UnknownWord);
    }

    [Fact]
    public void Generate_EveryLengthAndLanguage_ReadsBack()
    {
        foreach (var language in Enum.GetValues<MnemonicLanguage>())
        {
            foreach (var words in new[] { 12, 15, 18, 21, 24 })
            {
                var phrase = Bip39.Generate(words, language);
                var entropy = Bip39.ToEntropy(phrase, language, out _);
                entropy.Should().HaveCount(words * 4 / 3);
                Bip39.FromEntropy(entropy, language).Should().Be(phrase);
            }
        }

        new Action(() => Bip39.Generate(13)).Should().Throw<ArgumentException>();
        new Action(() => Bip39.FromEntropy(new byte[17])).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("\u00e9", "e\u0301")]
    [InlineData("\u1e9b\u0323", "s\u0323\u0307")]
    [InlineData("\ufb01", "fi")]
    [InlineData("\uac01", "\u1100\u1161\u11a8")]
    [InlineData("\u2460\uff21", "1A")]
    [InlineData("a\u0301\u0323", "a\u0323\u0301")]
    public void Passphrase_EveryFormOfOneText_GivesOneSeed(string one, string other) =>
        Bip39.ToSeed(Zero, one).Should().Equal(Bip39.ToSeed(Zero, other), "BIP-39 normalises to NFKD");

    [Fact]
    public void Passphrase_AnotherText_GivesAnotherSeed() => Bip39.ToSeed(Zero, "\u00e9").Should().NotEqual(Bip39.ToSeed(Zero, "e"));
}
