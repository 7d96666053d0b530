namespace TPWallet.Domain.Routing;

/// <summary>
/// Binary logarithms and half-lives in integers: the same on every machine. The tables hold 32 bits of fraction; between them values are
/// interpolated, so that both stay monotone.
/// </summary>
public static class FixedPoint
{
    /// <summary>Bits of fraction of a logarithm.</summary>
    public const int LogBits = 16;

    /// <summary>Least error of a logarithm to count on, in units of 2^-16: rounding and interpolation.</summary>
    public const int LogError = 2;

    private const int LogTableBits = 9;
    private const int DecayTableBits = 6;
    private const int TableFraction = 32;

    // 2^(-1/64) with 63 bits of fraction: a half, rooted six times.
    private const ulong DecayStep = 9_124_017_994_966_720_698;

    private static readonly ulong[] LogTable = [.. Enumerable.Range(0, (1 << LogTableBits) + 1).Select(static index => LogOfStep(index))];
    private static readonly ulong[] DecayTable = DecaySteps();

    /// <summary>log2 of a value above zero, with 16 bits of fraction, rounded down to within <see cref="LogError"/>.</summary>
    public static uint Log2(UInt128 value)
    {
        int whole;
        ulong top;
        var upper = (ulong)(value >> 64);
        if (upper == 0)
        {
            var zeros = System.Numerics.BitOperations.LeadingZeroCount((ulong)value);
            whole = 63 - zeros;
            top = (ulong)value << (zeros & 63);
        }
        else
        {
            var zeros = System.Numerics.BitOperations.LeadingZeroCount(upper);
            whole = 127 - zeros;
            top = (ulong)((value << zeros) >> 64);
        }

        var index = (int)((top >> (63 - LogTableBits)) & ((1 << LogTableBits) - 1));
        var rest = (top >> (63 - LogTableBits - TableFraction)) & uint.MaxValue;
        var low = LogTable[index];
        var fraction = low + (((LogTable[index + 1] - low) * rest) >> TableFraction);
        return ((uint)whole << LogBits) + (uint)(fraction >> (TableFraction - LogBits));
    }

    /// <summary>What is left of a value after a time: half of it after each half-life, rounded down.</summary>
    public static UInt128 Decay(UInt128 value, ulong elapsed, uint halfLife)
    {
        var halves = elapsed / halfLife;
        if (halves >= 128) return UInt128.Zero;
        var share = (elapsed % halfLife << TableFraction) / halfLife;
        var index = (int)(share >> (TableFraction - DecayTableBits));
        var rest = share & ((1UL << (TableFraction - DecayTableBits)) - 1);
        var high = DecayTable[index];
        var factor = high - (((high - DecayTable[index + 1]) * rest) >> (TableFraction - DecayTableBits));
        return Scale(value, factor) >> (int)halves;
    }

    // value × factor ÷ 2^32; the factor is at most 2^32.
    private static UInt128 Scale(UInt128 value, ulong factor)
    {
        var low = (UInt128)(ulong)value * factor;
        var high = (value >> 64) * factor;
        return (high << (64 - TableFraction)) + (low >> TableFraction);
    }

    // log2(1 + index/512), digit by digit: squaring doubles a logarithm.
    private static ulong LogOfStep(int index)
    {
        if (index == 1 << LogTableBits) return 1UL << TableFraction;
        var x = (1UL << 63) + ((ulong)index << (63 - LogTableBits));
        var digits = 0UL;
        for (var i = 0; i < TableFraction; i++)
        {
            var square = (UInt128)x * x;
            var over = square >> 127 != 0;
            x = (ulong)(square >> (over ? 64 : 63));
            digits = (digits << 1) | (over ? 1UL : 0);
        }

        return digits;
    }

    private static ulong[] DecaySteps()
    {
        var steps = new ulong[(1 << DecayTableBits) + 1];
        var power = 1UL << 63;
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = power >> (63 - TableFraction);
            power = (ulong)(((UInt128)power * DecayStep) >> 63);
        }

        steps[^1] = 1UL << (TableFraction - 1);
        return steps;
    }
}
