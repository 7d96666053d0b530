using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Keys;

/// <summary>
/// The one root secret of a signer: an Ed25519 seed. It is the identity key, and HKDF (RFC 5869) derives from it the key that seals the
/// account keys and the key that authenticates the store.
/// </summary>
internal sealed class SignerSecrets : IDisposable
{
    private readonly PrivateKey _root;

    public SignerSecrets(PrivateKey root) => (_root, PublicKey) = (root, Ed25519.CreatePublicKey(root));

    /// <summary>The identity's public key, 32 bytes.</summary>
    public HexBytes PublicKey { get; }

    /// <summary>Key of the store's hash chain.</summary>
    public byte[] StoreKey() => Derive("tpw.signer.store.v1");

    /// <summary>Key of the floors' keyed hashes.</summary>
    public byte[] FloorKey() => Derive("tpw.signer.floors.v1");

    /// <summary>Key of the same of channels on chains of the Bitcoin family.</summary>
    public byte[] CoinFloorKey() => Derive("tpw.signer.coin-floors.v1");

    /// <summary>What all keys of one side of a channel on a chain of the Bitcoin family follow from.</summary>
    public byte[] CoinChannelSeed(string side) => Derive($"tpw.signer.coin-channel.v1\0{side}");

    public KeySeal Seal()
    {
        var key = Derive("tpw.signer.keys.v1");
        try
        {
            return new KeySeal(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Completes an attestation with this identity and its signature.</summary>
    public KeyAttestation Attest(KeyAttestation attestation)
    {
        var unsigned = attestation with { SignerIdentity = PublicKey, Signature = HexBytes.Empty };
        var signature = new byte[Ed25519.SignatureLength];
        Ed25519.Sign(_root, Canonical.Hash(unsigned).ToArray(), signature);
        return unsigned with { Signature = signature };
    }

    public void Dispose() => _root.Dispose();

    private byte[] Derive(string purpose)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _root.Secret, key, salt: default, Encoding.UTF8.GetBytes(purpose));
        GC.KeepAlive(_root);
        return key;
    }
}
