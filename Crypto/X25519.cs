using TPWallet.Crypto.Native;

namespace TPWallet.Crypto;

/// <summary>X25519 key agreement (RFC 7748) through libsodium.</summary>
public static unsafe class X25519
{
    /// <summary>Length of public keys and shared secrets in bytes.</summary>
    public const int Length = 32;

    /// <summary>A fresh random private key.</summary>
    public static PrivateKey GenerateKey() => PrivateKey.Random();

    /// <summary>The public key of a private key, as a new array of 32 bytes.</summary>
    public static byte[] CreatePublicKey(PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        SodiumNative.EnsureReady();
        var publicKey = new byte[Length];
        fixed (byte* scalar = key.Secret, output = publicKey) _ = SodiumNative.crypto_scalarmult_curve25519_base(output, scalar);
        GC.KeepAlive(key);
        return publicKey;
    }

    /// <summary>The shared secret (32 bytes). Feed it to a key derivation.</summary>
    /// <returns>False if the peer's key has a wrong length or small order: everyone would know the secret (RFC 7748, section 6.1).</returns>
    /// <exception cref="ArgumentException">The target is shorter than 32 bytes.</exception>
    public static bool TryAgree(PrivateKey key, ReadOnlySpan<byte> peerPublicKey32, Span<byte> shared32)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (shared32.Length < Length) throw new ArgumentException($"A shared secret needs {Length} bytes.", nameof(shared32));
        if (peerPublicKey32.Length != Length) return false;
        SodiumNative.EnsureReady();
        fixed (byte* scalar = key.Secret, point = peerPublicKey32, output = shared32)
        {
            var agreed = SodiumNative.crypto_scalarmult_curve25519(output, scalar, point) == 0;
            GC.KeepAlive(key);
            return agreed;
        }
    }

    /// <summary>The X25519 form of an Ed25519 public key, as did:key derives its key agreement key. False if the point is not usable.</summary>
    public static bool TryFromEd25519(ReadOnlySpan<byte> ed25519Key32, Span<byte> x25519Key32)
    {
        if (x25519Key32.Length < Length) throw new ArgumentException($"A public key needs {Length} bytes.", nameof(x25519Key32));
        if (ed25519Key32.Length != Length) return false;
        SodiumNative.EnsureReady();
        fixed (byte* input = ed25519Key32, output = x25519Key32)
            return SodiumNative.crypto_sign_ed25519_pk_to_curve25519(output, input) == 0;
    }
}
