using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Fees;

/// <summary>The parts of a fee, by the rules that lanes bid by.</summary>
public sealed class FeePartsTests
{
    private static readonly Instant _now = new(1_000_000);

    private static readonly FeesView _fees = new(People.Chain, 17, 100, 3, [], 1_024, Span.Seconds(12),
    [
        new(4, 230, 20), new(5, 130, 10) { ConfidencePpm = 750_000 }, new(10, 110, 10) { ConfidencePpm = 750_000 },
    ]);

    private static readonly ImmutableArray<CoinPayee> _payee = [CoinPayee.OfKeyHash(People.AddressOf("payee"), 30_000)];

    private static readonly GasReading _gas = new(50_000, false, 60_000, null, []);

    [Fact]
    public void OfGas_TimeLeft_IsThePatientBid()
    {
        var preview = FeeParts.OfGas("pay", _gas, _fees, 10_000_000, _now + Span.Hours(1), _now);
        (preview.MaxFeePerGas, preview.MaxPriorityFeePerGas, preview.BaseFeePerGas).Should().Be(((UInt256)110, (UInt256)10, (UInt256)100));
        preview.Total.Should().Be(new FeeTotal(50_000 * 110, 60_000 * 110, 9_090_909, 10_000_000, false, 6, 750_000, null), "replacements go to 10/11 of the budget");
    }

    [Theory]
    [InlineData(60, 130, 1, 750_000)]
    [InlineData(59, 230, 1, 0)]
    public void OfGas_LittleTime_IsTheBidThatALaneMakesThen(int seconds, ulong maxFee, int within, int confidence)
    {
        var preview = FeeParts.OfGas("pay", _gas, _fees, 100_000_000, _now + Span.Seconds(seconds), _now);
        (preview.MaxFeePerGas, preview.Total.WithinBlocks, preview.Total.ConfidencePpm).Should().Be(((UInt256)maxFee, within, confidence));
    }

    [Theory]
    [InlineData(6_600_000, false)]
    [InlineData(6_599_999, true)]
    public void OfGas_Cap_IsExceededByOne(ulong cap, bool exceeds) =>
        FeeParts.OfGas("pay", _gas, _fees, cap, _now + Span.Hours(1), _now).Total.ExceedsCap.Should().Be(exceeds);

    [Fact]
    public void OfGas_DataFee_IsInEveryTotal()
    {
        var preview = FeeParts.OfGas("pay", _gas with { DataFee = 7 }, _fees, 10_000_000, _now + Span.Hours(1), _now);
        (preview.DataFee, preview.Total.Expected, preview.Total.First, preview.Total.Most)
            .Should().Be(((UInt256?)7, (UInt256)5_500_007, (UInt256)6_600_007, (UInt256)9_090_909));
    }

    [Fact]
    public void OfGas_Batch_SaysWhatSinglePaymentsWouldCost()
    {
        var saving = FeeParts.OfGas("pay", _gas with { Singly = [21_000, 21_000, 50_000] }, _fees, 10_000_000, _now + Span.Hours(1), _now).Total.Saving;
        saving.Should().Be(new BatchSaving(3, 92_000 * 110, 50_000 * 110));
    }

    /// <summary>A node's numbers are its word: a lie is shown and breaks nothing.</summary>
    [Fact]
    public void OfGas_NumbersBeyondAllAmounts_AreTheMostThereIs()
    {
        var fees = _fees with { BaseFeePerGas = UInt256.MaxValue, Bids = [new(4, UInt256.MaxValue, UInt256.MaxValue)] };
        var total = FeeParts.OfGas("pay", _gas with { DataFee = UInt256.MaxValue, Singly = [ulong.MaxValue, ulong.MaxValue] }, fees, 5, _now + Span.Hours(1), _now).Total;
        (total.Expected, total.First, total.ExceedsCap).Should().Be((UInt256.MaxValue, UInt256.MaxValue, true));
    }

    [Fact]
    public void OfCoins_OneCoin_IsTheFirstVersionOfTheLane()
    {
        var preview = FeeParts.OfCoins("pay", ChainId.Parse("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"), Coins(100_000), _payee, 5_000);
        var bytes = CoinFees.VirtualBytes(1, 2);
        (preview.Inputs, preview.VirtualBytes, preview.FeeRateSatPerKvb).Should().Be((1, bytes, (UInt256)2_000));
        preview.Total.Expected.Should().Be((ulong)(2 * bytes));
        preview.Change.Should().Be((ulong)(70_000 - (2 * bytes)));
        preview.Total.Most.Should().Be((ulong)CoinFees.SpendCeiling(5_000, 1, 1_000), "the rest of the budget closes the leg");
        preview.Total.ExceedsCap.Should().BeFalse();
    }

    /// <summary>A child pays for its parent; where that is more than the budget lets a spend pay, the lane would refuse.</summary>
    [Fact]
    public void OfCoins_ParentThatPaysNothing_ExceedsTheCap()
    {
        var coins = Coins(100_000) with { AncestorsFeeSat = 100, AncestorsVirtualBytes = 2_500 };
        var preview = FeeParts.OfCoins("pay", ChainId.Parse("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"), coins, _payee, 5_000);
        preview.Total.Expected.Should().Be((ulong)((2 * (2_500 + CoinFees.VirtualBytes(1, 2))) - 100));
        preview.Total.ExceedsCap.Should().BeTrue();
    }

    [Fact]
    public void OfCoins_SeveralPayees_SaysWhatSinglePaymentsWouldCost()
    {
        ImmutableArray<CoinPayee> payees = [.. _payee, CoinPayee.OfKeyHash(People.AddressOf("other"), 20_000)];
        var total = FeeParts.OfCoins("pay", ChainId.Parse("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"), Coins(100_000), payees, 5_000).Total;
        total.Saving.Should().Be(new BatchSaving(2, (ulong)(4 * CoinFees.VirtualBytes(1, 2)), (ulong)(2 * CoinFees.VirtualBytes(1, 3))));
    }

    private static CoinReading Coins(long valueSat) => new([new(new(Bytes32.Zero, 0), valueSat, null)], 0, 0, 2_000, 1_000);
}
