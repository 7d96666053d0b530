using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// What is wrong with a value that has the form of an address or of a number and is neither: a checksum that does not hold (EIP-55) says that the address was
/// mistyped or exchanged, digits beyond 256 bits that an amount does not fit. Both have codes of their own.
/// </summary>
internal static class WrongValue
{
    /// <summary>"0x" and 40 digits.</summary>
    private const int AddressLength = 2 + (2 * Eip55.AddressLength);

    /// <summary>The refusal, or null where the reader stopped at something else.</summary>
    /// <param name="bad">Why the reader stopped, and where.</param>
    /// <param name="json">What it read.</param>
    public static Rejection? Of(JsonException bad, ReadOnlySpan<byte> json)
    {
        if (TextAt(json, bad.LineNumber ?? 0, bad.BytePositionInLine ?? 0) is not { } text) return null;
        if (text.Length >= UInt256.MaxDigits && text[0] != '0' && text.All(char.IsAsciiDigit))
            return new(RejectionCode.Overflow, $"at most {UInt256.MaxValue}", $"a number of {text.Length} digits at {bad.Path}");

        // An asset's contract stands behind its standard: eip155:1/erc20:0x…
        var from = text.IndexOf("0x", StringComparison.Ordinal);
        if (from < 0 || text.Length - from < AddressLength) return null;
        return !Eip55.TryParse(text.Substring(from, AddressLength), out _, out var badChecksum) && badChecksum
            ? new(RejectionCode.BadChecksum, "an address whose checksum holds (EIP-55); in bodies in lower case", $"another at {bad.Path}")
            : null;
    }

    /// <summary>The string that ends where the reader stopped.</summary>
    private static string? TextAt(ReadOnlySpan<byte> json, long line, long position)
    {
        for (; line > 0; line--)
        {
            var end = json.IndexOf((byte)'\n');
            if (end < 0) return null;
            json = json[(end + 1)..];
        }

        if (position > json.Length || position < 1 || json[(int)position - 1] != (byte)'"') return null;
        var start = json[..((int)position - 1)].LastIndexOf((byte)'"');
        return start < 0 ? null : System.Text.Encoding.UTF8.GetString(json[(start + 1)..((int)position - 1)]);
    }
}
