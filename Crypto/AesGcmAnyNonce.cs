using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TPWallet.Crypto;

/// <summary>
/// AES-GCM (NIST SP 800-38D) with a nonce of any length and a 16-byte tag, to read what other systems wrote. Nonces of 12 bytes go to .NET's own
/// implementation; for others, which .NET refuses, the counter block is GHASH of the nonce. New data is always written with 12 bytes.
/// </summary>
public static class AesGcmAnyNonce
{
    /// <summary>Length of a tag in bytes.</summary>
    public const int TagLength = 16;

    /// <summary>Longest nonce taken, in bytes.</summary>
    public const int MaximumNonceLength = 1024;

    private const int BlockLength = 16;
    private const int StandardNonceLength = 12;

    /// <summary>Encrypts; the target is as long as the text.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static void Encrypt(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> text, ReadOnlySpan<byte> associated,
        Span<byte> cipherText, Span<byte> tag16)
    {
        DemandLengths(nonce, text.Length, cipherText.Length, tag16.Length);
        if (nonce.Length == StandardNonceLength)
        {
            using var standard = new AesGcm(key, TagLength);
            standard.Encrypt(nonce, text, cipherText, tag16, associated);
            return;
        }

        using var aes = Aes.Create();
        aes.SetKey(key);
        var hashKey = HashKey(aes);
        var first = FirstBlock(hashKey, nonce);
        Counter(aes, first, text, cipherText);
        Tag(aes, hashKey, first, associated, cipherText, tag16);
    }

    /// <summary>Decrypts; false, with a cleared target, if the tag does not fit.</summary>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public static bool TryDecrypt(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipherText, ReadOnlySpan<byte> tag16, ReadOnlySpan<byte> associated,
        Span<byte> text)
    {
        DemandLengths(nonce, cipherText.Length, text.Length, tag16.Length);
        text.Clear();
        if (nonce.Length == StandardNonceLength)
        {
            try
            {
                using var standard = new AesGcm(key, TagLength);
                standard.Decrypt(nonce, cipherText, tag16, text, associated);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
        }

        using var aes = Aes.Create();
        aes.SetKey(key);
        var hashKey = HashKey(aes);
        var first = FirstBlock(hashKey, nonce);
        Span<byte> expected = stackalloc byte[TagLength];
        Tag(aes, hashKey, first, associated, cipherText, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag16)) return false;
        Counter(aes, first, cipherText, text);
        return true;
    }

    private static void DemandLengths(ReadOnlySpan<byte> nonce, int from, int to, int tag)
    {
        if (nonce.Length is 0 or > MaximumNonceLength)
            throw new ArgumentException($"A nonce has 1 to {MaximumNonceLength} bytes, not {nonce.Length}.");
        if (from != to) throw new ArgumentException($"The target has {to} bytes where {from} are needed.");
        if (tag != TagLength) throw new ArgumentException($"A tag has {TagLength} bytes, not {tag}.");
    }

    private static UInt128 HashKey(Aes aes)
    {
        Span<byte> block = stackalloc byte[BlockLength];
        block.Clear();
        aes.EncryptEcb(block, block, PaddingMode.None);
        return BinaryPrimitives.ReadUInt128BigEndian(block);
    }

    private static UInt128 FirstBlock(UInt128 hashKey, ReadOnlySpan<byte> nonce) =>
        Multiply(Absorb(hashKey, 0, nonce) ^ (ulong)(nonce.Length * 8L), hashKey);

    private static void Tag(Aes aes, UInt128 hashKey, UInt128 first, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> cipherText, Span<byte> tag16)
    {
        var sum = Absorb(hashKey, Absorb(hashKey, 0, associated), cipherText);
        sum = Multiply(sum ^ new UInt128((ulong)(associated.Length * 8L), (ulong)(cipherText.Length * 8L)), hashKey);
        Span<byte> block = stackalloc byte[BlockLength];
        BinaryPrimitives.WriteUInt128BigEndian(block, first);
        aes.EncryptEcb(block, block, PaddingMode.None);
        BinaryPrimitives.WriteUInt128BigEndian(tag16, sum ^ BinaryPrimitives.ReadUInt128BigEndian(block));
    }

    private static UInt128 Absorb(UInt128 hashKey, UInt128 sum, ReadOnlySpan<byte> data)
    {
        Span<byte> block = stackalloc byte[BlockLength];
        for (; !data.IsEmpty; data = data[Math.Min(BlockLength, data.Length)..])
        {
            block.Clear();
            data[..Math.Min(BlockLength, data.Length)].CopyTo(block);
            sum = Multiply(sum ^ BinaryPrimitives.ReadUInt128BigEndian(block), hashKey);
        }

        return sum;
    }

    /// <summary>The product in GF(2^128) with GCM's reflected bits (SP 800-38D, 6.3), by masks instead of branches on secret bits.</summary>
    private static UInt128 Multiply(UInt128 x, UInt128 y)
    {
        var reduction = new UInt128(0xE100_0000_0000_0000, 0);
        UInt128 product = 0;
        for (var bit = 127; bit >= 0; bit--)
        {
            product ^= y & (UInt128.Zero - ((x >> bit) & 1));
            y = (y >> 1) ^ (reduction & (UInt128.Zero - (y & 1)));
        }

        return product;
    }

    private static void Counter(Aes aes, UInt128 first, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> block = stackalloc byte[BlockLength];
        for (var offset = 0; offset < input.Length; offset += BlockLength)
        {
            // Only the last 32 bits count, and they wrap.
            first = (first & ~(UInt128)uint.MaxValue) | unchecked((uint)first + 1);
            BinaryPrimitives.WriteUInt128BigEndian(block, first);
            aes.EncryptEcb(block, block, PaddingMode.None);
            for (var index = offset; index < Math.Min(offset + BlockLength, input.Length); index++)
                output[index] = (byte)(input[index] ^ block[index - offset]);
        }
    }
}
