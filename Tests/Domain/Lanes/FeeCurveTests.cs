using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Lanes;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>The fee curve as a function (field note 26: a wrong deadline must not spend the budget at once).</summary>
public sealed class FeeCurveTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(10, 11)]
    [InlineData(11, 13)]
    [InlineData(100, 110)]
    public void Bump_Any_IsTheSmallestFeeThatNodesTakeAsReplacement(ulong fee, ulong bumped) => FeeCurve.Bump(fee).Should().Be((UInt256)bumped);

    [Fact]
    public void Bump_Random_RisesByTenPercent() => Check(Gen.Choose(0, int.MaxValue), fee =>
        ((BigInteger)FeeCurve.Bump((ulong)fee) * 100).Should()
            .BeGreaterThanOrEqualTo((BigInteger)fee * 110).And.BeGreaterThan((BigInteger)fee * 100));

    [Fact]
    public void Allowance_Random_StaysBetweenFirstAndCeilingAndNeverFalls() => Check(Gen.Choose(0, 1_000_000).ArrayOf(5), x =>
    {
        UInt256 first = (ulong)x[0], ceiling = (ulong)x[1];
        var (start, deadline) = (new Instant(1_000 + x[2]), new Instant(1_000 + x[3]));
        var now = new Instant(1_000 + x[4]);
        var allowed = FeeCurve.Allowance(first, ceiling, start, deadline, now);
        allowed.Should().BeGreaterThanOrEqualTo(first).And.BeLessThanOrEqualTo(UInt256.Max(first, ceiling));
        FeeCurve.Allowance(first, ceiling, start, deadline, now + Span.Seconds(1)).Should().BeGreaterThanOrEqualTo(allowed);
        if (now <= start) allowed.Should().Be(first, "nothing of the budget is spent before time passed, wherever the deadline lies");
    });

    [Fact]
    public void Replacement_Random_IsInsideWhatIsAllowedOrNotMade() => Check(Gen.Choose(1, 1_000_000).ArrayOf(5), x =>
    {
        var newest = new GasTerms(21_000, (ulong)x[0] + 1, (ulong)Math.Min(x[0], x[1]));
        var market = new LaneFacts(Start, 0, Ether, (ulong)x[2], (ulong)x[3], false);
        UInt256 allowed = (ulong)x[4] * 40_000;
        if (FeeCurve.Replacement(newest, market, allowed) is not { } next)
        {
            var bump = (BigInteger)FeeCurve.Bump(newest.MaxFeePerGas) * 21_000;
            bump.Should().BeGreaterThan((BigInteger)allowed, "only a bump beyond what is allowed is not made");
            return;
        }

        next.WorstFee.Should().BeLessThanOrEqualTo(allowed);
        next.MaxFeePerGas.Should().BeGreaterThanOrEqualTo(FeeCurve.Bump(newest.MaxFeePerGas));
        next.MaxPriorityFeePerGas.Should().BeLessThanOrEqualTo(next.MaxFeePerGas)
            .And.BeGreaterThanOrEqualTo(FeeCurve.Bump(newest.MaxPriorityFeePerGas));
    });

    [Fact]
    public void NoOp_AfterAnySpendOfTheCurve_ReplacesItInsideTheBudget() => Check(Gen.Choose(1, 1_000_000), gwei =>
    {
        UInt256 budget = (ulong)gwei * 21_000;
        var fee = FeeCurve.SpendCeiling(budget) / 21_000;
        var noOp = FeeCurve.NoOp(new(21_000, fee, fee), null, budget);
        noOp.MaxFeePerGas.Should().BeGreaterThanOrEqualTo(FeeCurve.Bump(fee), "field note 3: the cap never blocks the unblocker");

        // Whole wei per gas: rounding up may cost one wei per gas more than the budget's last one.
        ((BigInteger)noOp.WorstFee).Should().BeLessThanOrEqualTo((BigInteger)budget + 21_000);
    });

    [Fact]
    public void NoOp_DearMarket_PaysNoMoreThanTheBudgetBeyondTheBump() // field note 25
    {
        var market = new LaneFacts(Start, 0, Ether, 1_000_000, 10, false);
        FeeCurve.NoOp(new(60_000, 100, 10), market, 21_000 * 500).WorstFee.Should().Be(21_000 * 500);
        FeeCurve.NoOp(new(60_000, 1_000, 10), market, 21_000 * 500).MaxFeePerGas.Should().Be(1_100);
    }

    private static void Check<T>(Gen<T> gen, Action<T> holds) => Prop.ForAll(gen.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure);
}
