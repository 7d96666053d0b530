using System.Numerics;

namespace TPWallet.Chains.Bitcoin;

/// <summary>The rules of work of one network (Bitcoin Core's chainparams).</summary>
/// <param name="Limit">The easiest target.</param>
/// <param name="Retargets">Whether the target changes every 2016 blocks.</param>
public sealed record WorkRules(BigInteger Limit, bool Retargets)
{
    /// <summary>Blocks from one change of the target to the next.</summary>
    public const int Interval = 2016;

    /// <summary>Seconds that so many blocks should take: two weeks.</summary>
    public const uint TimespanSeconds = 14 * 24 * 60 * 60;

    /// <summary>How many times the target changes at most, either way.</summary>
    public const uint MostChange = 4;

    /// <summary>Blocks whose median time the next block must pass.</summary>
    public const int MedianBlocks = 11;

    /// <summary>Seconds that a block may be ahead of one's own clock.</summary>
    public const uint MostAheadSeconds = 2 * 60 * 60;

    /// <summary>The rules of the network with value.</summary>
    public static WorkRules Mainnet { get; } = new(((BigInteger)0xffff) << 208, Retargets: true);

    /// <summary>A private chain: every second hash will do, for ever.</summary>
    public static WorkRules Regtest { get; } = new(((BigInteger)0x7fffff) << 232, Retargets: false);

    /// <summary>The bits after a period that took so many seconds, from the bits within it.</summary>
    public uint Retarget(uint bits, long tookSeconds)
    {
        if (!Retargets) return bits;
        var took = Math.Clamp(tookSeconds, TimespanSeconds / MostChange, TimespanSeconds * MostChange);
        var target = CompactTarget.Decode(bits).Value * took / TimespanSeconds;
        return CompactTarget.Encode(BigInteger.Min(target, Limit));
    }
}

/// <summary>
/// A header whose work was checked, and what the next one is judged by.
/// </summary>
/// <param name="Header">The header.</param>
/// <param name="Height">Its height.</param>
/// <param name="Work">All work up to it, itself included.</param>
/// <param name="PeriodStart">The time of the first block of its period of 2016.</param>
/// <param name="Times">The times of the last 11 blocks, itself last.</param>
public sealed record HeaderTip(BitcoinHeader Header, int Height, BigInteger Work, uint PeriodStart, Items<uint> Times)
{
    /// <summary>The median of the last 11 times (BIP-113).</summary>
    public uint MedianTime => Times.Order().ElementAt(Times.Count / 2);

    /// <summary>A header that is believed without proof, with the work, times and period that go with it: where a chain begins.</summary>
    public static HeaderTip Trusted(BitcoinHeader header, int height, BigInteger work, uint periodStart, Items<uint> timesBefore) =>
        new(header, height, work, periodStart, Last([.. timesBefore, header.Time]));

    internal static Items<uint> Last(IReadOnlyList<uint> times) => new([.. times.Skip(times.Count - WorkRules.MedianBlocks)]);
}

/// <summary>
/// The proof level "work": a chain of headers that costs what it shows. Codes: header.parent, header.bits, header.target, header.work, header.time-old,
/// header.time-ahead.
/// </summary>
public static class HeaderChain
{
    /// <summary>The tip with one header more, or why the header does not follow.</summary>
    /// <param name="rules">The network's rules.</param>
    /// <param name="tip">The header before.</param>
    /// <param name="header">The header to judge.</param>
    /// <param name="nowSeconds">One's own clock, seconds since 1970.</param>
    public static Decoded<HeaderTip> Extend(WorkRules rules, HeaderTip tip, BitcoinHeader header, long nowSeconds)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(tip);
        ArgumentNullException.ThrowIfNull(header);
        if (header.Parent != tip.Header.Hash()) return new DecodeRefusal("header.parent", $"{tip.Header.Hash()}", $"{header.Parent}");
        var (height, begins) = (tip.Height + 1, (tip.Height + 1) % WorkRules.Interval == 0);
        var bits = begins ? rules.Retarget(tip.Header.Bits, (long)tip.Header.Time - tip.PeriodStart) : tip.Header.Bits;
        if (header.Bits != bits) return new DecodeRefusal("header.bits", $"0x{bits:x8}", $"0x{header.Bits:x8}");
        if (CheckWork(rules, header) is { } refusal) return refusal;
        if (header.Time <= tip.MedianTime) return new DecodeRefusal("header.time-old", $"a time after {tip.MedianTime}", $"{header.Time}");
        if (header.Time > nowSeconds + WorkRules.MostAheadSeconds)
            return new DecodeRefusal("header.time-ahead", $"a time up to {nowSeconds + WorkRules.MostAheadSeconds}", $"{header.Time}");
        var work = tip.Work + CompactTarget.Work(CompactTarget.Decode(header.Bits).Value);
        return new HeaderTip(header, height, work, begins ? header.Time : tip.PeriodStart, HeaderTip.Last([.. tip.Times, header.Time]));
    }

    /// <summary>Why the header's hash is no proof of work for its own bits, or null.</summary>
    public static DecodeRefusal? CheckWork(WorkRules rules, BitcoinHeader header)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(header);
        if (!CompactTarget.Decode(header.Bits).TryGet(out var target, out var refusal)) return refusal;
        if (target > rules.Limit) return new("header.target", "a target within the network's limit", $"0x{header.Bits:x8}");
        var hash = header.Hash();
        var value = new BigInteger(hash.ToArray(), isUnsigned: true, isBigEndian: false);
        return value <= target ? null : new("header.work", $"a hash of at most 0x{header.Bits:x8}", $"{hash}");
    }

    /// <summary>The tip with more work; of two alike the one that was known first, as every node decides.</summary>
    public static HeaderTip MostWork(HeaderTip first, HeaderTip later)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(later);
        return later.Work > first.Work ? later : first;
    }
}
