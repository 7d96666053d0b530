using System.Runtime.CompilerServices;
using static TPWallet.Crypto.Native.Secp256k1Native;

namespace TPWallet.Crypto;

/// <content>Public keys, tweaks, combination and ECDH.</content>
public static unsafe partial class Secp256k1
{
    /// <summary>Most public keys that <see cref="TryCombine"/> adds in one call.</summary>
    public const int MaximumCombinedKeys = 1024;

    /// <summary>The public key of a private key: compressed for a target of 33 bytes, uncompressed for one of 65.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the key is not in 1 … n−1.</exception>
    public static void CreatePublicKey(PrivateKey key, Span<byte> publicKey)
    {
        ArgumentNullException.ThrowIfNull(key);
        CreatePublicKey(key.Secret, publicKey);
        GC.KeepAlive(key);
    }

    /// <inheritdoc cref="CreatePublicKey(PrivateKey, Span{byte})"/>
    public static void CreatePublicKey(ReadOnlySpan<byte> key32, Span<byte> publicKey)
    {
        Demand(key32, KeyLength);
        var point = stackalloc byte[OpaqueLength];
        fixed (byte* key = key32)
        {
            if (secp256k1_ec_pubkey_create(Context, point, key) != 1) throw InvalidKey();
        }

        Serialise(point, publicKey);
    }

    /// <summary>The public key of a private key as a new array of 33 bytes, or 65 if not compressed.</summary>
    /// <exception cref="ArgumentException">The key is not in 1 … n−1.</exception>
    public static byte[] CreatePublicKey(PrivateKey key, bool compressed = true)
    {
        var publicKey = new byte[compressed ? CompressedLength : UncompressedLength];
        CreatePublicKey(key, publicKey);
        return publicKey;
    }

    /// <summary>Parses a public key (compressed, uncompressed or hybrid) and writes it in the form that fits the target (33 or 65 bytes).</summary>
    /// <returns>False if the input is no point of the curve.</returns>
    /// <exception cref="ArgumentException">The target has neither 33 nor 65 bytes.</exception>
    public static bool TryConvertPublicKey(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var point = stackalloc byte[OpaqueLength];
        if (!Parse(input, point)) return false;
        Serialise(point, output);
        return true;
    }

    /// <summary>Whether bytes are a point in the compressed form of 33 bytes (SEC 1).</summary>
    public static bool IsCompressedPoint(ReadOnlySpan<byte> bytes) => bytes.Length == CompressedLength && IsValidPublicKey(bytes);

    /// <summary>True if the bytes are a point of the curve in SEC 1 form, 33 or 65 bytes long.</summary>
    public static bool IsValidPublicKey(ReadOnlySpan<byte> publicKey)
    {
        var point = stackalloc byte[OpaqueLength];
        return Parse(publicKey, point);
    }

    /// <summary>key := key + tweak mod n, in place. False (and the key is then undefined) if the tweak is ≥ n or the sum is zero.</summary>
    public static bool TryTweakAdd(Span<byte> key32, ReadOnlySpan<byte> tweak32)
    {
        Demand(key32, KeyLength);
        Demand(tweak32, KeyLength);
        fixed (byte* key = key32, tweak = tweak32) return secp256k1_ec_seckey_tweak_add(Context, key, tweak) == 1;
    }

    /// <summary>key := key · tweak mod n, in place. False (and the key is then undefined) if the tweak is zero or ≥ n.</summary>
    public static bool TryTweakMultiply(Span<byte> key32, ReadOnlySpan<byte> tweak32)
    {
        Demand(key32, KeyLength);
        Demand(tweak32, KeyLength);
        fixed (byte* key = key32, tweak = tweak32) return secp256k1_ec_seckey_tweak_mul(Context, key, tweak) == 1;
    }

    /// <summary>key := n − key, in place. False if the key is invalid.</summary>
    public static bool TryNegate(Span<byte> key32)
    {
        Demand(key32, KeyLength);
        fixed (byte* key = key32) return secp256k1_ec_seckey_negate(Context, key) == 1;
    }

    /// <summary>result := publicKey + tweak·G. False if the input is no point, the tweak is ≥ n or the sum is the point at infinity.</summary>
    public static bool TryTweakAddPublic(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> tweak32, Span<byte> result) =>
        Tweak(publicKey, tweak32, result, add: true);

    /// <summary>result := tweak · publicKey. False if the input is no point or the tweak is zero or ≥ n.</summary>
    public static bool TryTweakMultiplyPublic(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> tweak32, Span<byte> result) =>
        Tweak(publicKey, tweak32, result, add: false);

    /// <summary>result := −publicKey. False if the input is no point.</summary>
    public static bool TryNegatePublic(ReadOnlySpan<byte> publicKey, Span<byte> result)
    {
        var point = stackalloc byte[OpaqueLength];
        if (!Parse(publicKey, point)) return false;
        _ = secp256k1_ec_pubkey_negate(Context, point);
        Serialise(point, result);
        return true;
    }

    /// <summary>result := the sum of the given public keys. False if one is no point or the sum is the point at infinity.</summary>
    /// <exception cref="ArgumentException">No key, or more than <see cref="MaximumCombinedKeys"/>.</exception>
    public static bool TryCombine(IReadOnlyList<byte[]> publicKeys, Span<byte> result)
    {
        ArgumentNullException.ThrowIfNull(publicKeys);
        var count = publicKeys.Count;
        if (count is < 1 or > MaximumCombinedKeys)
            throw new ArgumentException($"{count} keys given where 1 to {MaximumCombinedKeys} are allowed.", nameof(publicKeys));
        var points = GC.AllocateUninitializedArray<byte>(count * OpaqueLength, pinned: true);
        var pointers = stackalloc byte*[count];
        var sum = stackalloc byte[OpaqueLength];
        fixed (byte* first = points)
        {
            for (var index = 0; index < count; index++)
            {
                pointers[index] = first + (index * OpaqueLength);
                if (!Parse(publicKeys[index], pointers[index])) return false;
            }

            if (secp256k1_ec_pubkey_combine(Context, sum, pointers, (nuint)count) != 1) return false;
        }

        Serialise(sum, result);
        return true;
    }

    /// <summary>ECDH: the bare x coordinate of key · publicKey (32 bytes). Feed it to a key derivation; it is not uniform.</summary>
    /// <returns>False if the public key is no point or the private key is not in 1 … n−1.</returns>
    public static bool TryEcdh(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> key32, Span<byte> sharedX32) =>
        Ecdh(publicKey, key32, sharedX32, hashed: false);

    /// <summary>ECDH as libsecp256k1 and BOLT-8 define it: SHA-256 of the compressed shared point (32 bytes).</summary>
    /// <returns>False if the public key is no point or the private key is not in 1 … n−1.</returns>
    public static bool TryEcdhHashed(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> key32, Span<byte> shared32) =>
        Ecdh(publicKey, key32, shared32, hashed: true);

    private static bool Ecdh(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> key32, Span<byte> shared32, bool hashed)
    {
        Demand(key32, KeyLength);
        DemandRoom(shared32, 32);
        var point = stackalloc byte[OpaqueLength];
        if (!Parse(publicKey, point)) return false;
        fixed (byte* key = key32, output = shared32)
            return secp256k1_ecdh(Context, output, point, key, hashed ? null : &CopyX, null) == 1;
    }

    private static bool Tweak(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> tweak32, Span<byte> result, bool add)
    {
        Demand(tweak32, KeyLength);
        var point = stackalloc byte[OpaqueLength];
        if (!Parse(publicKey, point)) return false;
        fixed (byte* tweak = tweak32)
        {
            var done = add ? secp256k1_ec_pubkey_tweak_add(Context, point, tweak) : secp256k1_ec_pubkey_tweak_mul(Context, point, tweak);
            if (done != 1) return false;
        }

        Serialise(point, result);
        return true;
    }

    private static bool Parse(ReadOnlySpan<byte> publicKey, byte* point)
    {
        fixed (byte* input = publicKey)
            return input is not null && secp256k1_ec_pubkey_parse(Context, point, input, (nuint)publicKey.Length) == 1;
    }

    private static void Serialise(byte* point, Span<byte> output, [CallerArgumentExpression(nameof(output))] string name = "")
    {
        if (output.Length is not (CompressedLength or UncompressedLength)) throw WrongLength(output.Length, CompressedLength, name);
        nuint length = (nuint)output.Length;
        fixed (byte* target = output)
            _ = secp256k1_ec_pubkey_serialize(Context, target, &length, point, output.Length == CompressedLength ? Compressed : Uncompressed);
    }
}
