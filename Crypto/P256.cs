using System.Formats.Asn1;
using System.Security.Cryptography;

namespace TPWallet.Crypto;

/// <summary>
/// ECDSA on NIST P-256 (secp256r1) over 32-byte digests, by .NET's own implementation. Signatures are r ‖ s (64 bytes); public keys
/// are compressed (33 bytes) or uncompressed (65 bytes), SEC 1. Our own signatures have low S. Verification takes both forms, because
/// secure enclaves and WebAuthn authenticators emit either; whoever keys something by a signature must therefore key it by the signed
/// digest instead, or demand <see cref="IsLowS"/>.
/// </summary>
public static class P256
{
    /// <summary>Length of a private key, a digest and a coordinate in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>Length of a signature in bytes: r ‖ s.</summary>
    public const int SignatureLength = 64;

    /// <summary>Length of a compressed public key in bytes.</summary>
    public const int CompressedLength = 33;

    /// <summary>Length of an uncompressed public key in bytes.</summary>
    public const int UncompressedLength = 65;

    /// <summary>A fresh random private key.</summary>
    public static PrivateKey GenerateKey()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = ecdsa.ExportParameters(includePrivateParameters: true);
        var key = PrivateKey.From(parameters.D);
        CryptographicOperations.ZeroMemory(parameters.D);
        return key;
    }

    /// <summary>The compressed public key of a private key, as a new array of 33 bytes.</summary>
    /// <exception cref="ArgumentException">The key is not in 1 … n−1.</exception>
    public static byte[] CreatePublicKey(PrivateKey key)
    {
        using var ecdsa = Import(key);
        var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        return P256Point.Compress(point.X!, point.Y!);
    }

    /// <summary>Signs a 32-byte digest with a random nonce; writes r ‖ s with low S into the first 64 bytes of the target.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the key is not in 1 … n−1.</exception>
    public static void Sign(PrivateKey key, ReadOnlySpan<byte> digest32, Span<byte> signature64)
    {
        if (digest32.Length != KeyLength) throw new ArgumentException($"A digest has {KeyLength} bytes, not {digest32.Length}.", nameof(digest32));
        if (signature64.Length < SignatureLength)
            throw new ArgumentException($"A signature needs {SignatureLength} bytes.", nameof(signature64));
        using var ecdsa = Import(key);
        _ = ecdsa.SignHash(digest32, signature64, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        P256Point.LowerS(signature64.Slice(KeyLength, KeyLength));
    }

    /// <summary>Verifies r ‖ s over a 32-byte digest; high and low S alike. A key off the curve or a wrong length answers false.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest32, ReadOnlySpan<byte> signature64)
    {
        if (digest32.Length != KeyLength || signature64.Length != SignatureLength) return false;
        if (!P256Point.TryDecode(publicKey, out var point)) return false;
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
        return ecdsa.VerifyHash(digest32, signature64, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>True if s ≤ n/2.</summary>
    /// <exception cref="ArgumentException">The signature is not 64 bytes long.</exception>
    public static bool IsLowS(ReadOnlySpan<byte> signature64)
    {
        if (signature64.Length != SignatureLength) throw new ArgumentException($"A signature has {SignatureLength} bytes.", nameof(signature64));
        return P256Point.IsLow(signature64[KeyLength..]);
    }

    /// <summary>True if the bytes are a point of the curve in compressed or uncompressed form.</summary>
    public static bool IsValidPublicKey(ReadOnlySpan<byte> publicKey) => P256Point.TryDecode(publicKey, out _);

    /// <summary>The uncompressed form (65 bytes) of a public key. False if the input is no point of the curve.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> publicKey, Span<byte> publicKey65)
    {
        if (publicKey65.Length < UncompressedLength)
            throw new ArgumentException($"An uncompressed key needs {UncompressedLength} bytes.", nameof(publicKey65));
        if (!P256Point.TryDecode(publicKey, out var point)) return false;
        publicKey65[0] = 4;
        point.X!.CopyTo(publicKey65[1..]);
        point.Y!.CopyTo(publicKey65[(1 + KeyLength)..]);
        return true;
    }

    /// <summary>Reads a DER ECDSA signature, as WebAuthn authenticators give it, into r ‖ s. False if malformed or a number has more than 32 bytes.</summary>
    public static bool TryReadDer(ReadOnlySpan<byte> der, Span<byte> signature64)
    {
        if (signature64.Length < SignatureLength)
            throw new ArgumentException($"A signature needs {SignatureLength} bytes.", nameof(signature64));
        try
        {
            var reader = new AsnReader(der.ToArray(), AsnEncodingRules.DER);
            var numbers = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var (r, s) = (numbers.ReadInteger(), numbers.ReadInteger());
            numbers.ThrowIfNotEmpty();
            if (r.Sign <= 0 || s.Sign <= 0 || r.GetByteCount(isUnsigned: true) > 32 || s.GetByteCount(isUnsigned: true) > 32) return false;
            signature64[..SignatureLength].Clear();
            r.TryWriteBytes(signature64[(32 - r.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
            s.TryWriteBytes(signature64[(64 - s.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static ECDsa Import(PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!P256Point.IsScalar(key.Secret)) throw new ArgumentException("The private key is not in the range 1 … n−1 of P-256.", nameof(key));
        var secret = GC.AllocateUninitializedArray<byte>(KeyLength, pinned: true);
        key.Secret.CopyTo(secret);
        try
        {
            return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
