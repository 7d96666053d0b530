namespace TPWallet.Chains.Bitcoin;

/// <summary>A coin with what it brings after its own fee, and how much more or less spending it costs now than later.</summary>
internal readonly record struct WeighedCoin(Coin Coin, long EffectiveSat, long WasteSat)
{
    public WeighedCoin(Coin coin, SelectionRequest request)
        : this(
            coin, coin.ValueSat - request.FeeRate.FeeOfWeightSat(coin.Size.Weight + 1),
            request.FeeRate.FeeOfWeightSat(coin.Size.Weight + 1) - request.LongTermFeeRate.FeeOfWeightSat(coin.Size.Weight + 1))
    {
    }

    /// <summary>What the coins must bring together: the payments and the fee of all that is no input.</summary>
    public static long TargetSat(SelectionRequest request, bool withChange)
    {
        Script[] outputs = [.. request.Payments.Select(static payment => payment.ScriptPubKey)];
        // The count of inputs may take three bytes, and a witness needs its marker and flag: 2 · 4 + 2 units more than for none.
        const int reserve = 10;
        var weight = TransactionSize.Weight([], withChange ? [.. outputs, request.ChangeScript] : outputs) + reserve;
        return request.Payments.Sum(static payment => payment.ValueSat) + request.FeeRate.FeeOfWeightSat(weight);
    }
}
