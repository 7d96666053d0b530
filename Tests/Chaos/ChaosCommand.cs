using System.Globalization;
using TPWallet.Demo.Processes;

namespace TPWallet.Tests.Chaos;

/// <summary>The command line of the long form: <c>./tpw chaos</c> (docs/chaos.md).</summary>
internal static class ChaosCommand
{
    private const string Usage = """
        chaos --minutes N [--seed S]     load and faults on real processes for N minutes; the journal is checked at the end
        chaos --minutes N --runtime orleans [--silos 3] [--seed S]
                                         the same on a cluster of Orleans silos, where the Orleans build is there
        chaos ... --silo FILE            another build of the silo: its TPWallet.Silo.dll
        chaos --short [--seed S]         one fault of each kind, as the tests do it
        chaos --restore [EVENTS]         the journal is put back to a copy of so many events ago, under load; default 10000
        chaos --first-writers [TRIES]    two first writers of one stream at once, on PostgreSQL and SQLite; default 100000 tries
        """;

    private const int DefaultSilos = 3;
    private const int FirstWriterTries = 100_000;
    private const int RestoredEvents = 10_000;

    /// <returns>0 if nothing was violated, 1 if something was, 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        void Tell(string line) => output.WriteLine(line);
        if (await ClientProcess.RunAsync(args) is { } ended) return ended;
        if (args is ["--first-writers", .. var tries]) return await FirstWritersAsync(tries, Tell);
        if (args is ["--restore", .. var events]) return await RestoreAsync(events, Tell);
        if (Parse(args) is not { } plan) return Explain(output);
        if (plan.Silos > 0 && !File.Exists(Places.OrleansSilo))
        {
            output.WriteLine($"The Orleans build of the silo is not there ({Places.OrleansSilo}): ./tpw chaos makes it where the package source has Microsoft.Orleans.");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("tpw-chaos-").FullName;
        var report = await ChaosRun.RunAsync(plan, folder, Tell, CancellationToken.None);
        foreach (var line in report.Lines()) Tell(line);
        if (report.Violations > 0) Tell($"the processes' logs are in {folder}");
        else Directory.Delete(folder, recursive: true);
        return report.Violations == 0 ? 0 : 1;
    }

    /// <returns>Null for arguments that are not of these forms.</returns>
    private static ChaosPlan? Parse(string[] args)
    {
        double minutes = 0;
        ulong seed = (ulong)Random.Shared.NextInt64(1, int.MaxValue);
        int? silos = null;
        string? silo = null;
        var (isShort, isOrleans) = (false, false);
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var taken = args[i] switch
            {
                "--short" => isShort = true,
                "--minutes" => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out minutes) && minutes is > 0 and <= 1_440,
                "--silo" => File.Exists(silo = value),
                "--seed" => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                "--runtime" => (isOrleans = value == "orleans") || value == "embedded",
                "--silos" => (silos = value is [>= '2' and <= '9'] ? value[0] - '0' : null) is not null,
                _ => false,
            };
            if (!taken) return null;
            if (args[i] != "--short") i++;
        }

        if ((minutes > 0) == isShort || (isShort && isOrleans) || (silos is not null && !isOrleans) || (silo is not null && isOrleans)) return null;
        var plan = isShort ? ChaosPlan.Short(seed)
            : isOrleans ? ChaosPlan.LongOfCluster(seed, TimeSpan.FromMinutes(minutes), silos ?? DefaultSilos)
            : ChaosPlan.Long(seed, TimeSpan.FromMinutes(minutes));
        return plan with { SiloProgram = silo };
    }

    private static async Task<int> FirstWritersAsync(string[] args, Action<string> tell)
    {
        var tries = FirstWriterTries;
        if (args.Length > 1 || (args is [var text] && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out tries))) return Explain(Console.Out);
        var broken = 0;
        foreach (var (store, race) in FirstWriters.Races)
        {
            var result = await race(tries, CancellationToken.None);
            tell($"{store}: {result}");
            broken += result.Broken;
        }

        return broken == 0 ? 0 : 1;
    }

    private static async Task<int> RestoreAsync(string[] args, Action<string> tell)
    {
        var events = RestoredEvents;
        if (args.Length > 1 || (args is [var text] && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out events))) return Explain(Console.Out);
        try
        {
            await using var server = await Benchmarks.Journal.PostgresCluster.StartAsync(CancellationToken.None);
            await Whole.RestoreDrill.RunAsync(events, server, tell, CancellationToken.None);
            return 0;
        }
        catch (Exception broken)
        {
            tell($"violated: {broken.Message}");
            return 1;
        }
    }

    private static int Explain(TextWriter output)
    {
        output.WriteLine(Usage);
        return 2;
    }
}
