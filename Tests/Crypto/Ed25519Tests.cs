using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class Ed25519Tests
{
    [Fact]
    public void Wycheproof_EveryCase_HasTheWrittenResult()
    {
        var count = Wycheproof.Run("ed25519_test.json", (group, test) =>
            Ed25519.Verify(group.GetProperty("publicKey").Hex("pk"), test.Hex("msg"), test.Hex("sig")));
        if (count is not null) count.Should().Be(151);
    }

    [Fact]
    public void Sign_Rfc8032Test2_Matches()
    {
        using var seed = PrivateKey.From(Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
        var publicKey = Ed25519.CreatePublicKey(seed);
        publicKey.Should().Equal(Convert.FromHexString("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
        var signature = new byte[64];
        Ed25519.Sign(seed, [0x72], signature);
        Convert.ToHexStringLower(signature).Should().Be(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        Ed25519.Verify(publicKey, [0x72], signature).Should().BeTrue();
        Ed25519.Verify(publicKey, [0x73], signature).Should().BeFalse();
        Ed25519.Verify(publicKey.AsSpan(1), [0x72], signature).Should().BeFalse();
        Ed25519.Verify(publicKey, [0x72], signature.AsSpan(1)).Should().BeFalse();
    }

    [Fact]
    public void Verify_SmallOrderKey_IsRefused() =>
        Ed25519.Verify([1, .. new byte[31]], [], [1, .. new byte[63]]).Should().BeFalse("such a key would accept every message");

    [Fact]
    public void X25519_Rfc7748_AgreesBothWays()
    {
        using var alice = PrivateKey.From(Convert.FromHexString("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"));
        var known = new byte[32];
        X25519.TryAgree(alice, Convert.FromHexString("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"), known).Should().BeTrue();
        Convert.ToHexStringLower(known).Should().Be("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", "RFC 7748, section 5.2");
        using var bob = X25519.GenerateKey();
        var (one, two) = (new byte[32], new byte[32]);
        X25519.TryAgree(alice, X25519.CreatePublicKey(bob), one).Should().BeTrue();
        X25519.TryAgree(bob, X25519.CreatePublicKey(alice), two).Should().BeTrue();
        one.Should().Equal(two);
        X25519.TryAgree(alice, new byte[32], one).Should().BeFalse("a point of small order gives a known secret");
        X25519.TryAgree(alice, new byte[31], one).Should().BeFalse();
    }
}
