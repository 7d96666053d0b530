using System.Numerics;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>Whole-number statistics: the same bits on every machine. Logarithms are in 256ths of a doubling, z-scores in thousandths.</summary>
public static class FixedPoint
{
    /// <summary>One doubling.</summary>
    public const int Doubling = 256;

    /// <summary>Most numbers that <see cref="RobustZ"/> looks at.</summary>
    public const int MaxSample = 64;

    // 0.6745 is the upper quartile of the normal distribution: it makes the median deviation comparable with a standard deviation.
    private const long QuartilePerMille = 674;

    /// <summary>The binary logarithm, linear between powers of two: 0 for 0 and 1, at most 65,535. It grows with the number.</summary>
    public static ushort Log2(UInt256 value)
    {
        if (value <= UInt256.One) return 0;
        var (word, below, high) = value.High3 != 0 ? (value.High3, value.High2, 192)
            : value.High2 != 0 ? (value.High2, value.High1, 128)
            : value.High1 != 0 ? (value.High1, value.Low, 64) : (value.Low, 0UL, 0);
        var top = BitOperations.Log2(word);

        // The eight bits below the highest one, taken from the next word where this one is too short.
        var wide = ((UInt128)word << 64) | below;
        var fraction = (int)((wide >> (64 + top - 8)) & 0xFF);
        return (ushort)(((high + top) * Doubling) + fraction);
    }

    /// <summary>The lower median; 0 of nothing.</summary>
    public static int Median(ReadOnlySpan<ushort> sample)
    {
        if (sample.IsEmpty) return 0;
        Span<int> sorted = stackalloc int[Math.Min(sample.Length, MaxSample)];
        for (var i = 0; i < sorted.Length; i++) sorted[i] = sample[i];
        sorted.Sort();
        return sorted[(sorted.Length - 1) / 2];
    }

    /// <summary>
    /// How far a value lies above the median of a sample, in median deviations (Iglewicz and Hoaglin, modified z-score), in thousandths. 0 when it is not above.
    /// </summary>
    /// <param name="scaleFloor">The least deviation, so that a sample of equal numbers does not make every other one an outlier.</param>
    public static long RobustZ(long value, ReadOnlySpan<ushort> sample, int scaleFloor)
    {
        var median = Median(sample);
        if (value <= median) return 0;
        Span<ushort> deviations = stackalloc ushort[Math.Min(sample.Length, MaxSample)];
        for (var i = 0; i < deviations.Length; i++) deviations[i] = (ushort)Math.Abs(sample[i] - median);
        return QuartilePerMille * (value - median) / Math.Max(Math.Max(Median(deviations), scaleFloor), 1);
    }

    /// <summary>The greatest number whose square is not above the value.</summary>
    public static long Root(long value)
    {
        if (value <= 0) return 0;
        var root = 1L << ((BitOperations.Log2((ulong)value) / 2) + 1);
        while (true)
        {
            // Newton's method from above falls until it is there.
            var next = (root + (value / root)) / 2;
            if (next >= root) return root;
            root = next;
        }
    }

    /// <summary><paramref name="value"/> × 1000 ÷ <paramref name="of"/>, at most <paramref name="max"/>; the maximum also of something in nothing.</summary>
    public static uint PerMille(UInt256 value, UInt256 of, uint max)
    {
        if (value.IsZero) return 0;
        if (of.IsZero) return max;
        UInt256 share;
        if ((value.High3 | value.High2 | of.High3 | of.High2) == 0 && value.High1 >> 48 == 0)
            share = Narrow(((((UInt128)value.High1 << 64) | value.Low) * 1000) / (((UInt128)of.High1 << 64) | of.Low));
        else
            share = (BigInteger)value * 1000 / of is var wide && wide > max ? max : (UInt256)wide;
        return share > max ? max : (uint)share.Low;
    }

    /// <summary>The sum, or the greatest number.</summary>
    public static uint Add(uint left, uint right) => left > uint.MaxValue - right ? uint.MaxValue : left + right;

    private static UInt256 Narrow(UInt128 value) => new(0, 0, (ulong)(value >> 64), (ulong)value);
}
