namespace TPWallet.Chains.Bitcoin;

/// <summary>Numbers of the script language: little-endian, the top bit of the last byte is the sign, zero is the empty string.</summary>
public static class ScriptNumber
{
    /// <summary>Longest operand of arithmetic in bytes.</summary>
    public const int MaxLength = 4;

    private const byte Sign = 0x80;

    /// <summary>The shortest form.</summary>
    public static byte[] Encode(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long) + 1];
        var rest = (ulong)Math.Abs(number);
        var length = 0;
        for (; rest != 0; rest >>= 8) bytes[length++] = (byte)rest;
        if (length == 0) return [];
        if ((bytes[length - 1] & Sign) != 0) length++;
        if (number < 0) bytes[length - 1] |= Sign;
        return bytes[..length].ToArray();
    }

    /// <summary>Reads the shortest form of at most so many bytes; null for anything else.</summary>
    public static long? Decode(ReadOnlySpan<byte> bytes, int maxLength = MaxLength)
    {
        if (bytes.IsEmpty) return 0;
        if (bytes.Length > maxLength || bytes.Length > sizeof(long)) return null;
        var padded = (bytes[^1] & ~Sign) == 0 && (bytes.Length == 1 || (bytes[^2] & Sign) == 0);
        if (padded) return null;
        long value = 0;
        for (var i = 0; i < bytes.Length; i++) value |= (long)(i == bytes.Length - 1 ? bytes[i] & ~Sign : bytes[i]) << (8 * i);
        return (bytes[^1] & Sign) != 0 ? -value : value;
    }
}
