using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>A recoverable secp256k1 signature: the parity of R's y coordinate (0 or 1), r and s.</summary>
public sealed record EthereumSignature(byte YParity, UInt256 R, UInt256 S)
{
    /// <summary>From 64 bytes r ‖ s and the recovery id. Ids 2 and 3 (r above the group order) have no place in a transaction.</summary>
    public static EthereumSignature From(ReadOnlySpan<byte> signature64, int recoveryId)
    {
        if (signature64.Length != 64) throw new ArgumentException("Expected 64 bytes.", nameof(signature64));
        ArgumentOutOfRangeException.ThrowIfNegative(recoveryId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recoveryId, 1);
        return new((byte)recoveryId, UInt256.FromBigEndian(signature64[..32]), UInt256.FromBigEndian(signature64[32..]));
    }

    /// <summary>Signs a digest. For tests and tools: production keys live in the signer.</summary>
    public static EthereumSignature Sign(PrivateKey key, ReadOnlySpan<byte> digest32)
    {
        Span<byte> signature = stackalloc byte[64];
        Secp256k1.SignRecoverable(key, digest32, signature, out var recoveryId);
        return From(signature, recoveryId);
    }

    /// <summary>r ‖ s as 64 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[64];
        R.ToBigEndian(bytes);
        S.ToBigEndian(bytes.AsSpan(32));
        return bytes;
    }

    /// <summary>Who signed the digest. High S is refused (EIP-2), since its twin would give a second hash to one transaction.</summary>
    public Decoded<Address> Recover(ReadOnlySpan<byte> digest32)
    {
        var signature = ToArray();
        if (YParity > 1) return new DecodeRefusal("signature.parity", "0 or 1", $"{YParity}");
        if (R.IsZero || S.IsZero) return new DecodeRefusal("signature.zero", "r and s above zero", "zero");
        if (!Secp256k1.IsLowS(signature))
            return new DecodeRefusal("signature.high-s", "s in the lower half of the group order (EIP-2)", "a higher one");
        Span<byte> publicKey = stackalloc byte[65];
        return Secp256k1.Recover(digest32, signature, YParity, publicKey)
            ? EthereumAddress.FromPublicKey(publicKey)
            : new DecodeRefusal("signature.invalid", "a signature that some key made", "none fits");
    }

    internal void Write(RlpWriter writer) => writer.Write((ulong)YParity).Write(R).Write(S);
}
