using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace TPWallet.Crypto;

/// <summary>
/// Keccak-256 as Ethereum uses it: the sponge of the Keccak submission (rate 136 bytes, padding 0x01 … 0x80), not FIPS 202's SHA3-256, whose
/// padding byte is 0x06. A mutable value type: hash one-shot with <see cref="Hash(ReadOnlySpan{byte})"/> or feed parts with <see cref="Update"/> and
/// read once with <see cref="Finish"/>. Nothing is allocated.
/// </summary>
public struct Keccak256
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestLength = 32;

    private const int Rate = 136;
    private const int Lanes = Rate / sizeof(ulong);

    private State _state;
    private int _position;

    /// <summary>Hashes <paramref name="data"/> into a new array of 32 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        var digest = new byte[DigestLength];
        Hash(data, digest);
        return digest;
    }

    /// <summary>Hashes <paramref name="data"/> into the first 32 bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Keccak256 hash = default;
        hash.Update(data);
        hash.Finish(destination);
    }

    /// <summary>Absorbs more input.</summary>
    public void Update(ReadOnlySpan<byte> data)
    {
        while (_position != 0 && !data.IsEmpty)
        {
            Absorb(data[0]);
            data = data[1..];
        }

        for (; data.Length >= Rate; data = data[Rate..])
        {
            for (var lane = 0; lane < Lanes; lane++) _state[lane] ^= BinaryPrimitives.ReadUInt64LittleEndian(data[(lane * sizeof(ulong))..]);
            Permute(ref _state);
        }

        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            _state[_position / sizeof(ulong)] ^= BinaryPrimitives.ReadUInt64LittleEndian(data);
            _position += sizeof(ulong);
        }

        foreach (var value in data) Absorb(value);
    }

    /// <summary>Pads, writes the 32-byte digest and returns this value to its initial state.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 32 bytes.</exception>
    public void Finish(Span<byte> destination)
    {
        if (destination.Length < DigestLength)
            throw new ArgumentException($"A digest needs {DigestLength} bytes, not {destination.Length}.", nameof(destination));
        _state[_position / sizeof(ulong)] ^= 1UL << (8 * (_position % sizeof(ulong)));
        _state[Lanes - 1] ^= 0x80UL << 56;
        Permute(ref _state);
        for (var lane = 0; lane < DigestLength / sizeof(ulong); lane++)
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(lane * sizeof(ulong))..], _state[lane]);
        this = default;
    }

    private void Absorb(byte value)
    {
        _state[_position / sizeof(ulong)] ^= (ulong)value << (8 * (_position % sizeof(ulong)));
        if (++_position != Rate) return;
        Permute(ref _state);
        _position = 0;
    }

    // An array, not a span property: before the JIT optimises, the latter allocates on each use.
    private static readonly ulong[] _roundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
        0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>
    /// Keccak-f[1600]. The 25 lanes are locals, named a0 … a24 in the order x + 5y, so that the JIT keeps what it can in registers; an indexed
    /// state is several times slower.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Permute(ref State state)
    {
        var (a0, a1, a2, a3, a4) = (state[0], state[1], state[2], state[3], state[4]);
        var (a5, a6, a7, a8, a9) = (state[5], state[6], state[7], state[8], state[9]);
        var (a10, a11, a12, a13, a14) = (state[10], state[11], state[12], state[13], state[14]);
        var (a15, a16, a17, a18, a19) = (state[15], state[16], state[17], state[18], state[19]);
        var (a20, a21, a22, a23, a24) = (state[20], state[21], state[22], state[23], state[24]);
        foreach (var constant in _roundConstants)
        {
            var c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
            var c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
            var c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
            var c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
            var c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
            var d0 = c4 ^ BitOperations.RotateLeft(c1, 1);
            var d1 = c0 ^ BitOperations.RotateLeft(c2, 1);
            var d2 = c1 ^ BitOperations.RotateLeft(c3, 1);
            var d3 = c2 ^ BitOperations.RotateLeft(c4, 1);
            var d4 = c3 ^ BitOperations.RotateLeft(c0, 1);
            ulong b0, b1, b2, b3, b4;
            b0 = a0 ^ d0; b1 = BitOperations.RotateLeft(a6 ^ d1, 44); b2 = BitOperations.RotateLeft(a12 ^ d2, 43);
            b3 = BitOperations.RotateLeft(a18 ^ d3, 21); b4 = BitOperations.RotateLeft(a24 ^ d4, 14);
            var e0 = b0 ^ (~b1 & b2) ^ constant; var e1 = b1 ^ (~b2 & b3); var e2 = b2 ^ (~b3 & b4);
            var e3 = b3 ^ (~b4 & b0); var e4 = b4 ^ (~b0 & b1);
            b0 = BitOperations.RotateLeft(a3 ^ d3, 28); b1 = BitOperations.RotateLeft(a9 ^ d4, 20); b2 = BitOperations.RotateLeft(a10 ^ d0, 3);
            b3 = BitOperations.RotateLeft(a16 ^ d1, 45); b4 = BitOperations.RotateLeft(a22 ^ d2, 61);
            var e5 = b0 ^ (~b1 & b2); var e6 = b1 ^ (~b2 & b3); var e7 = b2 ^ (~b3 & b4);
            var e8 = b3 ^ (~b4 & b0); var e9 = b4 ^ (~b0 & b1);
            b0 = BitOperations.RotateLeft(a1 ^ d1, 1); b1 = BitOperations.RotateLeft(a7 ^ d2, 6); b2 = BitOperations.RotateLeft(a13 ^ d3, 25);
            b3 = BitOperations.RotateLeft(a19 ^ d4, 8); b4 = BitOperations.RotateLeft(a20 ^ d0, 18);
            var e10 = b0 ^ (~b1 & b2); var e11 = b1 ^ (~b2 & b3); var e12 = b2 ^ (~b3 & b4);
            var e13 = b3 ^ (~b4 & b0); var e14 = b4 ^ (~b0 & b1);
            b0 = BitOperations.RotateLeft(a4 ^ d4, 27); b1 = BitOperations.RotateLeft(a5 ^ d0, 36); b2 = BitOperations.RotateLeft(a11 ^ d1, 10);
            b3 = BitOperations.RotateLeft(a17 ^ d2, 15); b4 = BitOperations.RotateLeft(a23 ^ d3, 56);
            var e15 = b0 ^ (~b1 & b2); var e16 = b1 ^ (~b2 & b3); var e17 = b2 ^ (~b3 & b4);
            var e18 = b3 ^ (~b4 & b0); var e19 = b4 ^ (~b0 & b1);
            b0 = BitOperations.RotateLeft(a2 ^ d2, 62); b1 = BitOperations.RotateLeft(a8 ^ d3, 55); b2 = BitOperations.RotateLeft(a14 ^ d4, 39);
            b3 = BitOperations.RotateLeft(a15 ^ d0, 41); b4 = BitOperations.RotateLeft(a21 ^ d1, 2);
            var e20 = b0 ^ (~b1 & b2); var e21 = b1 ^ (~b2 & b3); var e22 = b2 ^ (~b3 & b4);
            var e23 = b3 ^ (~b4 & b0); var e24 = b4 ^ (~b0 & b1);
            a0 = e0; a1 = e1; a2 = e2; a3 = e3; a4 = e4;
            a5 = e5; a6 = e6; a7 = e7; a8 = e8; a9 = e9;
            a10 = e10; a11 = e11; a12 = e12; a13 = e13; a14 = e14;
            a15 = e15; a16 = e16; a17 = e17; a18 = e18; a19 = e19;
            a20 = e20; a21 = e21; a22 = e22; a23 = e23; a24 = e24;
        }

        (state[0], state[1], state[2], state[3], state[4]) = (a0, a1, a2, a3, a4);
        (state[5], state[6], state[7], state[8], state[9]) = (a5, a6, a7, a8, a9);
        (state[10], state[11], state[12], state[13], state[14]) = (a10, a11, a12, a13, a14);
        (state[15], state[16], state[17], state[18], state[19]) = (a15, a16, a17, a18, a19);
        (state[20], state[21], state[22], state[23], state[24]) = (a20, a21, a22, a23, a24);
    }

    [InlineArray(25)]
    private struct State
    {
        private ulong _lane;
    }
}
