using System.Formats.Asn1;
using System.Security.Cryptography;
using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class Secp256k1VectorTests
{
    [Fact]
    public void WycheproofEcdsaBitcoin_EveryCase_LowSOnly()
    {
        var count = Wycheproof.Run("ecdsa_secp256k1_sha256_bitcoin_test.json", (group, test) =>
        {
            var signature = new byte[64];
            return Secp256k1.TryParseDer(test.Hex("sig"), signature)
                && Secp256k1.Verify(group.GetProperty("publicKey").Hex("uncompressed"), SHA256.HashData(test.Hex("msg")), signature);
        });
        if (count is not null) count.Should().Be(463);
    }

    [Fact]
    public void WycheproofEcdsa_EveryCase_HighSNormalised()
    {
        var highS = 0;
        var count = Wycheproof.Run("ecdsa_secp256k1_sha256_test.json", (group, test) =>
        {
            var (signature, key, digest) = (new byte[64], group.GetProperty("publicKey").Hex("uncompressed"), SHA256.HashData(test.Hex("msg")));
            if (!Secp256k1.TryParseDer(test.Hex("sig"), signature)) return false;
            var accepted = Secp256k1.Verify(key, digest, signature, normalise: true);
            if (accepted && !Secp256k1.IsLowS(signature))
            {
                highS++;
                Secp256k1.Verify(key, digest, signature).Should().BeFalse("high S needs the caller's word");
                Secp256k1.TryNormalise(signature, signature).Should().BeTrue();
                Secp256k1.Verify(key, digest, signature).Should().BeTrue();
            }

            return accepted;
        });
        if (count is null) return;
        count.Should().Be(476);
        highS.Should().BePositive();
    }

    [Fact]
    public void WycheproofEcdh_EveryCase_SecretMatchesOrIsRefused()
    {
        var agreed = 0;
        var count = Wycheproof.Run("ecdh_secp256k1_test.json", (_, test) =>
        {
            if (ReadPublicKey(test.Hex("public")) is not { } point) return false;
            var shared = new byte[32];
            if (!Secp256k1.TryEcdh(point, Scalar(test.Hex("private")), shared)) return false;
            shared.Should().Equal(test.Hex("shared"), $"case {test.Int("tcId")}");
            agreed++;
            return true;
        });
        if (count is null) return;
        count.Should().Be(752);
        agreed.Should().BeGreaterThanOrEqualTo(473);
    }

    [Fact]
    public void Bip340_EveryRow_SignsAndVerifies()
    {
        if (Vectors.Path("bips", "bip-0340", "test-vectors.csv") is not { } path) return;
        var (rows, signed, rejected) = (0, 0, 0);
        foreach (var row in File.ReadLines(path).Skip(1).Select(line => line.Split(',')))
        {
            var (publicKey, message, signature) = (Convert.FromHexString(row[2]), Convert.FromHexString(row[4]), Convert.FromHexString(row[5]));
            if (row[1].Length > 0)
            {
                using var key = PrivateKey.From(Convert.FromHexString(row[1]));
                var own = new byte[64];
                Secp256k1.SignSchnorr(key, message, Convert.FromHexString(row[3]), own);
                own.Should().Equal(signature, row[0]);
                Secp256k1.TryGetXOnly(Secp256k1.CreatePublicKey(key), own, out _).Should().BeTrue();
                own[..32].Should().Equal(publicKey);
                signed++;
            }

            var expected = row[6] == "TRUE";
            Secp256k1.VerifySchnorr(publicKey, message, signature).Should().Be(expected, row[0] + " " + row[7]);
            rejected += expected ? 0 : 1;
            rows++;
        }

        rows.Should().Be(19);
        signed.Should().BePositive();
        rejected.Should().BePositive();
    }

    /// <summary>The point of an X.509 SubjectPublicKeyInfo of the named curve secp256k1; null for anything else.</summary>
    private static byte[]? ReadPublicKey(byte[] spki)
    {
        try
        {
            var reader = new AsnReader(spki, AsnEncodingRules.DER);
            var outer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var algorithm = outer.ReadSequence();
            if (algorithm.ReadObjectIdentifier() != "1.2.840.10045.2.1" || algorithm.ReadObjectIdentifier() != "1.3.132.0.10") return null;
            algorithm.ThrowIfNotEmpty();
            var point = outer.ReadBitString(out var unused);
            outer.ThrowIfNotEmpty();
            return unused == 0 ? point : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>The vectors write the scalar as a signed big-endian number of any length.</summary>
    private static byte[] Scalar(byte[] number)
    {
        var trimmed = number.AsSpan().TrimStart((byte)0);
        var scalar = new byte[32];
        trimmed.CopyTo(scalar.AsSpan(32 - trimmed.Length));
        return scalar;
    }
}
