using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>Checks a device's signature over a 32-byte digest, by the device's scheme.</summary>
public static class SignatureCheck
{
    /// <summary>
    /// Secp256k1: r ‖ s, low s only. P256: r ‖ s, either s (authenticators do not normalise). Ed25519: over the digest's bytes. WebAuthn: see
    /// <see cref="WebAuthnSignature"/>. Malformed keys and signatures answer false.
    /// </summary>
    public static bool Verify(SignatureScheme scheme, HexBytes publicKey, Bytes32 digest, HexBytes signature)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        digest.CopyTo(bytes);
        return scheme switch
        {
            SignatureScheme.Secp256k1 => publicKey.Length == Secp256k1.CompressedLength && Secp256k1.Verify(publicKey.Span, bytes, signature.Span),
            SignatureScheme.P256 => publicKey.Length == P256.CompressedLength && P256.Verify(publicKey.Span, bytes, signature.Span),
            SignatureScheme.Ed25519 => Ed25519.Verify(publicKey.Span, bytes, signature.Span),
            SignatureScheme.WebAuthn => publicKey.Length == P256.CompressedLength && WebAuthnSignature.Verify(publicKey.Span, bytes, signature.Memory),
            _ => false,
        };
    }

    /// <summary>True if the bytes are a public key in the scheme's one stored form (compressed point, or 32 bytes of Ed25519).</summary>
    public static bool IsPublicKey(SignatureScheme scheme, HexBytes publicKey) => scheme switch
    {
        SignatureScheme.Secp256k1 => Secp256k1.IsCompressedPoint(publicKey.Span),
        SignatureScheme.P256 or SignatureScheme.WebAuthn => publicKey.Length == P256.CompressedLength && P256.IsValidPublicKey(publicKey.Span),
        SignatureScheme.Ed25519 => publicKey.Length == Ed25519.PublicKeyLength,
        _ => false,
    };
}
