using System.Globalization;

namespace TPWallet.Tests.Histories;

/// <summary>The command line of the scripted histories: <c>./tpw histories</c>.</summary>
internal static class HistoriesCommand
{
    private const string Usage = "histories [--count N] [--seed S]    N histories (1000) from seed S on a real anvil and a real Knots node; history i has seed S + i";

    /// <returns>0 if the product got every history right, 1 if it did not, 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var (count, seed) = (1_000, (ulong)Random.Shared.NextInt64(1, int.MaxValue));
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !ulong.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Explain(output);
            if (args[i] == "--seed") seed = number;
            else if (args[i] == "--count" && number is > 0 and <= 1_000_000) count = (int)number;
            else return Explain(output);
        }

        output.WriteLine($"first seed {seed}");
        if (Knots.Program is null) output.WriteLine($"there is no Bitcoin node ({Knots.Absence}): all are of the Ethereum chain");
        var campaign = new HistoryCampaign(seed, count);
        await campaign.RunAsync(output.WriteLine);
        foreach (var line in campaign.Report()) output.WriteLine(line);
        return campaign.Faults.Count == 0 ? 0 : 1;
    }

    private static int Explain(TextWriter output)
    {
        output.WriteLine(Usage);
        return 2;
    }
}
