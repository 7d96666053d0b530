using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using static TPWallet.Crypto.Native.Secp256k1Native;

namespace TPWallet.Crypto;

/// <summary>
/// The curve secp256k1 through the C library libsecp256k1 (Debian: libsecp256k1-1). Spans in, spans out; nothing is allocated. A wrong length is a
/// bug of the caller and throws; a wrong value (a signature that does not match, a point that is not on the curve) answers false.
/// </summary>
public static unsafe partial class Secp256k1
{
    /// <summary>Length of a private key or tweak in bytes, big-endian.</summary>
    public const int KeyLength = 32;

    /// <summary>Length of a message digest in bytes.</summary>
    public const int DigestLength = 32;

    /// <summary>Length of a compact signature in bytes: r ‖ s, big-endian.</summary>
    public const int SignatureLength = 64;

    /// <summary>Length of a compressed public key in bytes: 02 or 03 ‖ x (SEC 1).</summary>
    public const int CompressedLength = 33;

    /// <summary>Length of an uncompressed public key in bytes: 04 ‖ x ‖ y (SEC 1).</summary>
    public const int UncompressedLength = 65;

    // The library's opaque structures have 64 bytes (65 with a recovery id, 96 for a key pair) on every platform.
    private const int OpaqueLength = 64;
    private const int RecoverableLength = 65;
    private const int KeyPairLength = 96;

    /// <summary>Loads the library and creates the context now instead of at the first use.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed; the message names the Debian package.</exception>
    public static void EnsureLoaded() => _ = Context;

    /// <summary>A fresh random private key in the valid range 1 … n−1.</summary>
    public static PrivateKey GenerateKey()
    {
        // A random string is out of range with probability 2^-128; the bound only keeps a broken random source from looping.
        const int MaximumAttempts = 8;
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var key = PrivateKey.Random();
            if (IsValidPrivateKey(key.Secret)) return key;
            key.Dispose();
        }

        throw new CryptographicException("The random source gives no valid secp256k1 key.");
    }

    /// <summary>True if the 32 bytes are a number in 1 … n−1.</summary>
    public static bool IsValidPrivateKey(ReadOnlySpan<byte> key32)
    {
        if (key32.Length != KeyLength) return false;
        fixed (byte* key = key32) return secp256k1_ec_seckey_verify(Context, key) == 1;
    }

    /// <summary>Signs a 32-byte digest: deterministic nonce (RFC 6979), low S. Writes r ‖ s into the first 64 bytes of the target.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the key is not in 1 … n−1.</exception>
    public static void Sign(PrivateKey key, ReadOnlySpan<byte> digest32, Span<byte> signature64)
    {
        ArgumentNullException.ThrowIfNull(key);
        Sign(key.Secret, digest32, signature64);
        GC.KeepAlive(key);
    }

    /// <inheritdoc cref="Sign(PrivateKey, ReadOnlySpan{byte}, Span{byte})"/>
    [SkipLocalsInit]
    public static void Sign(ReadOnlySpan<byte> key32, ReadOnlySpan<byte> digest32, Span<byte> signature64)
    {
        Demand(key32, KeyLength);
        Demand(digest32, DigestLength);
        DemandRoom(signature64, SignatureLength);
        var signature = stackalloc byte[OpaqueLength];
        fixed (byte* key = key32, digest = digest32, output = signature64)
        {
            var context = Context;
            if (secp256k1_ecdsa_sign(context, signature, digest, key, 0, null) != 1) throw InvalidKey();
            _ = secp256k1_ecdsa_signature_serialize_compact(context, output, signature);
        }
    }

    /// <summary>As <see cref="Sign(PrivateKey, ReadOnlySpan{byte}, Span{byte})"/>, and gives the recovery id 0 … 3 (bit 0 is the y parity).</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the key is not in 1 … n−1.</exception>
    public static void SignRecoverable(PrivateKey key, ReadOnlySpan<byte> digest32, Span<byte> signature64, out int recoveryId)
    {
        ArgumentNullException.ThrowIfNull(key);
        SignRecoverable(key.Secret, digest32, signature64, out recoveryId);
        GC.KeepAlive(key);
    }

    /// <inheritdoc cref="SignRecoverable(PrivateKey, ReadOnlySpan{byte}, Span{byte}, out int)"/>
    [SkipLocalsInit]
    public static void SignRecoverable(ReadOnlySpan<byte> key32, ReadOnlySpan<byte> digest32, Span<byte> signature64, out int recoveryId)
    {
        Demand(key32, KeyLength);
        Demand(digest32, DigestLength);
        DemandRoom(signature64, SignatureLength);
        var signature = stackalloc byte[RecoverableLength];
        fixed (byte* key = key32, digest = digest32, output = signature64)
        {
            var context = Context;
            if (secp256k1_ecdsa_sign_recoverable(context, signature, digest, key, 0, null) != 1) throw InvalidKey();
            int id;
            _ = secp256k1_ecdsa_recoverable_signature_serialize_compact(context, output, &id, signature);
            recoveryId = id;
        }
    }

    /// <summary>
    /// Verifies a compact signature over a 32-byte digest. High S is refused (signature malleability, EIP-2, BIP-146) unless
    /// <paramref name="normalise"/> is set.
    /// </summary>
    /// <param name="publicKey">Compressed (33) or uncompressed (65 bytes); any other length or a point off the curve answers false.</param>
    /// <param name="digest32">The digest that was signed.</param>
    /// <param name="signature64">r ‖ s; another length answers false.</param>
    /// <param name="normalise">Accept s and n−s alike.</param>
    [SkipLocalsInit]
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest32, ReadOnlySpan<byte> signature64, bool normalise = false)
    {
        Demand(digest32, DigestLength);
        if (signature64.Length != SignatureLength) return false;
        var point = stackalloc byte[OpaqueLength];
        var signature = stackalloc byte[OpaqueLength];
        fixed (byte* key = publicKey, digest = digest32, input = signature64)
        {
            var context = Context;
            if (key is null || secp256k1_ec_pubkey_parse(context, point, key, (nuint)publicKey.Length) != 1) return false;
            if (secp256k1_ecdsa_signature_parse_compact(context, signature, input) != 1) return false;
            if (normalise) _ = secp256k1_ecdsa_signature_normalize(context, signature, signature);
            return secp256k1_ecdsa_verify(context, signature, digest, point) == 1;
        }
    }

    /// <summary>
    /// Recovers the signer's uncompressed public key (65 bytes). False if no key fits. High S is accepted here: the caller's standard decides.
    /// </summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    [SkipLocalsInit]
    public static bool Recover(ReadOnlySpan<byte> digest32, ReadOnlySpan<byte> signature64, int recoveryId, Span<byte> publicKey65)
    {
        Demand(digest32, DigestLength);
        Demand(signature64, SignatureLength);
        DemandRoom(publicKey65, UncompressedLength);
        // The library treats a recovery id outside 0 … 3 as a bug and aborts the process.
        if (recoveryId is < 0 or > 3) return false;
        var signature = stackalloc byte[RecoverableLength];
        var point = stackalloc byte[OpaqueLength];
        fixed (byte* digest = digest32, input = signature64, output = publicKey65)
        {
            var context = Context;
            if (secp256k1_ecdsa_recoverable_signature_parse_compact(context, signature, input, recoveryId) != 1) return false;
            if (secp256k1_ecdsa_recover(context, point, signature, digest) != 1) return false;
            nuint length = UncompressedLength;
            return secp256k1_ec_pubkey_serialize(context, output, &length, point, Uncompressed) == 1;
        }
    }

    /// <summary>True if s ≤ n/2, the only form that Ethereum (EIP-2) and Bitcoin relay (BIP-146) take.</summary>
    /// <exception cref="ArgumentException">The signature is not 64 bytes long.</exception>
    public static bool IsLowS(ReadOnlySpan<byte> signature64)
    {
        Demand(signature64, SignatureLength);
        var signature = stackalloc byte[OpaqueLength];
        fixed (byte* input = signature64)
        {
            var context = Context;
            return secp256k1_ecdsa_signature_parse_compact(context, signature, input) == 1
                && secp256k1_ecdsa_signature_normalize(context, null, signature) == 0;
        }
    }

    private static void Demand(ReadOnlySpan<byte> span, int length, [CallerArgumentExpression(nameof(span))] string name = "")
    {
        if (span.Length != length) throw WrongLength(span.Length, length, name);
    }

    private static void DemandRoom(Span<byte> span, int length, [CallerArgumentExpression(nameof(span))] string name = "")
    {
        if (span.Length < length) throw WrongLength(span.Length, length, name);
    }

    private static ArgumentException WrongLength(int actual, int expected, string name) =>
        new($"{name} has {actual} bytes where {expected} are needed.", name);

    private static ArgumentException InvalidKey() => new("The private key is not in the range 1 … n−1 of secp256k1.");
}
