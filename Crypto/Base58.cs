using System.Security.Cryptography;

namespace TPWallet.Crypto;

/// <summary>Base58 with Bitcoin's alphabet, and Base58Check: four bytes of double SHA-256 at the end.</summary>
public static class Base58
{
    /// <summary>Longest text or data taken, in characters or bytes; the conversion is quadratic.</summary>
    public const int MaximumLength = 1024;

    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const int ChecksumLength = 4;

    /// <summary>Encodes bytes; leading zero bytes become leading ones.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaximumLength"/> bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> data)
    {
        if (data.Length > MaximumLength) throw new ArgumentException($"At most {MaximumLength} bytes, not {data.Length}.", nameof(data));
        var zeros = data.IndexOfAnyExcept((byte)0);
        if (zeros < 0) zeros = data.Length;
        var digits = new byte[(data.Length * 138 / 100) + 1];
        var used = 0;
        foreach (var value in data[zeros..])
        {
            int carry = value;
            for (var index = 0; index < used || carry != 0; index++)
            {
                carry += digits[index] << 8;
                digits[index] = (byte)(carry % 58);
                carry /= 58;
                used = Math.Max(used, index + 1);
            }
        }

        Array.Reverse(digits, 0, used);
        return string.Create(zeros + used, (zeros, digits), static (text, state) =>
        {
            text[..state.zeros].Fill(Alphabet[0]);
            for (var index = state.zeros; index < text.Length; index++) text[index] = Alphabet[state.digits[index - state.zeros]];
        });
    }

    /// <summary>Decodes a text; null if a character is not in the alphabet or the text is longer than <see cref="MaximumLength"/>.</summary>
    public static byte[]? Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaximumLength) return null;
        var zeros = text.AsSpan().IndexOfAnyExcept(Alphabet[0]);
        if (zeros < 0) zeros = text.Length;
        var bytes = new byte[text.Length];
        var used = 0;
        foreach (var letter in text.AsSpan(zeros))
        {
            var carry = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            if (carry < 0) return null;
            for (var index = 0; index < used || carry != 0; index++)
            {
                carry += bytes[index] * 58;
                bytes[index] = (byte)carry;
                carry >>= 8;
                used = Math.Max(used, index + 1);
            }
        }

        Array.Reverse(bytes, 0, used);
        var result = new byte[zeros + used];
        bytes.AsSpan(0, used).CopyTo(result.AsSpan(zeros));
        CryptographicOperations.ZeroMemory(bytes);
        return result;
    }

    /// <summary>Encodes bytes with their checksum.</summary>
    public static string EncodeCheck(ReadOnlySpan<byte> payload)
    {
        var data = new byte[payload.Length + ChecksumLength];
        payload.CopyTo(data);
        Checksum(payload).CopyTo(data, payload.Length);
        var text = Encode(data);
        CryptographicOperations.ZeroMemory(data);
        return text;
    }

    /// <summary>Decodes a text and takes the checksum off; null if either is wrong.</summary>
    public static byte[]? DecodeCheck(string text)
    {
        if (Decode(text) is not { } data || data.Length < ChecksumLength) return null;
        var payload = data[..^ChecksumLength];
        var good = Checksum(payload).AsSpan().SequenceEqual(data.AsSpan(payload.Length));
        CryptographicOperations.ZeroMemory(data);
        return good ? payload : null;
    }

    private static byte[] Checksum(ReadOnlySpan<byte> payload) => Hash256.Hash(payload)[..ChecksumLength];
}
