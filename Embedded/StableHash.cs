using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Orleans;

/// <summary>A hash that is the same in every process and version: xxHash32 with seed 0 (github.com/Cyan4973/xxHash, xxhash_spec.md).</summary>
public static class StableHash
{
    private const uint Prime1 = 2654435761;
    private const uint Prime2 = 2246822519;
    private const uint Prime3 = 3266489917;
    private const uint Prime4 = 668265263;
    private const uint Prime5 = 374761393;

    /// <summary>The hash of bytes.</summary>
    public static uint ComputeHash(ReadOnlySpan<byte> data)
    {
        var length = (uint)data.Length;
        var hash = data.Length >= 16 ? Stripes(ref data) : Prime5;
        hash += length;
        for (; data.Length >= 4; data = data[4..])
            hash = BitOperations.RotateLeft(hash + (BinaryPrimitives.ReadUInt32LittleEndian(data) * Prime3), 17) * Prime4;
        foreach (var b in data)
            hash = BitOperations.RotateLeft(hash + (b * Prime5), 11) * Prime1;
        hash = (hash ^ (hash >> 15)) * Prime2;
        hash = (hash ^ (hash >> 13)) * Prime3;
        return hash ^ (hash >> 16);
    }

    /// <summary>The hash of the UTF-16 code units of a text, little endian.</summary>
    public static uint ComputeHash(string data) =>
        ComputeHash(BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes(data.AsSpan()) : System.Text.Encoding.Unicode.GetBytes(data));

    private static uint Stripes(ref ReadOnlySpan<byte> data)
    {
        unchecked
        {
            uint a = Prime1 + Prime2, b = Prime2, c = 0, d = 0 - Prime1;
            for (; data.Length >= 16; data = data[16..])
            {
                a = Round(a, data);
                b = Round(b, data[4..]);
                c = Round(c, data[8..]);
                d = Round(d, data[12..]);
            }
            return BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
                + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
        }
    }

    private static uint Round(uint lane, ReadOnlySpan<byte> word) =>
        BitOperations.RotateLeft(lane + (BinaryPrimitives.ReadUInt32LittleEndian(word) * Prime2), 13) * Prime1;
}
