using System.Diagnostics.CodeAnalysis;

namespace TPWallet.Crypto;

/// <summary>Which constant ends the checksum.</summary>
public enum Bech32Variant
{
    /// <summary>BIP-173, for segregated-witness version 0.</summary>
    Bech32,

    /// <summary>BIP-350, for witness versions 1 to 16.</summary>
    Bech32m,
}

/// <summary>Why a text is not Bech32.</summary>
public enum Bech32Fault
{
    /// <summary>It is Bech32.</summary>
    None,

    /// <summary>Too long, no separator, an empty or bad prefix, a checksum that is too short, or mixed case.</summary>
    Form,

    /// <summary>A character that is not in the alphabet.</summary>
    Character,

    /// <summary>The checksum fits neither variant.</summary>
    Checksum,
}

/// <summary>A decoded text: its checksum's variant, the prefix in lower case, and the data in groups of five bits without the checksum.</summary>
public sealed record Bech32Text(Bech32Variant Variant, string Prefix, ImmutableArray<byte> Groups);

/// <summary>Bech32 (BIP-173) and Bech32m (BIP-350): a prefix, the digit 1, groups of five bits and a checksum of six characters.</summary>
public static class Bech32
{
    /// <summary>Longest text in characters: beyond it the checksum no longer finds every four errors (BIP-173).</summary>
    public const int MaximumLength = 90;

    private const int ChecksumLength = 6;
    private const uint Bech32Constant = 1;
    private const uint Bech32mConstant = 0x2bc830a3;
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    /// <summary>Writes groups of five bits (each 0 to 31) under a prefix, in lower case.</summary>
    /// <param name="most">Longest text in characters; what is longer than <see cref="MaximumLength"/> needs more than the checksum to be told from another text.</param>
    /// <exception cref="ArgumentException">The prefix is empty or not lower-case printable ASCII, a group is above 31 or the text is too long.</exception>
    public static string Encode(Bech32Variant variant, string prefix, ReadOnlySpan<byte> groups, int most = MaximumLength)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length == 0 || prefix.AsSpan().ContainsAnyExceptInRange('!', '~') || prefix.AsSpan().ContainsAnyInRange('A', 'Z'))
            throw new ArgumentException("A prefix is lower-case printable ASCII.", nameof(prefix));
        if (prefix.Length + 1 + groups.Length + ChecksumLength > most) throw new ArgumentException($"A text has at most {most} characters.", nameof(groups));
        if (groups.ContainsAnyExceptInRange((byte)0, (byte)31)) throw new ArgumentException("A group has five bits.", nameof(groups));
        var check = Prefix(prefix);
        foreach (var group in groups) check = Step(check, group);
        for (var i = 0; i < ChecksumLength; i++) check = Step(check, 0);
        check ^= Constant(variant);
        Span<char> text = new char[prefix.Length + 1 + groups.Length + ChecksumLength];
        prefix.CopyTo(text);
        text[prefix.Length] = '1';
        var at = prefix.Length + 1;
        foreach (var group in groups) text[at++] = Alphabet[group];
        for (var i = ChecksumLength - 1; i >= 0; i--) text[at++] = Alphabet[(int)((check >> (5 * i)) & 31)];
        return new string(text);
    }

    /// <summary>Reads a text of either variant.</summary>
    /// <param name="most">As of <see cref="Encode"/>.</param>
    public static bool TryDecode(string text, [NotNullWhen(true)] out Bech32Text? decoded, out Bech32Fault fault, int most = MaximumLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        decoded = null;
        fault = Bech32Fault.Form;
        var separator = text.LastIndexOf('1');
        if (text.Length > most || separator < 1 || separator + 1 + ChecksumLength > text.Length) return false;
        if (text.AsSpan().ContainsAnyInRange('a', 'z') && text.AsSpan().ContainsAnyInRange('A', 'Z')) return false;
        if (text.AsSpan(0, separator).ContainsAnyExceptInRange('!', '~')) return false;
        var lower = text.ToLowerInvariant();
        var prefix = lower[..separator];
        var check = Prefix(prefix);
        var groups = new byte[text.Length - separator - 1];
        fault = Bech32Fault.Character;
        for (var i = 0; i < groups.Length; i++)
        {
            var value = Alphabet.IndexOf(lower[separator + 1 + i], StringComparison.Ordinal);
            if (value < 0) return false;
            groups[i] = (byte)value;
            check = Step(check, groups[i]);
        }

        fault = Bech32Fault.Checksum;
        if (check is not (Bech32Constant or Bech32mConstant)) return false;
        fault = Bech32Fault.None;
        var variant = check == Bech32Constant ? Bech32Variant.Bech32 : Bech32Variant.Bech32m;
        decoded = new(variant, prefix, [.. groups[..^ChecksumLength]]);
        return true;
    }

    /// <summary>Bytes as groups of five bits, the last one filled with zeros.</summary>
    public static byte[] ToGroups(ReadOnlySpan<byte> bytes)
    {
        var groups = new byte[((bytes.Length * 8) + 4) / 5];
        var (bits, held, at) = (0u, 0, 0);
        foreach (var value in bytes)
        {
            bits = ((bits << 8) | value) & 0xfff;
            for (held += 8; held >= 5; held -= 5) groups[at++] = (byte)((bits >> (held - 5)) & 31);
        }

        if (held > 0) groups[at] = (byte)((bits << (5 - held)) & 31);
        return groups;
    }

    /// <summary>The bytes of groups of five bits; null if more than four bits are left over or one of them is set (BIP-173).</summary>
    public static byte[]? FromGroups(ReadOnlySpan<byte> groups)
    {
        var bytes = new byte[groups.Length * 5 / 8];
        var (bits, held, at) = (0u, 0, 0);
        foreach (var value in groups)
        {
            bits = ((bits << 5) | value) & 0xfff;
            held += 5;
            if (held < 8) continue;
            held -= 8;
            bytes[at++] = (byte)(bits >> held);
        }

        return held < 5 && (bits & ((1u << held) - 1)) == 0 ? bytes : null;
    }

    private static uint Constant(Bech32Variant variant) => variant == Bech32Variant.Bech32 ? Bech32Constant : Bech32mConstant;

    private static uint Prefix(string prefix)
    {
        var check = 1u;
        foreach (var letter in prefix) check = Step(check, (uint)letter >> 5);
        check = Step(check, 0);
        foreach (var letter in prefix) check = Step(check, (uint)letter & 31);
        return check;
    }

    /// <summary>One step of the BCH code over GF(32) with BIP-173's generator.</summary>
    private static uint Step(uint check, uint value)
    {
        var top = check >> 25;
        check = ((check & 0x1ffffff) << 5) ^ value;
        if ((top & 1) != 0) check ^= 0x3b6a57b2;
        if ((top & 2) != 0) check ^= 0x26508e6d;
        if ((top & 4) != 0) check ^= 0x1ea119fa;
        if ((top & 8) != 0) check ^= 0x3d4233dd;
        if ((top & 16) != 0) check ^= 0x2a1462b3;
        return check;
    }
}
