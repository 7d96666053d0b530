using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A party's signature: the 64 bytes of EIP-2098 (r, then s with the parity of y in its highest bit), low s only.</summary>
public static class ChannelSignature
{
    /// <summary>Length in bytes.</summary>
    public const int Length = Secp256k1.SignatureLength;

    private const byte ParityBit = 0x80;
    private const int ParityAt = 32;
    private const int AddressBytes = 20;

    /// <summary>Whether the holder of this address signed this digest.</summary>
    public static bool IsBy(Address signer, Bytes32 digest, HexBytes signature)
    {
        if (signature.Length != Length) return false;
        Span<byte> compact = stackalloc byte[Length];
        signature.Span.CopyTo(compact);
        var parity = (compact[ParityAt] & ParityBit) != 0 ? 1 : 0;
        compact[ParityAt] = (byte)(compact[ParityAt] & ~ParityBit);
        Span<byte> message = stackalloc byte[UInt256.Size];
        digest.CopyTo(message);
        Span<byte> key = stackalloc byte[Secp256k1.UncompressedLength];
        if (!Secp256k1.IsLowS(compact) || !Secp256k1.Recover(message, compact, parity, key)) return false;
        Span<byte> hash = stackalloc byte[Keccak256.DigestLength];
        Keccak256.Hash(key[1..], hash);
        return Address.From(hash[^AddressBytes..]) == signer;
    }

    /// <summary>Of r ‖ s with low s, and the recovery id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is neither 0 nor 1: r was above the group's order, which no signature in the field's lifetime has.</exception>
    public static HexBytes From(ReadOnlySpan<byte> signature64, int recoveryId)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(recoveryId & ~1, 0);
        Span<byte> compact = stackalloc byte[Length];
        signature64.CopyTo(compact);
        if (recoveryId == 1) compact[ParityAt] |= ParityBit;
        return HexBytes.From(compact);
    }

    /// <summary>Signs a digest.</summary>
    public static HexBytes Sign(PrivateKey key, Bytes32 digest)
    {
        Span<byte> message = stackalloc byte[UInt256.Size];
        digest.CopyTo(message);
        Span<byte> signature = stackalloc byte[Length];
        Secp256k1.SignRecoverable(key, message, signature, out var recoveryId);
        return From(signature, recoveryId);
    }
}
