using System.Security.Cryptography;
using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class P256Tests
{
    [Fact]
    public void SignVerify_RandomKeys_LowSAndBothKeyForms()
    {
        for (var round = 0; round < 50; round++)
        {
            using var key = P256.GenerateKey();
            var (publicKey, full, digest, signature) = (P256.CreatePublicKey(key), new byte[65], RandomNumberGenerator.GetBytes(32), new byte[64]);
            P256.Sign(key, digest, signature);
            P256.IsLowS(signature).Should().BeTrue();
            P256.TryDecompress(publicKey, full).Should().BeTrue();
            P256.Verify(publicKey, digest, signature).Should().BeTrue();
            P256.Verify(full, digest, signature).Should().BeTrue();
            var point = new ECPoint { X = full[1..33], Y = full[33..] };
            using var theirs = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
            theirs.VerifyHash(digest, signature).Should().BeTrue();
            digest[0] ^= 1;
            P256.Verify(publicKey, digest, signature).Should().BeFalse();
        }
    }

    [Fact]
    public void Key_Rfc6979Example_HasItsPublicKey()
    {
        // RFC 6979, A.2.5.
        using var key = PrivateKey.From(Convert.FromHexString("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
        Convert.ToHexStringLower(P256.CreatePublicKey(key)).Should().Be("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
        var signature = Convert.FromHexString(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
        P256.IsLowS(signature).Should().BeFalse("the RFC does not normalise");
        P256.Verify(P256.CreatePublicKey(key), SHA256.HashData("sample"u8), signature).Should().BeTrue("both forms are taken");
    }

    [Theory]
    [InlineData("")]
    [InlineData("0260fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29f")]
    [InlineData("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")]
    [InlineData("02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000001")]
    public void PublicKey_NotAPoint_IsRefused(string hex)
    {
        var bad = Convert.FromHexString(hex);
        P256.IsValidPublicKey(bad).Should().BeFalse();
        P256.Verify(bad, new byte[32], new byte[64]).Should().BeFalse();
        P256.TryDecompress(bad, new byte[65]).Should().BeFalse();
    }

    [Fact]
    public void Key_ZeroOrOrder_Throws()
    {
        foreach (var hex in new[] { new string('0', 64), "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", new string('f', 64) })
        {
            using var key = PrivateKey.From(Convert.FromHexString(hex));
            key.Invoking(P256.CreatePublicKey).Should().Throw<ArgumentException>();
            new Action(() => P256.Sign(key, new byte[32], new byte[64])).Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void TryReadDer_OfSystemSignatures_ReadsBackAndBadOnesAreRefused()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var compact = new byte[64];
        for (var round = 0; round < 50; round++)
        {
            var digest = RandomNumberGenerator.GetBytes(32);
            var der = ecdsa.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence);
            P256.TryReadDer(der, compact).Should().BeTrue();
            ecdsa.VerifyHash(digest, compact).Should().BeTrue();
            P256.TryReadDer(der.AsSpan(1), compact).Should().BeFalse();
            P256.TryReadDer([.. der, 0], compact).Should().BeFalse();
        }

        P256.TryReadDer(Convert.FromHexString("3006020100020101"), compact).Should().BeFalse("r = 0");
        P256.TryReadDer([], compact).Should().BeFalse();
    }
}
