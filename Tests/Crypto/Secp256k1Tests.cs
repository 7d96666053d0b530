using System.Numerics;
using System.Security.Cryptography;
using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class Secp256k1Tests
{
    private const string Order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

    // RFC 6979's nonce for secp256k1: a well-known answer (key 1, SHA-256 of "Satoshi Nakamoto").
    private const string SatoshiSignature =
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5";

    [Fact]
    public void Sign_KnownMessage_IsDeterministicByRfc6979()
    {
        using var key = PrivateKey.From(Number(1));
        var digest = SHA256.HashData("Satoshi Nakamoto"u8);
        var signature = new byte[64];
        Secp256k1.Sign(key, digest, signature);
        signature.Should().Equal(Convert.FromHexString(SatoshiSignature));
        Secp256k1.SignRecoverable(key, digest, signature, out _);
        signature.Should().Equal(Convert.FromHexString(SatoshiSignature));
    }

    [Fact]
    public void SignVerifyRecover_RandomKeys_Agree()
    {
        for (var round = 0; round < 200; round++)
        {
            using var key = Secp256k1.GenerateKey();
            var (digest, signature, recovered) = (RandomNumberGenerator.GetBytes(32), new byte[64], new byte[65]);
            Secp256k1.SignRecoverable(key, digest, signature, out var id);
            Secp256k1.IsLowS(signature).Should().BeTrue();
            Secp256k1.Recover(digest, signature, id, recovered).Should().BeTrue();
            recovered.Should().Equal(Secp256k1.CreatePublicKey(key, compressed: false));
            Secp256k1.Verify(Secp256k1.CreatePublicKey(key), digest, signature).Should().BeTrue();
            Secp256k1.Verify(recovered, digest, signature).Should().BeTrue();

            var der = new byte[Secp256k1.MaximumDerLength];
            var back = new byte[64];
            Secp256k1.TryParseDer(der.AsSpan(0, Secp256k1.WriteDer(signature, der)), back).Should().BeTrue();
            back.Should().Equal(signature);

            digest[round % 32] ^= 1;
            Secp256k1.Verify(recovered, digest, signature).Should().BeFalse();
        }
    }

    [Fact]
    public void Verify_HighS_OnlyWhenNormalised()
    {
        var signature = Convert.FromHexString(SatoshiSignature);
        var order = new BigInteger(Convert.FromHexString(Order), isUnsigned: true, isBigEndian: true);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        var high = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        high.CopyTo(signature, 64 - high.Length);
        using var key = PrivateKey.From(Number(1));
        var (publicKey, digest) = (Secp256k1.CreatePublicKey(key), SHA256.HashData("Satoshi Nakamoto"u8));
        Secp256k1.IsLowS(signature).Should().BeFalse();
        Secp256k1.Verify(publicKey, digest, signature).Should().BeFalse();
        Secp256k1.Verify(publicKey, digest, signature, normalise: true).Should().BeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005")]
    [InlineData("05f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9")]
    [InlineData("02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void PublicKey_NotAPoint_IsRefusedEverywhere(string hex)
    {
        var bad = Convert.FromHexString(hex);
        Secp256k1.IsValidPublicKey(bad).Should().BeFalse();
        Secp256k1.Verify(bad, Number(1), Convert.FromHexString(SatoshiSignature)).Should().BeFalse();
        Secp256k1.TryConvertPublicKey(bad, new byte[65]).Should().BeFalse();
        Secp256k1.TryEcdh(bad, Number(1), new byte[32]).Should().BeFalse();
        Secp256k1.TryCombine([bad], new byte[33]).Should().BeFalse();
        Secp256k1.TryTweakAddPublic(bad, Number(1), new byte[33]).Should().BeFalse();
    }

    [Fact]
    public void Key_ZeroOrOrder_IsInvalidAndThrowsOnUse()
    {
        foreach (var bad in new[] { new byte[32], Convert.FromHexString(Order) })
        {
            Secp256k1.IsValidPrivateKey(bad).Should().BeFalse();
            new Action(() => Secp256k1.Sign(bad, Number(7), new byte[64])).Should().Throw<ArgumentException>();
            new Action(() => Secp256k1.CreatePublicKey(bad, new byte[33])).Should().Throw<ArgumentException>();
            new Action(() => Secp256k1.SignSchnorr(bad, Number(7), default, new byte[64])).Should().Throw<ArgumentException>();
        }

        new Action(() => Secp256k1.Sign(Number(1), new byte[31], new byte[64])).Should().Throw<ArgumentException>();
        new Action(() => Secp256k1.Sign(Number(1), new byte[32], new byte[63])).Should().Throw<ArgumentException>();
        Secp256k1.Recover(Number(1), Convert.FromHexString(SatoshiSignature), 4, new byte[65]).Should().BeFalse("the library would abort");
        Secp256k1.Recover(Number(1), Convert.FromHexString(SatoshiSignature), -1, new byte[65]).Should().BeFalse();
    }

    [Fact]
    public void Tweaks_PrivateAndPublic_Commute()
    {
        for (var round = 0; round < 50; round++)
        {
            using var key = Secp256k1.GenerateKey();
            using var tweak = Secp256k1.GenerateKey();
            var publicKey = Secp256k1.CreatePublicKey(key);
            Check(Secp256k1.TryTweakAdd, Secp256k1.TryTweakAddPublic);
            Check(Secp256k1.TryTweakMultiply, Secp256k1.TryTweakMultiplyPublic);
            var combined = new byte[33];
            Secp256k1.TryCombine([publicKey, Secp256k1.CreatePublicKey(tweak)], combined).Should().BeTrue();
            var sum = key.Secret.ToArray();
            Secp256k1.TryTweakAdd(sum, tweak.Secret).Should().BeTrue();
            PublicOf(sum).Should().Equal(combined);

            var internalKey = publicKey[1..];
            var output = new byte[32];
            var tweaked = new byte[32];
            Secp256k1.TryTweakAddXOnly(internalKey, tweak.Secret, output, out var odd).Should().BeTrue();
            Secp256k1.TryTweakAddXOnlyPrivate(key.Secret, tweak.Secret, tweaked).Should().BeTrue();
            PublicOf(tweaked).Should().Equal([(byte)(odd ? 3 : 2), .. output]);

            void Check(PrivateTweak onPrivate, PublicTweak onPublic)
            {
                var own = key.Secret.ToArray();
                var point = new byte[33];
                onPrivate(own, tweak.Secret).Should().BeTrue();
                onPublic(publicKey, tweak.Secret, point).Should().BeTrue();
                PublicOf(own).Should().Equal(point);
            }
        }
    }

    [Fact]
    public void Negation_CancelsInCombination()
    {
        using var key = Secp256k1.GenerateKey();
        var publicKey = Secp256k1.CreatePublicKey(key);
        var negative = new byte[33];
        Secp256k1.TryNegatePublic(publicKey, negative).Should().BeTrue();
        Secp256k1.TryCombine([publicKey, negative], new byte[33]).Should().BeFalse("the sum is the point at infinity");
        var own = key.Secret.ToArray();
        Secp256k1.TryNegate(own).Should().BeTrue();
        PublicOf(own).Should().Equal(negative);
    }

    [Fact]
    public void PrivateKey_Disposed_IsUnusableAndNeverPrints()
    {
        var key = Secp256k1.GenerateKey();
        var hex = Convert.ToHexString(key.Secret);
        key.ToString().Should().NotContainEquivalentOf(hex);
        key.Dispose();
        key.Dispose();
        key.Invoking(k => k.Secret.Length).Should().Throw<ObjectDisposedException>();
        new Action(() => Secp256k1.Sign(key, Number(1), new byte[64])).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void SignAndVerify_HotPath_AllocatesNothing()
    {
        using var key = Secp256k1.GenerateKey();
        var (publicKey, digest, signature, hash) = (Secp256k1.CreatePublicKey(key), Number(9), new byte[64], new byte[32]);
        void Work()
        {
            Secp256k1.Sign(key, digest, signature);
            Secp256k1.Verify(publicKey, digest, signature);
            Keccak256.Hash(signature, hash);
        }

        Work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++) Work();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private delegate bool PrivateTweak(Span<byte> key, ReadOnlySpan<byte> tweak);

    private delegate bool PublicTweak(ReadOnlySpan<byte> key, ReadOnlySpan<byte> tweak, Span<byte> result);

    private static byte[] PublicOf(byte[] key)
    {
        var publicKey = new byte[33];
        Secp256k1.CreatePublicKey(key, publicKey);
        return publicKey;
    }

    private static byte[] Number(byte value) => [.. new byte[31], value];
}
