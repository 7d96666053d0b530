using TPWallet.Crypto;
using TPWallet.Crypto.Derivation;

namespace TPWallet.Tests.Crypto;

public sealed class ExtendedKeyTests
{
    // BIP-32, test vectors 1 and 2.
    [Theory]
    [InlineData(
        "000102030405060708090a0b0c0d0e0f", "m/0h/1/2h/2/1000000000",
        "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy",
        "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu76")]
    [InlineData(
        "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542",
        "m/0/2147483647'/1/2147483646'/2",
        "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt",
        "xprvA2nrNbFZABcdryreWet9Ea4LvTJcGsqrMzxHx98MMrotbir7yrKCEXw7nadnHM8Dq38EGfSh6dqA9QWTyefMLEcBYJUuekgW4BYPJcr9E7j")]
    public void Bip32Vectors_Chain_Matches(string seed, string path, string publicText, string privateText)
    {
        using var master = ExtendedPrivateKey.FromSeed(Convert.FromHexString(seed));
        using var key = master.Derive(DerivationPath.Parse(path));
        key.Export().Should().Be(privateText);
        key.ToPublic().Export().Should().Be(publicText);
        ExtendedPrivateKey.TryParse(privateText, out var parsed, out var network).Should().BeTrue();
        network.Should().Be(Bip32Network.Main);
        parsed!.Export().Should().Be(privateText);
        parsed.Export(Bip32Network.Test).Should().StartWith("tprv");
        parsed.Dispose();
        ExtendedPublicKey.TryParse(publicText, out var parsedPublic, out _).Should().BeTrue();
        parsedPublic!.Export().Should().Be(publicText);
        ExtendedPrivateKey.TryParse(publicText, out _, out _).Should().BeFalse();
        ExtendedPublicKey.TryParse(privateText, out _, out _).Should().BeFalse();
    }

    [Fact]
    public void PublicDerivation_EqualsPrivateDerivation()
    {
        using var master = ExtendedPrivateKey.FromSeed(new byte[32]);
        foreach (var index in new uint[] { 0, 1, 77, int.MaxValue })
        {
            using var child = master.Derive(index);
            master.ToPublic().Derive(index).Export().Should().Be(child.ToPublic().Export());
        }

        master.ToPublic().Invoking(key => key.Derive(DerivationPath.Hardened)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Derive_BelowDepth255_IsRefused()
    {
        var current = ExtendedPrivateKey.FromSeed(new byte[32]);
        for (var depth = 0; depth < 255; depth++)
        {
            using var parent = current;
            current = parent.Derive(0);
        }

        current.Position.Depth.Should().Be(255);
        current.Invoking(key => key.Derive(0)).Should().Throw<InvalidOperationException>();
        current.ToPublic().Invoking(key => key.Derive(0u)).Should().Throw<InvalidOperationException>();
        current.Dispose();
    }

    [Fact]
    public void TryParse_EveryMalformation_IsRefused()
    {
        // The malformations that BIP-32's test vector 5 lists, each made from a good key.
        using var master = ExtendedPrivateKey.FromSeed(new byte[32]);
        var good = Base58.DecodeCheck(master.Export())!;
        var goodPublic = Base58.DecodeCheck(master.ToPublic().Export())!;
        var order = Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
        string[] bad =
        [
            Changed(good, 0, 0x05),
            Changed(good, 5, 1),
            Changed(good, 12, 1),
            Changed(good, 45, 1),
            Changed(good, 45, 4),
            Base58.EncodeCheck([.. good.AsSpan(0, 46), .. new byte[32]]),
            Base58.EncodeCheck([.. good.AsSpan(0, 46), .. order]),
            Base58.EncodeCheck(good.AsSpan(1)),
            Base58.EncodeCheck([.. good, 0]),
            master.Export()[..^1] + (master.Export()[^1] == '1' ? '2' : '1'),
            "", "0OIl", new string('1', 2000),
        ];
        foreach (var text in bad)
        {
            ExtendedPrivateKey.TryParse(text, out _, out _).Should().BeFalse(text);
            ExtendedPublicKey.TryParse(text, out _, out _).Should().BeFalse(text);
        }

        foreach (var text in new[] { Changed(goodPublic, 45, 0), Changed(goodPublic, 45, 4), Changed(goodPublic, 45, 1), Changed(goodPublic, 5, 1) })
            ExtendedPublicKey.TryParse(text, out _, out _).Should().BeFalse(text);
        var noPoint = Base58.EncodeCheck([.. goodPublic.AsSpan(0, 46), .. new byte[31], 5]);
        ExtendedPublicKey.TryParse(noPoint, out _, out _).Should().BeFalse("x = 5 is no point");
        new Action(() => ExtendedPrivateKey.FromSeed(new byte[15])).Should().Throw<ArgumentException>();
        new Action(() => ExtendedPrivateKey.FromSeed(new byte[65])).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("m", "m")]
    [InlineData("m/44'/60'/0'/0/5", "m/44'/60'/0'/0/5")]
    [InlineData("m/44h/60H/0'/0/5", "m/44'/60'/0'/0/5")]
    [InlineData("m/2147483647'", "m/2147483647'")]
    public void Path_Good_ReadsAndWrites(string text, string written) => DerivationPath.Parse(text).ToString().Should().Be(written);

    [Theory]
    [InlineData("")]
    [InlineData("44'/60'")]
    [InlineData("M/0")]
    [InlineData("m/")]
    [InlineData("m//0")]
    [InlineData("m/'")]
    [InlineData("m/00")]
    [InlineData("m/-1")]
    [InlineData("m/+1")]
    [InlineData("m/ 1")]
    [InlineData("m/1''")]
    [InlineData("m/2147483648")]
    [InlineData("m/4294967296")]
    [InlineData("m/x")]
    public void Path_Bad_IsRefused(string text) => DerivationPath.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Bip44_FiveLevels_OnlyWithTheRightHardening()
    {
        Bip44Path.Ethereum(5).ToString().Should().Be("m/44'/60'/0'/0/5");
        Bip44Path.TryParse("m/84'/0'/2'/1/9", out var path).Should().BeTrue();
        path.Should().Be(new Bip44Path(84, 0, 2, 1, 9));
        string[] wrong =
            ["m/44/60'/0'/0/5", "m/44'/60'/0'/0'/5", "m/44'/60'/0'/0", "m/44'/60'/0'/0/5/6", "m/44'/60'/0'/2/5", "m/45'/60'/0'/0/5"];
        foreach (var bad in wrong)
            Bip44Path.TryParse(bad, out _).Should().BeFalse(bad);
    }

    [Fact]
    public void Base58_AnyBytes_RoundTripAndKnownAnswer()
    {
        Base58.Encode("Hello World!"u8).Should().Be("2NEpo7TZRRrLZSi2U");
        Base58.Encode([0, 0, 0x28, 0x7f, 0xb4, 0xcd]).Should().Be("11233QC4");
        var random = new Random(58);
        for (var round = 0; round < 500; round++)
        {
            var data = new byte[random.Next(0, 80)];
            random.NextBytes(data);
            data.AsSpan(0, random.Next(0, data.Length + 1) / 4).Clear();
            Base58.Decode(Base58.Encode(data)).Should().Equal(data);
            Base58.DecodeCheck(Base58.EncodeCheck(data)).Should().Equal(data);
        }
    }

    private static string Changed(byte[] data, int at, byte value)
    {
        var copy = data.ToArray();
        copy[at] = value;
        return Base58.EncodeCheck(copy);
    }
}
