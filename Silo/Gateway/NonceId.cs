using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// 128 bits that stand for a nonce: a fixed size whatever its length, by multiplication under keys of this process, so that nobody can aim at two nonces
/// that meet. Were two to meet, a fresh request of that key would be refused; equal nonces always meet, so that no replay passes.
/// </summary>
internal readonly record struct NonceId(ulong High, ulong Low)
{
    private const int Step = 2 * sizeof(ulong);
    private static readonly ulong[] _keys = MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(4 * sizeof(ulong))).ToArray();

    /// <summary>The id of a nonce of any length; never the default.</summary>
    public static NonceId Of(string nonce)
    {
        scoped var rest = MemoryMarshal.AsBytes(nonce.AsSpan());
        var (high, low) = (_keys[0] ^ (ulong)rest.Length, _keys[1]);
        Span<byte> last = stackalloc byte[Step];
        while (!rest.IsEmpty)
        {
            if (rest.Length < Step)
            {
                last.Clear();
                rest.CopyTo(last);
                rest = last;
            }

            var (left, right) = (BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[sizeof(ulong)..]));
            (high, low) = (Mix(high ^ left, _keys[2] ^ right), Mix(low ^ right, _keys[3] ^ left));
            rest = rest[Step..];
        }

        return new(Mix(high, _keys[1]), Mix(low, _keys[0]) | 1);
    }

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
