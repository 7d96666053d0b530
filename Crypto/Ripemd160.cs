using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace TPWallet.Crypto;

/// <summary>RIPEMD-160 (Dobbertin, Bosselaers, Preneel, 1996), which Bitcoin uses inside HASH160. Not a general-purpose hash.</summary>
public static class Ripemd160
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestLength = 20;

    private const int BlockLength = 64;

    // Message word and rotation per step, left line then right line, as the paper's tables give them.
    private static ReadOnlySpan<byte> LeftWords =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
        3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
        4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
    ];

    private static ReadOnlySpan<byte> RightWords =>
    [
        5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
        15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
        12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
    ];

    private static ReadOnlySpan<byte> LeftRotations =>
    [
        11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
        11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
        9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
    ];

    private static ReadOnlySpan<byte> RightRotations =>
    [
        8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
        9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
        8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
    ];

    private static ReadOnlySpan<uint> LeftConstants => [0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e];

    private static ReadOnlySpan<uint> RightConstants => [0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0];

    /// <summary>Hashes <paramref name="data"/> into a new array of 20 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        var digest = new byte[DigestLength];
        Hash(data, digest);
        return digest;
    }

    /// <summary>Hashes <paramref name="data"/> into the first 20 bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 20 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (destination.Length < DigestLength)
            throw new ArgumentException($"A digest needs {DigestLength} bytes, not {destination.Length}.", nameof(destination));
        Span<uint> state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        var bits = (ulong)data.Length * 8;
        for (; data.Length >= BlockLength; data = data[BlockLength..]) Compress(state, data[..BlockLength]);

        // Padding as in MD4: one bit, zeros, and the length in bits as eight little-endian bytes.
        Span<byte> tail = stackalloc byte[2 * BlockLength];
        tail.Clear();
        data.CopyTo(tail);
        tail[data.Length] = 0x80;
        tail = tail[..(data.Length < BlockLength - sizeof(ulong) ? BlockLength : 2 * BlockLength)];
        BinaryPrimitives.WriteUInt64LittleEndian(tail[^sizeof(ulong)..], bits);
        for (; !tail.IsEmpty; tail = tail[BlockLength..]) Compress(state, tail[..BlockLength]);
        for (var index = 0; index < state.Length; index++) BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 * index)..], state[index]);
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[16];
        for (var index = 0; index < words.Length; index++) words[index] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * index)..]);
        Span<uint> left = stackalloc uint[5];
        Span<uint> right = stackalloc uint[5];
        state.CopyTo(left);
        state.CopyTo(right);
        for (var step = 0; step < 80; step++)
        {
            var round = step / 16;
            Step(left, round, words[LeftWords[step]] + LeftConstants[round], LeftRotations[step]);
            Step(right, 4 - round, words[RightWords[step]] + RightConstants[round], RightRotations[step]);
        }

        var carried = state[1] + left[2] + right[3];
        state[1] = state[2] + left[3] + right[4];
        state[2] = state[3] + left[4] + right[0];
        state[3] = state[4] + left[0] + right[1];
        state[4] = state[0] + left[1] + right[2];
        state[0] = carried;
    }

    private static void Step(Span<uint> line, int function, uint addend, int rotation)
    {
        var (b, c, d) = (line[1], line[2], line[3]);
        var mixed = function switch
        {
            0 => b ^ c ^ d,
            1 => (b & c) | (~b & d),
            2 => (b | ~c) ^ d,
            3 => (b & d) | (c & ~d),
            _ => b ^ (c | ~d),
        };
        var turned = BitOperations.RotateLeft(line[0] + mixed + addend, rotation) + line[4];
        (line[0], line[1], line[2], line[3], line[4]) = (line[4], turned, b, BitOperations.RotateLeft(c, 10), d);
    }
}

/// <summary>Bitcoin's HASH160: RIPEMD-160 of SHA-256.</summary>
public static class Hash160
{
    /// <summary>Hashes <paramref name="data"/> into a new array of 20 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> inner = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, inner);
        return Ripemd160.Hash(inner);
    }
}
