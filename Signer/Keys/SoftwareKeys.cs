using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Keys;

/// <summary>Keys in this process: sealed at rest under the master key, open in pinned memory only while one signature is made.</summary>
internal sealed class SoftwareKeys(KeySeal seal) : IKeyProvider
{
    public ValueTask<ProviderKey> CreateAsync(KeyLabel label, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var key = Secp256k1.GenerateKey();
        return ValueTask.FromResult(new ProviderKey(seal.Seal(key, label.ToString()), Secp256k1.CreatePublicKey(key, compressed: false)));
    }

    public ValueTask<ProviderSignature> SignAsync(KeyLabel label, HexBytes handle, Bytes32 digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var key = seal.Open(handle.Span, label.ToString());
        var signature = new byte[Secp256k1.SignatureLength];
        Secp256k1.SignRecoverable(key, digest.ToArray(), signature, out var recoveryId);
        return ValueTask.FromResult(new ProviderSignature(signature, recoveryId));
    }

    public void Dispose() => seal.Dispose();
}
