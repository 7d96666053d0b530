namespace TPWallet.Chains.Bitcoin;

/// <summary>Looks for coins that leave little above what is needed with change.</summary>
internal static class Knapsack
{
    private const int Rounds = 1000;

    /// <summary>A choice that pays for the payments and a change output, or all that is there if only that pays without change; null if it cannot be paid.</summary>
    public static IReadOnlyList<WeighedCoin>? Find(WeighedCoin[] coins, SelectionRequest request, Random random)
    {
        var target = WeighedCoin.TargetSat(request, withChange: true) + TransactionSize.DustSat(request.ChangeScript);
        var smaller = coins.Where(coin => coin.EffectiveSat < target).ToArray();
        var larger = coins.LastOrDefault(coin => coin.EffectiveSat >= target);
        var total = smaller.Sum(static coin => coin.EffectiveSat);
        if (total < target) return larger != default ? [larger] : coins.Length > 0 ? coins : null;
        var (best, bestSum) = Approximate(smaller, total, target, random);
        return larger != default && larger.EffectiveSat <= bestSum ? [larger] : [.. smaller.Where((_, i) => best[i])];
    }

    /// <summary>Takes coins at random and then what is still missing, many times, and keeps the sum that is nearest.</summary>
    private static (bool[] Chosen, long Sum) Approximate(WeighedCoin[] coins, long total, long target, Random random)
    {
        var (best, bestSum) = (Enumerable.Repeat(true, coins.Length).ToArray(), total);
        for (var round = 0; round < Rounds && bestSum != target; round++)
        {
            var (chosen, sum) = (new bool[coins.Length], 0L);
            for (var pass = 0; pass < 2 && sum < target; pass++)
            {
                for (var i = 0; i < coins.Length; i++)
                {
                    if (pass == 0 ? random.Next(2) == 0 : chosen[i]) continue;
                    (chosen[i], sum) = (true, sum + coins[i].EffectiveSat);
                    if (sum < target) continue;
                    if (sum < bestSum) (best, bestSum) = ((bool[])chosen.Clone(), sum);
                    // Without this coin it is too little again; a smaller one may still fit.
                    (chosen[i], sum) = (false, sum - coins[i].EffectiveSat);
                }
            }
        }

        return (best, bestSum);
    }
}
