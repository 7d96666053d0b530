using System.Security.Cryptography;

namespace TPWallet.Crypto.KeyStores;

/// <summary>AES in counter mode with a 128-bit big-endian counter (NIST SP 800-38A, 6.5), which .NET lacks; built on its ECB.</summary>
internal static class Aes128Ctr
{
    private const int BlockLength = 16;

    internal static void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> input, Span<byte> output)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        Span<byte> counter = stackalloc byte[BlockLength];
        Span<byte> stream = stackalloc byte[BlockLength];
        iv.CopyTo(counter);
        for (var offset = 0; offset < input.Length; offset += BlockLength)
        {
            aes.EncryptEcb(counter, stream, PaddingMode.None);
            for (var index = offset; index < Math.Min(offset + BlockLength, input.Length); index++)
                output[index] = (byte)(input[index] ^ stream[index - offset]);
            // The counter wraps over all 128 bits.
            for (var index = BlockLength - 1; index >= 0 && ++counter[index] == 0; index--)
            {
            }
        }

        CryptographicOperations.ZeroMemory(stream);
    }
}
