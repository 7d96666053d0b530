using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto;

namespace TPWallet.Signer.Keys;

/// <summary>
/// Seals 32-byte secrets with AES-256-GCM (NIST SP 800-38D): nonce (12) ‖ tag (16) ‖ ciphertext (32). The label is authenticated, so that a
/// sealed key put under another name does not open.
/// </summary>
internal sealed class KeySeal : IDisposable
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int SealedLength = NonceLength + TagLength + PrivateKey.Length;

    private readonly AesGcm _cipher;

    public KeySeal(ReadOnlySpan<byte> key32) => _cipher = new AesGcm(key32, TagLength);

    public byte[] Seal(PrivateKey secret, string label)
    {
        var sealedKey = new byte[SealedLength];
        RandomNumberGenerator.Fill(sealedKey.AsSpan(0, NonceLength));
        lock (_cipher)
        {
            _cipher.Encrypt(
                sealedKey.AsSpan(0, NonceLength), secret.Secret, sealedKey.AsSpan(NonceLength + TagLength), sealedKey.AsSpan(NonceLength, TagLength),
                Encoding.UTF8.GetBytes(label));
        }

        GC.KeepAlive(secret);
        return sealedKey;
    }

    /// <summary>Opens a sealed secret; the caller disposes it.</summary>
    /// <exception cref="CryptographicException">Another master key, another label, or altered bytes.</exception>
    public PrivateKey Open(ReadOnlySpan<byte> sealedKey, string label)
    {
        if (sealedKey.Length != SealedLength) throw new CryptographicException("A sealed key has another length.");
        Span<byte> secret = stackalloc byte[PrivateKey.Length];
        try
        {
            lock (_cipher)
            {
                _cipher.Decrypt(
                    sealedKey[..NonceLength], sealedKey[(NonceLength + TagLength)..], sealedKey.Slice(NonceLength, TagLength), secret,
                    Encoding.UTF8.GetBytes(label));
            }

            return PrivateKey.From(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public void Dispose() => _cipher.Dispose();
}
