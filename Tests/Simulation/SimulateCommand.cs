using System.Globalization;

namespace TPWallet.Tests.Simulation;

/// <summary>The command line of the simulation: <c>./tpw simulate</c> (docs/simulation.md).</summary>
internal static class SimulateCommand
{
    private const string Usage = """
        simulate [--seeds N] [--minutes M | --seconds M] [--from S] [--workers W] [--until-broken] [--restored] [--traces [--backwards]]
                                                                      runs seeds S, S+1, … until N are done or the time is over; with --restored
                                                                      only those in which the journal is put back (N counts all); with --traces says
                                                                      what each came to, and with --backwards the last one first (N given)
        simulate --seed S [--quiet]                                   runs one seed with a readable trace, or only its outcome
        """;

    private static readonly TimeSpan _progressEvery = TimeSpan.FromSeconds(10);

    /// <returns>0 if every invariant held and every kind of fault was met, 1 if not, 2 for wrong arguments.</returns>
    public static int Run(string[] args, TextWriter output)
    {
        var options = new Dictionary<string, ulong>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--quiet" or "--until-broken" or "--restored" or "--traces" or "--backwards") options[args[i]] = 1;
            else if (args[i] is "--seed" or "--seeds" or "--minutes" or "--seconds" or "--from" or "--workers" && i + 1 < args.Length
                && ulong.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) options[args[i++]] = number;
            else return Explain(output);
        }

        if (options.TryGetValue("--seed", out var seed)) return Replay(seed, options.ContainsKey("--quiet"), output);
        var length = options.TryGetValue("--minutes", out var minutes) ? TimeSpan.FromMinutes(minutes)
            : options.TryGetValue("--seconds", out var seconds) ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.MaxValue;
        var seeds = options.TryGetValue("--seeds", out var wanted) ? wanted : length == TimeSpan.MaxValue ? 100 : ulong.MaxValue;
        var from = options.TryGetValue("--from", out var first) ? first : (ulong)Random.Shared.NextInt64(1, int.MaxValue);
        var workers = (int)options.GetValueOrDefault("--workers", (ulong)Environment.ProcessorCount);
        if (options.ContainsKey("--backwards") && (seeds == ulong.MaxValue || options.ContainsKey("--restored"))) return Explain(output);
        output.WriteLine($"first seed {from}");
        var campaign = new Campaign(from, seeds, length, workers)
        {
            StopsAtFirst = options.ContainsKey("--until-broken"),
            OnlyRestored = options.ContainsKey("--restored"),
            Backwards = options.ContainsKey("--backwards"),
            TellsAll = options.ContainsKey("--traces"),
        };
        campaign.Run(_progressEvery, output.WriteLine);
        foreach (var line in campaign.Report()) output.WriteLine(line);
        return campaign.Broken.Count == 0 && campaign.Missing.Count == 0 ? 0 : 1;
    }

    private static int Explain(TextWriter output)
    {
        output.WriteLine(Usage);
        return 2;
    }

    private static int Replay(ulong seed, bool quiet, TextWriter output)
    {
        output.WriteLine($"seed {seed}");
        var outcome = Simulation.Run(seed, quiet ? null : output.WriteLine);
        output.WriteLine(Campaign.Describe(outcome));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"thread pool items {outcome.PoolItems}"));
        return outcome.Broken is null ? 0 : 1;
    }
}
