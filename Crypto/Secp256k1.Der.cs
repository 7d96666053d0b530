using static TPWallet.Crypto.Native.Secp256k1Native;

namespace TPWallet.Crypto;

/// <content>DER signatures (X.690, as BIP-66 restricts them).</content>
public static unsafe partial class Secp256k1
{
    /// <summary>The longest DER signature in bytes.</summary>
    public const int MaximumDerLength = 72;

    /// <summary>Reads a strict DER signature into r ‖ s. False for anything else, numbers out of range included.</summary>
    public static bool TryParseDer(ReadOnlySpan<byte> der, Span<byte> signature64)
    {
        DemandRoom(signature64, SignatureLength);
        var signature = stackalloc byte[OpaqueLength];
        fixed (byte* input = der, output = signature64)
        {
            if (input is null || secp256k1_ecdsa_signature_parse_der(Context, signature, input, (nuint)der.Length) != 1) return false;
            _ = secp256k1_ecdsa_signature_serialize_compact(Context, output, signature);
        }

        // The library answers an out-of-range number with the all-zero signature, which never verifies.
        return signature64[..SignatureLength].ContainsAnyExcept((byte)0);
    }

    /// <summary>Writes r ‖ s as DER and returns its length in bytes.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or r or s is not below the group order.</exception>
    public static int WriteDer(ReadOnlySpan<byte> signature64, Span<byte> der)
    {
        Demand(signature64, SignatureLength);
        DemandRoom(der, MaximumDerLength);
        var signature = stackalloc byte[OpaqueLength];
        nuint length = (nuint)der.Length;
        fixed (byte* input = signature64, output = der)
        {
            if (secp256k1_ecdsa_signature_parse_compact(Context, signature, input) != 1)
                throw new ArgumentException("r or s is not below the group order.", nameof(signature64));
            _ = secp256k1_ecdsa_signature_serialize_der(Context, output, &length, signature);
        }

        return (int)length;
    }

    /// <summary>Writes the low-S form of a signature. False if r or s is not below the group order.</summary>
    public static bool TryNormalise(ReadOnlySpan<byte> signature64, Span<byte> normalised64)
    {
        Demand(signature64, SignatureLength);
        DemandRoom(normalised64, SignatureLength);
        var signature = stackalloc byte[OpaqueLength];
        fixed (byte* input = signature64, output = normalised64)
        {
            if (secp256k1_ecdsa_signature_parse_compact(Context, signature, input) != 1) return false;
            _ = secp256k1_ecdsa_signature_normalize(Context, signature, signature);
            _ = secp256k1_ecdsa_signature_serialize_compact(Context, output, signature);
            return true;
        }
    }
}
