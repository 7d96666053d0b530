using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Makes and checks signatures of Taproot: 64 bytes, or 65 with a type byte that is not zero (BIP-341).</summary>
public static class TaprootSignature
{
    /// <summary>Why a signature does not hold, or null. Codes: script.signature-form, script.signature, script.message-sighash, sighash.*.</summary>
    internal static DecodeRefusal? Check(
        SighashContext context, int index, ReadOnlySpan<byte> key32, ReadOnlySpan<byte> signature, HexBytes? annex, TapscriptPosition? tapscript)
    {
        if (TypeOf(signature) is not { } type)
            return new("script.signature-form", "64 bytes, or 65 with a type that is not zero (BIP-341)", $"{signature.Length} bytes");
        if (context.ForMessage && type is not (SighashType.Default or SighashType.All)) return NotForMessage(type);
        if (!context.Taproot(index, type, annex, tapscript).TryGet(out var digest, out var refusal)) return refusal;
        return Secp256k1.VerifySchnorr(key32, digest, signature[..Secp256k1.SignatureLength])
            ? null
            : new("script.signature", "a signature of this key over this transaction", "another");
    }

    internal static DecodeRefusal NotForMessage(SighashType type) =>
        new("script.message-sighash", "a signature over everything (BIP-322)", $"0x{(uint)type:x2}");

    /// <summary>The type that a signature says; null if its form is wrong.</summary>
    public static SighashType? TypeOf(ReadOnlySpan<byte> signature) => signature.Length switch
    {
        Secp256k1.SignatureLength => SighashType.Default,
        Secp256k1.SignatureLength + 1 when signature[^1] != 0 && ((SighashType)signature[^1]).IsDefinedTaproot() => (SighashType)signature[^1],
        _ => null,
    };

    /// <summary>Signs a digest; the type byte follows unless it is <see cref="SighashType.Default"/>.</summary>
    /// <param name="key">For the key path the tweaked key (<see cref="Taproot.TweakPrivate"/>).</param>
    /// <param name="digest32">The digest of BIP-341.</param>
    /// <param name="type">The type that the digest commits to.</param>
    /// <param name="auxiliaryRandom32">32 fresh random bytes, or empty for 32 zero bytes (BIP-340).</param>
    public static HexBytes Sign(PrivateKey key, ReadOnlySpan<byte> digest32, SighashType type, ReadOnlySpan<byte> auxiliaryRandom32 = default)
    {
        var signature = new byte[Secp256k1.SignatureLength + (type == SighashType.Default ? 0 : 1)];
        Secp256k1.SignSchnorr(key, digest32, auxiliaryRandom32, signature);
        if (type != SighashType.Default) signature[^1] = (byte)type;
        return signature;
    }
}

/// <summary>Makes and checks ECDSA signatures: strict DER and a type byte (BIP-66).</summary>
public static class EcdsaSignature
{
    /// <summary>Signs a digest with RFC 6979's nonce and low S, without grinding for a low R.</summary>
    public static HexBytes Sign(PrivateKey key, ReadOnlySpan<byte> digest32, SighashType type)
    {
        Span<byte> compact = stackalloc byte[Secp256k1.SignatureLength];
        Secp256k1.Sign(key, digest32, compact);
        return Encode(compact, type);
    }

    /// <summary>The form of scripts and witnesses, from r ‖ s with a low S.</summary>
    public static HexBytes Encode(ReadOnlySpan<byte> compact64, SighashType type)
    {
        Span<byte> der = stackalloc byte[Secp256k1.MaximumDerLength];
        var length = Secp256k1.WriteDer(compact64, der);
        return (byte[])[.. der[..length], (byte)type];
    }

    /// <summary>r ‖ s and the type; null if it is not strict DER with a low S and a defined type.</summary>
    public static (byte[] Compact, SighashType Type)? Read(ReadOnlySpan<byte> signature)
    {
        var compact = new byte[Secp256k1.SignatureLength];
        if (signature.IsEmpty || !((SighashType)signature[^1]).IsDefinedEcdsa()) return null;
        return Secp256k1.TryParseDer(signature[..^1], compact) && Secp256k1.IsLowS(compact) ? (compact, (SighashType)signature[^1]) : null;
    }
}
