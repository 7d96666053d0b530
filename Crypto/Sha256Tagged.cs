using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TPWallet.Crypto;

/// <summary>
/// SHA-256 over a domain tag and a list of fields, each prefixed with its length in bytes as four big-endian bytes, so that no two different
/// lists have the same input and no hash made for one purpose is valid for another.
/// </summary>
public static class Sha256Tagged
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestLength = 32;

    /// <summary>The digest of the tag and the fields, as a new array of 32 bytes.</summary>
    public static byte[] Hash(string tag, params ReadOnlySpan<ReadOnlyMemory<byte>> fields)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(tag));
        foreach (var field in fields) Append(hash, field.Span);
        return hash.GetHashAndReset();
    }

    /// <summary>
    /// The tagged hash of BIP-340: SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ fields), the fields without lengths, as Bitcoin's Schnorr signatures,
    /// Taproot (BIP-341) and signed messages (BIP-322) fix it. For hashes of this project use <see cref="Hash"/>.
    /// </summary>
    public static byte[] Bip340(string tag, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tagHash = SHA256.HashData(Encoding.UTF8.GetBytes(tag));
        hash.AppendData(tagHash);
        hash.AppendData(tagHash);
        hash.AppendData(first);
        hash.AppendData(second);
        return hash.GetHashAndReset();
    }

    /// <summary>Adds one length-prefixed field to a running hash.</summary>
    public static void Append(IncrementalHash hash, ReadOnlySpan<byte> field)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        hash.AppendData(length);
        hash.AppendData(field);
    }
}
