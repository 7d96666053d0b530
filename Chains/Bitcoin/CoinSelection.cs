namespace TPWallet.Chains.Bitcoin;

/// <summary>An output that can be spent, and what spending it weighs.</summary>
public sealed record Coin(OutPoint OutPoint, long ValueSat, InputSize Size);

/// <summary>What is to be paid, and how.</summary>
/// <param name="Payments">The outputs; none may be dust.</param>
/// <param name="ChangeScript">Where the rest goes.</param>
/// <param name="ChangeSize">What spending the change will weigh.</param>
/// <param name="FeeRate">What is paid now.</param>
/// <param name="LongTermFeeRate">What spending a coin later is thought to cost: above it few inputs are taken, below it many.</param>
public sealed record SelectionRequest(
    Items<BitcoinOutput> Payments, Script ChangeScript, InputSize ChangeSize, FeeRate FeeRate, FeeRate LongTermFeeRate);

/// <summary>How coins were found.</summary>
public enum SelectionMethod
{
    /// <summary>An exact match without change.</summary>
    BranchAndBound,

    /// <summary>A near match with change.</summary>
    Knapsack,
}

/// <summary>The coins to spend; what they are worth is the payments, the fee and the change, exactly.</summary>
/// <param name="Coins">The inputs, in the order of their outpoints.</param>
/// <param name="FeeSat">The fee.</param>
/// <param name="ChangeSat">The value of the change output; zero where there is none.</param>
/// <param name="Weight">The weight of the signed transaction at most.</param>
/// <param name="Method">How they were found.</param>
public sealed record Selection(Items<Coin> Coins, long FeeSat, long ChangeSat, long Weight, SelectionMethod Method);

/// <summary>
/// Chooses coins: branch and bound for a match without change, else a knapsack with change. The same request and random source give the same choice. Codes:
/// coins.no-payment, coins.dust, coins.fee-rate, coins.duplicate, coins.too-many, coins.insufficient, coins.weight.
/// </summary>
public static class CoinSelection
{
    /// <summary>Most coins that are considered.</summary>
    public const int MaxCoins = 10_000;

    public static Decoded<Selection> Select(IReadOnlyCollection<Coin> coins, SelectionRequest request, Random random)
    {
        ArgumentNullException.ThrowIfNull(coins);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(random);
        if (Check(coins, request) is { } refusal) return refusal;
        // Coins that cost more than they bring are never spent; the order makes the choice independent of the caller's.
        var useful = coins.Select(coin => new WeighedCoin(coin, request))
            .Where(static coin => coin.EffectiveSat > 0)
            .OrderByDescending(static coin => coin.EffectiveSat).ThenBy(static coin => coin.Coin.OutPoint)
            .ToArray();
        var exact = BranchAndBound.Find(useful, request);
        var found = exact ?? Knapsack.Find(useful, request, random);
        var method = exact is null ? SelectionMethod.Knapsack : SelectionMethod.BranchAndBound;
        if (found is null || Settle(found, request, method) is not { } selection) return Insufficient(coins, request);
        return selection.Weight <= BitcoinTransactionRules.MaxStandardWeight
            ? selection
            : new DecodeRefusal("coins.weight", $"at most {BitcoinTransactionRules.MaxStandardWeight} weight units", $"{selection.Weight}");
    }

    /// <summary>
    /// The exact figures of a choice: with change where the rest, after the fee that the change output costs, is no dust; else the rest is fee. Null where the
    /// coins do not pay for the fee.
    /// </summary>
    internal static Selection? Settle(IEnumerable<WeighedCoin> chosen, SelectionRequest request, SelectionMethod method)
    {
        Coin[] coins = [.. chosen.Select(static coin => coin.Coin).OrderBy(static coin => coin.OutPoint)];
        InputSize[] sizes = [.. coins.Select(static coin => coin.Size)];
        Script[] outputs = [.. request.Payments.Select(static payment => payment.ScriptPubKey)];
        var left = coins.Sum(static coin => coin.ValueSat) - request.Payments.Sum(static payment => payment.ValueSat);
        var withChange = TransactionSize.Weight(sizes, [.. outputs, request.ChangeScript]);
        var change = left - request.FeeRate.FeeOfWeightSat(withChange);
        if (method != SelectionMethod.BranchAndBound && change >= TransactionSize.DustSat(request.ChangeScript))
            return new(new([.. coins]), left - change, change, withChange, method);
        var weight = TransactionSize.Weight(sizes, outputs);
        return left >= request.FeeRate.FeeOfWeightSat(weight) ? new(new([.. coins]), left, 0, weight, method) : null;
    }

    private static DecodeRefusal? Check(IReadOnlyCollection<Coin> coins, SelectionRequest request)
    {
        if (request.Payments.Count == 0) return new("coins.no-payment", "at least one output", "none");
        foreach (var payment in request.Payments)
        {
            var dust = TransactionSize.DustSat(payment.ScriptPubKey);
            if (payment.ValueSat < dust || payment.ValueSat > BitcoinOutput.MaxMoneySat) return new("coins.dust", $"at least {dust} satoshis", $"{payment.ValueSat}");
        }

        const long mostSatPerKvb = 100_000_000;
        if (request.FeeRate.SatPerKvb is < 0 or > mostSatPerKvb || request.LongTermFeeRate.SatPerKvb is < 0 or > mostSatPerKvb)
            return new("coins.fee-rate", $"0 to {mostSatPerKvb} sat/kvB", $"{request.FeeRate}");
        if (coins.Count > MaxCoins) return new("coins.too-many", $"at most {MaxCoins} coins", $"{coins.Count}");
        return coins.Select(static coin => coin.OutPoint).Distinct().Count() == coins.Count ? null : new("coins.duplicate", "each coin once", "one twice");
    }

    private static DecodeRefusal Insufficient(IReadOnlyCollection<Coin> coins, SelectionRequest request) => new(
        "coins.insufficient", $"{request.Payments.Sum(static payment => payment.ValueSat)} satoshis and the fee", $"{coins.Sum(static coin => coin.ValueSat)} satoshis");
}
