using System.Security.Cryptography;

namespace TPWallet.Crypto;

/// <summary>Double SHA-256, which Bitcoin uses for transaction ids, block hashes, Merkle trees and the checksum of Base58Check.</summary>
public static class Hash256
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestLength = 32;

    /// <summary>SHA-256 of the SHA-256 of the data, as a new array of 32 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        var digest = new byte[DigestLength];
        Hash(data, digest);
        return digest;
    }

    /// <summary>Writes the digest of the data into the first 32 bytes of the target.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest32)
    {
        Span<byte> first = stackalloc byte[DigestLength];
        SHA256.HashData(data, first);
        SHA256.HashData(first, digest32);
    }
}
