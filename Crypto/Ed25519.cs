using System.Security.Cryptography;
using TPWallet.Crypto.Native;

namespace TPWallet.Crypto;

/// <summary>Ed25519 (RFC 8032, pure mode) through libsodium. The private key is the 32-byte seed.</summary>
public static unsafe class Ed25519
{
    /// <summary>Length of a public key in bytes.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Length of a signature in bytes.</summary>
    public const int SignatureLength = 64;

    private const int ExpandedLength = 64;

    /// <summary>A fresh random seed.</summary>
    public static PrivateKey GenerateKey() => PrivateKey.Random();

    /// <summary>The public key of a seed, as a new array of 32 bytes.</summary>
    public static byte[] CreatePublicKey(PrivateKey seed)
    {
        ArgumentNullException.ThrowIfNull(seed);
        SodiumNative.EnsureReady();
        var publicKey = new byte[PublicKeyLength];
        var expanded = stackalloc byte[ExpandedLength];
        fixed (byte* input = seed.Secret, output = publicKey) _ = SodiumNative.crypto_sign_ed25519_seed_keypair(output, expanded, input);
        CryptographicOperations.ZeroMemory(new Span<byte>(expanded, ExpandedLength));
        GC.KeepAlive(seed);
        return publicKey;
    }

    /// <summary>Signs a message of any length; the signature goes into the first 64 bytes of the target.</summary>
    /// <exception cref="ArgumentException">The target is shorter than 64 bytes.</exception>
    public static void Sign(PrivateKey seed, ReadOnlySpan<byte> message, Span<byte> signature64)
    {
        ArgumentNullException.ThrowIfNull(seed);
        if (signature64.Length < SignatureLength)
            throw new ArgumentException($"A signature needs {SignatureLength} bytes.", nameof(signature64));
        SodiumNative.EnsureReady();
        var publicKey = stackalloc byte[PublicKeyLength];
        var expanded = stackalloc byte[ExpandedLength];
        fixed (byte* input = seed.Secret, text = message, output = signature64)
        {
            _ = SodiumNative.crypto_sign_ed25519_seed_keypair(publicKey, expanded, input);
            _ = SodiumNative.crypto_sign_ed25519_detached(output, null, text, (ulong)message.Length, expanded);
        }

        CryptographicOperations.ZeroMemory(new Span<byte>(expanded, ExpandedLength));
        GC.KeepAlive(seed);
    }

    /// <summary>
    /// Verifies a signature; a wrong length answers false. libsodium also refuses a non-canonical s and public keys and R of small order, so
    /// one signature cannot be turned into another and no key verifies every message.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey32, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature64)
    {
        if (publicKey32.Length != PublicKeyLength || signature64.Length != SignatureLength) return false;
        SodiumNative.EnsureReady();
        fixed (byte* key = publicKey32, text = message, signature = signature64)
            return SodiumNative.crypto_sign_ed25519_verify_detached(signature, text, (ulong)message.Length, key) == 0;
    }
}
