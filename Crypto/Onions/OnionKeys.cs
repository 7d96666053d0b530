using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TPWallet.Crypto.Onions;

/// <summary>What both ends derive from secrets (BOLT-4, key generation), and the length that stands before a payload (BOLT-1, BigSize).</summary>
internal static class OnionKeys
{
    internal const int SecretLength = 32;

    /// <summary>HMAC-SHA256 of the secret under the name of its use.</summary>
    internal static byte[] Derive(ReadOnlySpan<byte> use, ReadOnlySpan<byte> secret) => HMACSHA256.HashData(use, secret);

    /// <summary>A compressed point and the secret shared over it, hashed: what blinds the point for the next hop.</summary>
    internal static byte[] Blinding(ReadOnlySpan<byte> point, ReadOnlySpan<byte> shared)
    {
        Span<byte> both = stackalloc byte[Secp256k1.CompressedLength + SecretLength];
        point.CopyTo(both);
        shared.CopyTo(both[Secp256k1.CompressedLength..]);
        return SHA256.HashData(both);
    }

    internal static int LengthOfSize(int length) => length < 0xFD ? 1 : 3;

    internal static void WriteSize(Span<byte> target, int length)
    {
        if (length < 0xFD)
        {
            target[0] = (byte)length;
            return;
        }

        target[0] = 0xFD;
        BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)length);
    }

    /// <summary>False where it is not the shortest form of a length below 65,536.</summary>
    internal static bool TryReadSize(ReadOnlySpan<byte> source, out int length)
    {
        length = source[0];
        if (source[0] < 0xFD) return true;
        length = BinaryPrimitives.ReadUInt16BigEndian(source[1..]);
        return source[0] == 0xFD && length >= 0xFD;
    }
}
