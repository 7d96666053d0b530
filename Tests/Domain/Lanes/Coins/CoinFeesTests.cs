using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>The machine's own measures against those of the codecs.</summary>
public sealed class CoinFeesTests
{
    [Fact]
    public void VirtualBytes_OfAnyTransactionOfALane_AreThoseOfTheCodec()
    {
        var script = OutputScript.Witness(0, new byte[20]);
        for (var inputs = 1; inputs <= CoinFees.MaxInputs; inputs++)
        {
            for (var outputs = 1; outputs <= 2; outputs++)
            {
                var weight = TransactionSize.Weight(
                    [.. Enumerable.Repeat(InputSize.WitnessPubKeyHash, inputs)], [.. Enumerable.Repeat(script, outputs)]);
                CoinFees.VirtualBytes(inputs, outputs).Should().Be((int)TransactionSize.VirtualBytes(weight));
            }
        }

        CoinFees.DustSat.Should().Be(TransactionSize.DustSat(script));
        CoinFees.MaxMoneySat.Should().Be(BitcoinOutput.MaxMoneySat);
        CoinFees.Fee(1_500, 141).Should().Be(new FeeRate(1_500).FeeSat(141));
        CoinFees.First(3_000, 141, ancestorsFeeSat: 141, ancestorsVirtualBytes: 141).Should().Be(FeeBumping.ChildFeeSat(141, 141, 141, new(3_000)));
        CoinFees.First(3_000, 141, ancestorsFeeSat: 9_000, ancestorsVirtualBytes: 141).Should().Be(FeeBumping.ChildFeeSat(9_000, 141, 141, new(3_000)));
    }

    /// <summary>A leg can be closed whatever it spent on fees before, and no change is dust.</summary>
    [Fact]
    public void Ceiling_OfAnyBudget_LeavesRoomForTheNoOp()
    {
        foreach (UInt256 budget in new UInt256[] { (ulong)CoinFees.LeastBudgetSat, 2_500, 100_000 })
        {
            foreach (var inputs in new[] { 1, 3, 10 })
            {
                var ceiling = CoinFees.SpendCeiling(budget, inputs, 0);
                var noOp = ceiling + CoinFees.Step(0, CoinFees.VirtualBytes(inputs, 1));
                noOp.Should().BeLessThanOrEqualTo((long)(ulong)budget);
                ((long)(ulong)budget - ceiling).Should().BeGreaterThanOrEqualTo(CoinFees.DustSat);
            }
        }
    }

    /// <summary>Field note 26: a wrong deadline must not spend the budget at once.</summary>
    [Fact]
    public void Allowance_Random_StaysBetweenFirstAndCeilingAndNeverFalls()
    {
        var random = new Random(26);
        for (var i = 0; i < 2_000; i++)
        {
            var (first, ceiling) = (random.NextInt64(1_000_000), random.NextInt64(1_000_000));
            var (start, deadline, now) = (At(), At(), At());
            var allowed = CoinFees.Allowance(first, ceiling, start, deadline, now);
            allowed.Should().BeInRange(first, Math.Max(first, ceiling));
            CoinFees.Allowance(first, ceiling, start, deadline, now + Span.Seconds(1)).Should().BeGreaterThanOrEqualTo(allowed);
            if (now <= start) allowed.Should().Be(first, "nothing of the budget is spent before time passed, wherever the deadline lies");
        }

        Instant At() => new(random.NextInt64(1_000_000));
    }
}
