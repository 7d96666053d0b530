using System.Globalization;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>The command line of the long form: <c>./tpw channels</c>.</summary>
internal static class ThreeCommand
{
    private const string Usage = """
        channels [--actions N] [--from S] [--each N]   runs worlds of three nodes from seed S on until N actions are done (1000000, 1, 500)
        channels … --until-broken 1                    and ends at the first that is wrong, as it is
        channels --seed S [--each N]                   runs one with a readable trace
        channels --replay M N N N …                    runs a list of actions in a world of that manner, with a readable trace
        """;

    private const int Actions = 1_000_000;
    private const int Each = 500;

    /// <returns>0 if every world held, 1 if one did not, 2 for wrong arguments.</returns>
    internal static int Run(string[] args, TextWriter output)
    {
        if (args is ["--replay", var manner, .. var list] && Enum.TryParse<Manner>(manner, out var known))
            return Replay(known, [.. list.Select(static action => int.Parse(action.Trim(',', '[', ']'), CultureInfo.InvariantCulture))], output);
        var options = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] is not ("--actions" or "--from" or "--each" or "--seed" or "--until-broken") || i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                output.WriteLine(Usage);
                return 2;
            }

            options[args[i]] = number;
        }

        var each = options.GetValueOrDefault("--each", Each);
        return options.TryGetValue("--seed", out var seed) ? Replay(ThreeRun.MannerOf(seed), ThreeRun.ActionsOf(seed, each), output) : RunMany(options.GetValueOrDefault("--actions", Actions), options.GetValueOrDefault("--from", 1), each, options.ContainsKey("--until-broken"), output);
    }

    private static int RunMany(int actions, int from, int each, bool untilBroken, TextWriter output)
    {
        var (figures, faults, watch) = (new ThreeFigures(), 0, Stopwatch.StartNew());
        var worlds = (actions + each - 1) / each;
        for (var seed = from; seed < from + worlds; seed++)
        {
            if (ThreeRun.RunSeed(seed, each, figures, shrinks: !untilBroken) is { } fault)
            {
                faults++;
                output.WriteLine(fault);
                if (untilBroken) return 1;
            }

            if ((seed - from + 1) % 200 == 0) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(seed - from + 1) * each} actions, {watch.Elapsed.TotalSeconds:F0} s, {faults} faults"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{worlds * each} actions in {worlds} worlds, {watch.Elapsed.TotalSeconds:F0} s, {faults} faults; {figures}"));
        return faults == 0 ? 0 : 1;
    }

    private static int Replay(Manner manner, int[] actions, TextWriter output)
    {
        var fault = ThreeRun.Run(manner, actions, new(), output.WriteLine);
        output.WriteLine(fault ?? "nothing was wrong");
        return fault is null ? 0 : 1;
    }
}
