using System.Security.Cryptography;

namespace TPWallet.Crypto.Channels;

/// <summary>
/// Per-commitment secrets, all from one seed (BOLT-3): whoever knows the secret of an index that ends in n zero bits can make those of the 2^n − 1 indices
/// after it, so indices are used downwards and what was given away fits into 49 places.
/// </summary>
public static class CommitmentSecrets
{
    /// <summary>The index of the first commitment; each further one has one less.</summary>
    public const ulong FirstIndex = (1UL << IndexBits) - 1;

    internal const int IndexBits = 48;

    /// <summary>The index of a commitment number, which counts up from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number has more than 48 bits.</exception>
    public static ulong IndexOf(ulong commitmentNumber)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(commitmentNumber, FirstIndex);
        return FirstIndex - commitmentNumber;
    }

    /// <summary>The secret of an index (generate_from_seed).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index has more than 48 bits.</exception>
    public static PrivateKey Generate(PrivateKey seed, ulong index)
    {
        ArgumentNullException.ThrowIfNull(seed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, FirstIndex);
        Span<byte> secret = stackalloc byte[PrivateKey.Length];
        seed.Secret.CopyTo(secret);
        Derive(secret, IndexBits, index);
        var key = PrivateKey.From(secret);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>In place, from the secret of the index whose lowest bits are zero and whose others are the same (derive_secret).</summary>
    internal static void Derive(Span<byte> secret, int bits, ulong index)
    {
        for (var bit = bits - 1; bit >= 0; bit--)
        {
            if ((index >> bit & 1) == 0) continue;
            secret[bit / 8] ^= (byte)(1 << (bit % 8));
            SHA256.HashData(secret, secret);
        }
    }
}
