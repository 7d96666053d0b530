using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Crypto.Channels;

namespace TPWallet.Tests.Crypto.Channels;

/// <summary>Keys of a commitment against appendix E of BOLT-3, and that both halves of a key pair go the same way.</summary>
public sealed class ChannelKeysTests
{
    [Fact]
    public void Vector_EachKey_IsDerivedToTheByte()
    {
        using var json = CommitmentSecretTests.Vectors();
        var keys = json.RootElement.GetProperty("keys");
        using var basis = PrivateKey.From(Hex("base_secret"));
        using var secret = PrivateKey.From(Hex("per_commitment_secret"));
        var (basepoint, point) = (Hex("base_point"), Hex("per_commitment_point"));
        Secp256k1.CreatePublicKey(basis).Should().Equal(basepoint);
        Secp256k1.CreatePublicKey(secret).Should().Equal(point);
        ChannelKeys.Pubkey(basepoint, point).Should().Equal(Hex("localpubkey"));
        ChannelKeys.RevocationPubkey(basepoint, point).Should().Equal(Hex("revocationpubkey"));
        using var local = ChannelKeys.Privkey(basis, point)!;
        local.Secret.ToArray().Should().Equal(Hex("localprivkey"));
        using var revocation = ChannelKeys.RevocationPrivkey(basis, secret)!;
        revocation.Secret.ToArray().Should().Equal(Hex("revocationprivkey"));

        byte[] Hex(string name) => Convert.FromHexString(keys.GetProperty(name).GetString()!);
    }

    [Fact]
    public void Keys_OfAnySecrets_FitTheirPubkeys()
    {
        const int rounds = 20;
        for (var round = 0; round < rounds; round++)
        {
            using var basis = Secp256k1.GenerateKey();
            using var secret = Secp256k1.GenerateKey();
            var (basepoint, point) = (Secp256k1.CreatePublicKey(basis), Secp256k1.CreatePublicKey(secret));
            using var local = ChannelKeys.Privkey(basis, point)!;
            using var revocation = ChannelKeys.RevocationPrivkey(basis, secret)!;
            Secp256k1.CreatePublicKey(local).Should().Equal(ChannelKeys.Pubkey(basepoint, point));
            Secp256k1.CreatePublicKey(revocation).Should().Equal(ChannelKeys.RevocationPubkey(basepoint, point));
        }
    }

    [Fact]
    public void Point_ThatIsNone_GivesNoKey()
    {
        using var key = Secp256k1.GenerateKey();
        using var zero = PrivateKey.From(new byte[32]);
        var good = Secp256k1.CreatePublicKey(key);
        // The hashes are over 33 bytes: another form of the same point would give another key.
        foreach (var bad in new[] { new byte[33], [], good[1..], Secp256k1.CreatePublicKey(key, compressed: false) })
        {
            ChannelKeys.Pubkey(bad, good).Should().BeNull();
            ChannelKeys.Pubkey(good, bad).Should().BeNull();
            ChannelKeys.RevocationPubkey(bad, good).Should().BeNull();
            ChannelKeys.RevocationPubkey(good, bad).Should().BeNull();
            ChannelKeys.Privkey(key, bad).Should().BeNull();
        }

        ChannelKeys.RevocationPrivkey(key, zero).Should().BeNull();
    }
}
