using System.Numerics;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Fees;

/// <summary>What the nodes say of a leg's gas.</summary>
/// <param name="Singly">Gas of each of its payments in a transaction of its own; empty where it makes one.</param>
public sealed record GasReading(ulong Estimate, bool IsSimulated, ulong GasLimit, UInt256? DataFee, ImmutableArray<ulong> Singly);

/// <summary>What a leg on a chain of the Bitcoin family would spend, and the nodes' rates.</summary>
public sealed record CoinReading(ImmutableArray<CoinInput> Inputs, long AncestorsFeeSat, long AncestorsVirtualBytes, long RateSatPerKvb, long IncrementSatPerKvb)
{
    /// <summary>Outputs of what closes the leg.</summary>
    public int Closing { get; init; } = 1;
}

/// <summary>The parts of a leg's fee before anything is signed, by the rules that lanes bid by. Pure: the same readings give the same preview.</summary>
public static class FeeParts
{
    /// <summary>Blocks within which a first bid on a chain of the Bitcoin family is to be mined: what nodes are asked for.</summary>
    public const int CoinBlocks = 3;

    /// <summary>The first bid that a lane makes now for a leg of this deadline and budget.</summary>
    public static FeePreview.Gas OfGas(Name leg, GasReading gas, FeesView fees, UInt256 cap, Instant deadline, Instant now)
    {
        var bid = FeeSchedule.Choose(new(fees.BaseFeePerGas, fees.BlockTime, fees.Bids), now, deadline, now);
        var price = UInt256.Min(bid.MaxFeePerGas, Sum(fees.BaseFeePerGas, bid.MaxPriorityFeePerGas));
        var data = gas.DataFee ?? UInt256.Zero;
        var first = Sum(Cost(gas.GasLimit, bid.MaxFeePerGas), data);
        var total = new FeeTotal(
            Sum(Cost(gas.Estimate, price), data),
            first,
            UInt256.Max(first, Sum(FeeReplacement.SpendCeiling(cap - UInt256.Min(cap, data)), data)),
            cap,
            first > cap,
            Math.Max(1, bid.BlocksLeft - FeeSchedule.LastBlocks),
            bid.ConfidencePpm,
            gas.Singly.IsEmpty ? null : new(gas.Singly.Length, Cost(gas.Singly.Aggregate(BigInteger.Zero, static (sum, one) => sum + one), price), Cost(gas.Estimate, price)));
        return new(
            leg, fees.Chain, fees.NextBlock, gas.Estimate, gas.IsSimulated, gas.GasLimit, fees.BaseFeePerGas, bid.MaxPriorityFeePerGas, bid.MaxFeePerGas, gas.DataFee, total);
    }

    /// <summary>The first version that a lane of coins makes now of these coins.</summary>
    public static FeePreview.Coins OfCoins(Name leg, ChainId chain, CoinReading coins, ImmutableArray<CoinPayee> payees, UInt256 cap)
    {
        var bytes = CoinFees.VirtualBytes(coins.Inputs.Length, payees);
        var fee = CoinFees.First(coins.RateSatPerKvb, bytes, coins.AncestorsFeeSat, coins.AncestorsVirtualBytes);
        return OfSpend(leg, chain, CoinFees.Spend(coins.Inputs, payees, fee), coins, payees, cap);
    }

    /// <summary>A version whose coins and fee are decided already.</summary>
    public static FeePreview.Coins OfSpend(Name leg, ChainId chain, CoinSpend spend, CoinReading coins, ImmutableArray<CoinPayee> payees, UInt256 cap)
    {
        var (fee, ceiling) = (Satoshis(spend.FeeSat), Satoshis(CoinFees.SpendCeiling(cap, spend.Inputs.Length, coins.IncrementSatPerKvb, coins.Closing)));
        var total = new FeeTotal(fee, fee, UInt256.Max(fee, ceiling), cap, fee > ceiling, CoinBlocks, 0, Saving(payees, fee, coins.RateSatPerKvb));
        return new(leg, chain, spend.Inputs.Length, spend.VirtualBytes, Satoshis(coins.RateSatPerKvb), Satoshis(spend.ChangeSat), total);
    }

    /// <summary>Singly, each payment has a coin and a change of its own.</summary>
    private static BatchSaving? Saving(ImmutableArray<CoinPayee> payees, UInt256 together, long rateSatPerKvb) => payees.Length < 2
        ? null
        : new(payees.Length, Satoshis(payees.Sum(payee => CoinFees.Fee(rateSatPerKvb, CoinFees.VirtualBytes(1, [payee])))), together);

    private static UInt256 Cost(BigInteger gas, UInt256 price) => Bounded(gas * price);

    private static UInt256 Sum(UInt256 left, UInt256 right) => Bounded((BigInteger)left + right);

    /// <summary>Gas and prices are a node's word: what is beyond all amounts is shown as the most there is.</summary>
    private static UInt256 Bounded(BigInteger amount) => (UInt256)BigInteger.Min(amount, UInt256.MaxValue);

    private static UInt256 Satoshis(long amount) => (ulong)Math.Max(0, amount);
}
