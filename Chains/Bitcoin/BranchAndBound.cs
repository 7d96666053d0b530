namespace TPWallet.Chains.Bitcoin;

/// <summary>Looks for coins that need no change (Erhardt, "An evaluation of coin selection strategies", 2016).</summary>
internal static class BranchAndBound
{
    private const int MaxTries = 100_000;

    /// <summary>The match with the least waste, or null if none is found in <see cref="MaxTries"/> steps.</summary>
    public static IReadOnlyList<WeighedCoin>? Find(WeighedCoin[] coins, SelectionRequest request)
    {
        var target = WeighedCoin.TargetSat(request, withChange: false);
        var costOfChange = request.FeeRate.FeeSat(TransactionSize.OutputBytes(request.ChangeScript))
            + request.LongTermFeeRate.FeeOfWeightSat(request.ChangeSize.Weight);
        var after = new long[coins.Length + 1];
        for (var i = coins.Length - 1; i >= 0; i--) after[i] = after[i + 1] + coins[i].EffectiveSat;
        if (after[0] < target) return null;
        var chosen = new Stack<int>();
        var (sum, waste, bestWaste, next) = (0L, 0L, long.MaxValue, 0);
        int[]? best = null;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var expensive = coins.Length > 0 && coins[0].WasteSat > 0 && waste > bestWaste;
            if (sum < target && sum + after[next] >= target && !expensive)
            {
                chosen.Push(next);
                (sum, waste) = (sum + coins[next].EffectiveSat, waste + coins[next].WasteSat);
                next++;
                continue;
            }

            if (sum >= target && sum <= target + costOfChange && waste + (sum - target) < bestWaste)
                (best, bestWaste) = ([.. chosen], waste + (sum - target));
            if (!Back(coins, chosen, ref sum, ref waste, ref next)) break;
        }

        return best?.Select(i => coins[i]).ToArray();
    }

    /// <summary>Leaves the last coin out and goes on behind it and all that bring the same: they would only repeat what was tried.</summary>
    private static bool Back(WeighedCoin[] coins, Stack<int> chosen, ref long sum, ref long waste, ref int next)
    {
        if (!chosen.TryPop(out var last)) return false;
        (sum, waste) = (sum - coins[last].EffectiveSat, waste - coins[last].WasteSat);
        for (next = last + 1; next < coins.Length && coins[next].EffectiveSat == coins[last].EffectiveSat && coins[next].WasteSat == coins[last].WasteSat;) next++;
        return true;
    }
}
