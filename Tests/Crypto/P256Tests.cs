using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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
    public void WebAuthn_Assertion_EachAlterationHasItsRefusal()
    {
        using var key = P256.GenerateKey();
        var (publicKey, digest) = (P256.CreatePublicKey(key), RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(digest);
        var good = Assert(key, "webauthn.get", challenge, "https://wallet.example", "wallet.example", 0x05);
        good.Verify(publicKey, digest, "wallet.example", "https://wallet.example").Should().Be(WebAuthnRefusal.None);
        good.Verify(publicKey, digest, "wallet.example", null).Should().Be(WebAuthnRefusal.None);
        good.Verify(publicKey, new byte[32], "wallet.example", null).Should().Be(WebAuthnRefusal.WrongChallenge);
        good.Verify(publicKey, digest, "other.example", null).Should().Be(WebAuthnRefusal.WrongRelyingParty);
        good.Verify(publicKey, digest, "wallet.example", "https://evil.example").Should().Be(WebAuthnRefusal.WrongOrigin);
        using var stranger = P256.GenerateKey();
        good.Verify(P256.CreatePublicKey(stranger), digest, "wallet.example", null).Should().Be(WebAuthnRefusal.BadSignature);
        Refused(Assert(key, "webauthn.create", challenge, "o", "wallet.example", 0x05)).Should().Be(WebAuthnRefusal.WrongType);
        Refused(Assert(key, "webauthn.get", challenge + "=", "o", "wallet.example", 0x05)).Should().Be(WebAuthnRefusal.WrongChallenge);
        Refused(Assert(key, "webauthn.get", challenge, "o", "wallet.example", 0x04)).Should().Be(WebAuthnRefusal.UserNotPresent);
        Refused(Assert(key, "webauthn.get", challenge, "o", "wallet.example", 0x01)).Should().Be(WebAuthnRefusal.UserNotVerified);
        Refused(good with { ClientDataJson = "{"u8.ToArray() }).Should().Be(WebAuthnRefusal.ClientDataMalformed);
        Refused(good with { ClientDataJson = "[]"u8.ToArray() }).Should().Be(WebAuthnRefusal.ClientDataMalformed);
        Refused(good with { ClientDataJson = "{}"u8.ToArray() }).Should().Be(WebAuthnRefusal.WrongType);
        Refused(good with { AuthenticatorData = good.AuthenticatorData[..36] }).Should().Be(WebAuthnRefusal.AuthenticatorDataTooShort);
        Refused(good with { AuthenticatorData = (byte[])[.. good.AuthenticatorData.Span, 0] }).Should().Be(WebAuthnRefusal.BadSignature);

        WebAuthnRefusal Refused(WebAuthnAssertion assertion) => assertion.Verify(publicKey, digest, "wallet.example", null);
    }

    [Fact]
    public void WebAuthn_DerSignature_ReadsBackAndBadOnesAreRefused()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var compact = new byte[64];
        for (var round = 0; round < 50; round++)
        {
            var digest = RandomNumberGenerator.GetBytes(32);
            var der = ecdsa.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence);
            WebAuthnAssertion.TryReadDer(der, compact).Should().BeTrue();
            ecdsa.VerifyHash(digest, compact).Should().BeTrue();
            WebAuthnAssertion.TryReadDer(der.AsSpan(1), compact).Should().BeFalse();
            WebAuthnAssertion.TryReadDer([.. der, 0], compact).Should().BeFalse();
        }

        WebAuthnAssertion.TryReadDer(Convert.FromHexString("3006020100020101"), compact).Should().BeFalse("r = 0");
        WebAuthnAssertion.TryReadDer([], compact).Should().BeFalse();
    }

    private static WebAuthnAssertion Assert(PrivateKey key, string type, string challenge, string origin, string relyingParty, byte flags)
    {
        var clientData = Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","challenge":"{{challenge}}","origin":"{{origin}}","crossOrigin":false}""");
        byte[] data = [.. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty)), flags, 0, 0, 0, 7];
        var signature = new byte[64];
        P256.Sign(key, SHA256.HashData((byte[])[.. data, .. SHA256.HashData(clientData)]), signature);
        return new WebAuthnAssertion(data, clientData, signature);
    }
}
