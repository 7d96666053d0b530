using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>
/// A party as a profile remembers it: 64 bits of a hash that only means this party to this profile, and the first and last four characters of its text, which is
/// what a person compares.
/// </summary>
public readonly record struct PartyMark(ulong Hash, uint Head, uint Tail)
{
    /// <summary>Characters kept of each end.</summary>
    public const int EndLength = 4;

    private static readonly string[] Prefixes = ["0x", "bc1q", "bc1p", "tb1q", "tb1p", "bcrt1q", "bcrt1p"];

    public static PartyMark Of(string profile, string party)
    {
        Span<byte> text = stackalloc byte[1024];
        var length = Encoding.UTF8.GetMaxByteCount(profile.Length + party.Length + 1);
        if (length > text.Length) text = new byte[length];
        length = Encoding.UTF8.GetBytes(profile, text);
        text[length++] = 0;
        length += Encoding.UTF8.GetBytes(party, text[length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        var shown = Shown(party);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(hash), Pack(shown[..Math.Min(EndLength, shown.Length)]), Pack(shown[^Math.Min(EndLength, shown.Length)..]));
    }

    /// <summary>A hash of anything, as a profile keeps it.</summary>
    public static ulong HashOf(string profile, string text) => Of(profile, text).Hash;

    /// <summary>Characters that both share at the ends; 0 unless at least two at each, or when they are the same party (<see cref="RiskSignal.LookAlike"/>).</summary>
    public int LookAlike(PartyMark other)
    {
        if (Hash == other.Hash) return 0;
        var head = BitOperations.LeadingZeroCount(Head ^ other.Head) / 8;
        var tail = BitOperations.TrailingZeroCount(Tail ^ other.Tail) / 8;
        return head >= 2 && tail >= 2 ? head + Math.Min(tail, EndLength) : 0;
    }

    private static ReadOnlySpan<char> Shown(string party)
    {
        foreach (var prefix in Prefixes)
            if (party.StartsWith(prefix, StringComparison.Ordinal)) return party.AsSpan(prefix.Length);
        return party;
    }

    private static uint Pack(ReadOnlySpan<char> end)
    {
        uint packed = 0;
        foreach (var c in end) packed = (packed << 8) | (byte)c;
        return packed;
    }
}
