namespace TPWallet.Chains.Bitcoin;

/// <summary>The checksum of descriptors: eight characters after # that find every error of up to four characters (BIP-380).</summary>
public static class DescriptorChecksum
{
    /// <summary>Length in characters.</summary>
    public const int Length = 8;

    private const string Symbols = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    /// <summary>The checksum of a text without one; null if a character has no place in descriptors.</summary>
    public static string? Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (check, group, held) = (1UL, 0, 0);
        foreach (var letter in text)
        {
            var position = Symbols.IndexOf(letter, StringComparison.Ordinal);
            if (position < 0) return null;
            check = Step(check, (uint)position & 31);
            group = (group * 3) + (position >> 5);
            if (++held < 3) continue;
            check = Step(check, (uint)group);
            (group, held) = (0, 0);
        }

        if (held > 0) check = Step(check, (uint)group);
        for (var i = 0; i < Length; i++) check = Step(check, 0);
        check ^= 1;
        return string.Create(Length, check, static (result, final) =>
        {
            for (var i = 0; i < result.Length; i++) result[i] = Alphabet[(int)((final >> (5 * (result.Length - 1 - i))) & 31)];
        });
    }

    private static ulong Step(ulong check, uint value)
    {
        var top = check >> 35;
        check = ((check & 0x7ffffffff) << 5) ^ value;
        if ((top & 1) != 0) check ^= 0xf5dee51989;
        if ((top & 2) != 0) check ^= 0xa9fdca3312;
        if ((top & 4) != 0) check ^= 0x1bab10e32d;
        if ((top & 8) != 0) check ^= 0x3706b1677a;
        if ((top & 16) != 0) check ^= 0x644d626ffd;
        return check;
    }
}
