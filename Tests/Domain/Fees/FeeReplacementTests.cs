using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Fees;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Fees;

/// <summary>How versions follow each other, as functions.</summary>
public sealed class FeeReplacementTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(10, 11)]
    [InlineData(11, 13)]
    [InlineData(100, 110)]
    public void Bump_Any_IsTheSmallestFeeThatNodesTakeAsReplacement(ulong fee, ulong bumped) => FeeReplacement.Bump(fee).Should().Be((UInt256)bumped);

    [Fact]
    public void Bump_Random_RisesByTenPercent() => Check(Gen.Choose(0, int.MaxValue), fee =>
        ((BigInteger)FeeReplacement.Bump((ulong)fee) * 100).Should()
            .BeGreaterThanOrEqualTo((BigInteger)fee * 110).And.BeGreaterThan((BigInteger)fee * 100));

    [Fact]
    public void Force_Random_IsInsideTheCeilingOrNotMade() => Check(Gen.Choose(1, 1_000_000).ArrayOf(5), x =>
    {
        var newest = new GasTerms(21_000, (ulong)x[0] + 1, (ulong)Math.Min(x[0], x[1]));
        var bid = new FeeBid(4, (ulong)x[2], (ulong)x[3]);
        UInt256 ceiling = (ulong)x[4] * 40_000;
        if (FeeReplacement.Force(newest, bid, ceiling) is not { } next)
        {
            var bump = (BigInteger)FeeReplacement.Bump(newest.MaxFeePerGas) * 21_000;
            bump.Should().BeGreaterThan((BigInteger)ceiling, "only a bump beyond the ceiling is not made");
            return;
        }

        next.WorstFee.Should().BeLessThanOrEqualTo(ceiling);
        next.MaxFeePerGas.Should().BeGreaterThanOrEqualTo(FeeReplacement.Bump(newest.MaxFeePerGas));
        next.MaxPriorityFeePerGas.Should().BeLessThanOrEqualTo(next.MaxFeePerGas)
            .And.BeGreaterThanOrEqualTo(FeeReplacement.Bump(newest.MaxPriorityFeePerGas));
        FeeReplacement.Follow(newest, bid, ceiling).Should().Be(bid.MaxFeePerGas >= FeeReplacement.Bump(newest.MaxFeePerGas) ? next : null, "a bid that is no bump is not followed");
    });

    [Fact]
    public void NoOp_AfterAnySpendOfTheCurve_ReplacesItInsideTheBudget() => Check(Gen.Choose(1, 1_000_000), gwei =>
    {
        UInt256 budget = (ulong)gwei * 21_000;
        var fee = FeeReplacement.SpendCeiling(budget) / 21_000;
        var noOp = FeeReplacement.NoOp(new(21_000, fee, fee), null, budget);
        noOp.MaxFeePerGas.Should().BeGreaterThanOrEqualTo(FeeReplacement.Bump(fee), "field note 3: the cap never blocks the unblocker");

        // Whole wei per gas: rounding up may cost one wei per gas more than the budget's last one.
        ((BigInteger)noOp.WorstFee).Should().BeLessThanOrEqualTo((BigInteger)budget + 21_000);
    });

    [Fact]
    public void NoOp_DearMarket_PaysNoMoreThanTheBudgetBeyondTheBump() // field note 25
    {
        var market = new FeeBid(4, 2_000_010, 10);
        FeeReplacement.NoOp(new(60_000, 100, 10), market, 21_000 * 500).WorstFee.Should().Be(21_000 * 500);
        FeeReplacement.NoOp(new(60_000, 1_000, 10), market, 21_000 * 500).MaxFeePerGas.Should().Be(1_100);
    }

    private static void Check<T>(Gen<T> gen, Action<T> holds) => Prop.ForAll(gen.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure);
}
