namespace TPWallet.Benchmarks.Fees;

/// <summary>
/// geth's gas price oracle as it is published (eth/gasprice): of each of the last 20 blocks the three lowest tips that are worth counting (2 wei and more), of all
/// of them the 60th percentile, at most 500 gwei. Its own transactions offer twice the base fee and that tip.
/// </summary>
internal static class GethOracle
{
    private const int CheckBlocks = 20;
    private const int SampleNumber = 3;
    private const int Percentile = 60;
    private const ulong IgnorePrice = 2;
    private const ulong MaxPrice = 500_000_000_000;

    public static (ulong Fee, ulong Tip) Suggest(IReadOnlyList<MarketBlock> history, ulong nextBaseFee, ulong last)
    {
        var results = new List<ulong>();
        for (var i = Math.Max(0, history.Count - CheckBlocks); i < history.Count; i++)
        {
            var tips = history[i].Tips.Where(tip => tip >= IgnorePrice).Take(SampleNumber).ToArray();
            // An empty block stands for the last price.
            results.AddRange(tips.Length == 0 ? [last] : tips);
        }

        results.Sort();
        var tip = results.Count == 0 ? last : Math.Min(MaxPrice, results[(results.Count - 1) * Percentile / 100]);
        return ((2 * nextBaseFee) + tip, tip);
    }
}
