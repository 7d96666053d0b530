using System.Security.Cryptography;
using static TPWallet.Crypto.Native.Secp256k1Native;

namespace TPWallet.Crypto;

/// <content>BIP-340 signatures and x-only keys (BIP-340, BIP-341).</content>
public static unsafe partial class Secp256k1
{
    /// <summary>Length of an x-only public key in bytes (BIP-340).</summary>
    public const int XOnlyLength = 32;

    /// <summary>Signs a message of any length by BIP-340.</summary>
    /// <param name="key">The private key.</param>
    /// <param name="message">The message; Bitcoin signs a 32-byte hash.</param>
    /// <param name="auxiliaryRandom32">32 fresh random bytes, or empty for the deterministic form (as 32 zero bytes).</param>
    /// <param name="signature64">Target of R.x ‖ s.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the key is not in 1 … n−1.</exception>
    public static void SignSchnorr(PrivateKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> auxiliaryRandom32, Span<byte> signature64)
    {
        ArgumentNullException.ThrowIfNull(key);
        SignSchnorr(key.Secret, message, auxiliaryRandom32, signature64);
        GC.KeepAlive(key);
    }

    /// <inheritdoc cref="SignSchnorr(PrivateKey, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    public static void SignSchnorr(
        ReadOnlySpan<byte> key32, ReadOnlySpan<byte> message, ReadOnlySpan<byte> auxiliaryRandom32, Span<byte> signature64)
    {
        Demand(key32, KeyLength);
        if (!auxiliaryRandom32.IsEmpty) Demand(auxiliaryRandom32, 32);
        DemandRoom(signature64, SignatureLength);
        var keypair = stackalloc byte[KeyPairLength];
        byte nothing;
        try
        {
            fixed (byte* key = key32, text = message, random = auxiliaryRandom32, output = signature64)
            {
                if (secp256k1_keypair_create(Context, keypair, key) != 1) throw InvalidKey();
                var extra = SchnorrExtraParameters.With(random);
                // An empty span has a null pointer, which the library takes only for length zero in later versions.
                var start = text is null ? &nothing : text;
                if (secp256k1_schnorrsig_sign_custom(Context, output, start, (nuint)message.Length, keypair, &extra) != 1)
                    throw new CryptographicException("BIP-340 signing failed.");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(keypair, KeyPairLength));
        }
    }

    /// <summary>Verifies a BIP-340 signature. A key that is no x coordinate of the curve, or a wrong length, answers false.</summary>
    public static bool VerifySchnorr(ReadOnlySpan<byte> xOnlyKey32, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature64)
    {
        if (xOnlyKey32.Length != XOnlyLength || signature64.Length != SignatureLength) return false;
        var point = stackalloc byte[OpaqueLength];
        byte nothing;
        fixed (byte* key = xOnlyKey32, text = message, signature = signature64)
        {
            if (secp256k1_xonly_pubkey_parse(Context, point, key) != 1) return false;
            return secp256k1_schnorrsig_verify(Context, signature, text is null ? &nothing : text, (nuint)message.Length, point) == 1;
        }
    }

    /// <summary>The x-only form of a public key; <paramref name="oddY"/> tells which of the two points it was.</summary>
    /// <returns>False if the input is no point of the curve.</returns>
    public static bool TryGetXOnly(ReadOnlySpan<byte> publicKey, Span<byte> xOnly32, out bool oddY)
    {
        DemandRoom(xOnly32, XOnlyLength);
        oddY = false;
        var point = stackalloc byte[OpaqueLength];
        var xonly = stackalloc byte[OpaqueLength];
        if (!Parse(publicKey, point)) return false;
        int parity;
        _ = secp256k1_xonly_pubkey_from_pubkey(Context, xonly, &parity, point);
        fixed (byte* output = xOnly32) _ = secp256k1_xonly_pubkey_serialize(Context, output, xonly);
        oddY = parity != 0;
        return true;
    }

    /// <summary>Taproot's output key (BIP-341): lift_x(internal) + tweak·G as x-only key and parity. False if an input is out of range.</summary>
    public static bool TryTweakAddXOnly(ReadOnlySpan<byte> internalKey32, ReadOnlySpan<byte> tweak32, Span<byte> outputKey32, out bool oddY)
    {
        oddY = false;
        Demand(tweak32, KeyLength);
        DemandRoom(outputKey32, XOnlyLength);
        if (internalKey32.Length != XOnlyLength) return false;
        var internalPoint = stackalloc byte[OpaqueLength];
        var point = stackalloc byte[OpaqueLength];
        Span<byte> full = stackalloc byte[CompressedLength];
        fixed (byte* key = internalKey32, tweak = tweak32)
        {
            if (secp256k1_xonly_pubkey_parse(Context, internalPoint, key) != 1) return false;
            if (secp256k1_xonly_pubkey_tweak_add(Context, point, internalPoint, tweak) != 1) return false;
        }

        Serialise(point, full);
        full[1..].CopyTo(outputKey32);
        oddY = full[0] == 3;
        return true;
    }

    /// <summary>The private key of <see cref="TryTweakAddXOnly"/>: the key is negated first where its point has odd y (BIP-341).</summary>
    /// <returns>False if the tweak is ≥ n or the sum is zero.</returns>
    public static bool TryTweakAddXOnlyPrivate(ReadOnlySpan<byte> key32, ReadOnlySpan<byte> tweak32, Span<byte> tweakedKey32)
    {
        Demand(key32, KeyLength);
        Demand(tweak32, KeyLength);
        DemandRoom(tweakedKey32, KeyLength);
        var keypair = stackalloc byte[KeyPairLength];
        fixed (byte* key = key32, tweak = tweak32, output = tweakedKey32)
        {
            if (secp256k1_keypair_create(Context, keypair, key) != 1) throw InvalidKey();
            var done = secp256k1_keypair_xonly_tweak_add(Context, keypair, tweak) == 1 && secp256k1_keypair_sec(Context, output, keypair) == 1;
            CryptographicOperations.ZeroMemory(new Span<byte>(keypair, KeyPairLength));
            return done;
        }
    }
}
