using TPWallet.Domain.Routing;

namespace TPWallet.Tests.Domain.Routing;

/// <summary>Beside the machine's floating point, which the domain does not use.</summary>
public sealed class FixedPointTests
{
    private const double Unit = 1 << FixedPoint.LogBits;

    [Fact]
    public void Log2_IsTheLogarithm_AndNeverFalls()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var value = Any(random);
            var log = FixedPoint.Log2(value);
            (log / Unit).Should().BeApproximately(Math.Log2((double)value), FixedPoint.LogError / Unit, "{0}", value);
            FixedPoint.Log2(value + 1).Should().BeGreaterThanOrEqualTo(log, "{0}", value);
        }

        for (var power = 0; power < 120; power++) FixedPoint.Log2(UInt128.One << power).Should().Be((uint)power << FixedPoint.LogBits);
    }

    [Fact]
    public void Decay_HalvesInEachHalfLife_AndNeverRises()
    {
        var random = new Random(2);
        for (var i = 0; i < 50_000; i++)
        {
            var (value, halfLife) = (Any(random), (uint)random.Next(1, 1_000_000));
            var elapsed = (ulong)random.NextInt64(halfLife * 10L);
            var left = FixedPoint.Decay(value, elapsed, halfLife);
            ((double)left).Should().BeApproximately((double)value * Math.Pow(2, -(double)elapsed / halfLife), ((double)value * 2e-5) + 1);
            FixedPoint.Decay(value, elapsed + 1, halfLife).Should().BeLessThanOrEqualTo(left);
        }

        FixedPoint.Decay(1000, 0, 60).Should().Be((UInt128)1000);
        FixedPoint.Decay(1000, 60, 60).Should().Be((UInt128)500);
        FixedPoint.Decay(1000, 180, 60).Should().Be((UInt128)125);
        FixedPoint.Decay(UInt128.MaxValue, ulong.MaxValue, 1).Should().Be(UInt128.Zero);
    }

    private static UInt128 Any(Random random) => (new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) >> random.Next(8, 127)) + 1;
}
