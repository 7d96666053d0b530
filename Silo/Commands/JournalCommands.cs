using System.Globalization;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Postgres;
using TPWallet.Grains.Journal.Verification;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Commands;

/// <summary>What the silo's program does beside serving: verify a journal, begin and end a recovery. Configuration is read as the silo reads it.</summary>
internal static class JournalCommands
{
    private const string Help = """
        dotnet TPWallet.Silo.dll journal verify [--heads FILE] [--write-heads FILE] [--Key:Of:Configuration=value ...]
            Checks every batch, row, name and snapshot of the journal. Reads only; the silo may run. Exit code 0: all of it proves itself, 1: faults, 2: not done.
            --write-heads FILE   keeps the newest batch of every committer in a file: take it away from this machine
            --heads FILE         holds the journal against such a file, which shows a lost tail

        dotnet TPWallet.Silo.dll restore begin --because TEXT [--Key:Of:Configuration=value ...]
            The journal was put back to an older copy: the next start is in recovery. Where the signer is ahead of the journal, a start sees that by itself.
        dotnet TPWallet.Silo.dll restore end --because TEXT [--Key:Of:Configuration=value ...]
            An operator's decision that limit windows count again, before they have passed. The silo is stopped for both (SQLite, one process) or runs (cluster).
        dotnet TPWallet.Silo.dll restore show [--Key:Of:Configuration=value ...]

        Configuration: the silo's, from appsettings.json, the environment and the arguments (Data, Journal:Store, Journal:KeyFile, Journal:Postgres:ConnectionString).
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Null if the arguments name none of the commands; else the exit code.</summary>
    public static async Task<int?> RunAsync(string[] args)
    {
        if (args is not ["journal" or "restore", .. var rest]) return null;
        if (rest.Length == 0 || rest.Any(static arg => arg is "--help" or "-h" or "help")) return Say(Help);
        var options = new Arguments(rest[1..]);
        return (args[0], rest[0]) switch
        {
            ("journal", "verify") => await VerifyAsync(options),
            ("restore", "begin") => await BeginAsync(options),
            ("restore", "end") => await EndAsync(options),
            ("restore", "show") => await ShowAsync(options),
            _ => throw new SetUpException($"There is no command {args[0]} {rest[0]}.\n\n{Help}"),
        };
    }

    private static async Task<int> VerifyAsync(Arguments arguments)
    {
        var (keptFile, newFile) = (arguments.Take("--heads"), arguments.Take("--write-heads"));
        var configuration = arguments.Configuration();
        if (!File.Exists(configuration.JournalKeyFile))
            throw new SetUpException($"Configuration key Journal:KeyFile: there is no key at {configuration.JournalKeyFile}; without it no MAC can be checked.");
        var kept = keptFile is null ? [] : ReadHeads(keptFile);
        var seal = new JournalSeal(SecretKeyFile.LoadOrCreate(configuration.JournalKeyFile));
        await using var reading = configuration.Store == "postgres"
            ? JournalReading.OfPostgres(new PostgresJournalOptions { ConnectionString = configuration.PostgresConnectionString! }, seal)
            : JournalReading.OfSqlite(configuration.DataDirectory, seal);
        var said = TimeProvider.System.GetTimestamp();
        var verdict = await new JournalVerifier(reading.Reader, Progress).RunAsync(kept, None);
        if (newFile is not null) await File.WriteAllLinesAsync(newFile, verdict.Heads.Select(static head => Convert.ToHexStringLower(head.ToBytes())), None);
        foreach (var fault in verdict.Faults) await Console.Out.WriteLineAsync(fault);
        if (verdict.FaultCount > verdict.Faults.Count) Say($"and {verdict.FaultCount - verdict.Faults.Count} more");
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict.Committers} committers, {verdict.Batches} batches with {verdict.Rows} rows; {verdict.Streams} streams with {verdict.Events} events; {verdict.Snapshots} snapshots: {(verdict.IsClean ? "all of it proves itself" : $"{verdict.FaultCount} faults")}"));
        return verdict.IsClean ? 0 : 1;

        void Progress(string what, long count)
        {
            if (TimeProvider.System.GetElapsedTime(said) < TimeSpan.FromSeconds(2)) return;
            said = TimeProvider.System.GetTimestamp();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} {what} ..."));
        }
    }

    private static CommitterHead[] ReadHeads(string file)
    {
        if (!File.Exists(file)) throw new SetUpException($"--heads: there is no file {file}.");
        try
        {
            return [.. File.ReadLines(file).Where(static line => line.Length > 0).Select(static line => CommitterHead.FromBytes(HeadBytes(line)))];
        }
        catch (FormatException)
        {
            throw new SetUpException($"--heads: {file} was not written by --write-heads.");
        }
    }

    private static byte[] HeadBytes(string line) =>
        Convert.FromHexString(line) is { Length: CommitterHead.Size } bytes ? bytes : throw new FormatException("Another length.");

    private static async Task<int> BeginAsync(Arguments arguments)
    {
        var because = arguments.Take("--because") ?? throw new SetUpException("restore begin: --because TEXT is missing.");
        await using var journal = await SiloComposition.OpenJournalAsync(arguments.Configuration(), None);
        var store = (IRecoveryStore)journal;
        var known = await store.ReadRecoveryAsync(None);
        return Show(await store.BeginRecoveryAsync(because, known?.SignedUpTo ?? 0, None));
    }

    private static async Task<int> EndAsync(Arguments arguments)
    {
        var because = arguments.Take("--because") ?? throw new SetUpException("restore end: --because TEXT is missing.");
        await using var journal = await SiloComposition.OpenJournalAsync(arguments.Configuration(), None);
        var store = (IRecoveryStore)journal;
        if (await store.ReadRecoveryAsync(None) is not { EndedAtUnixMs: null } recovery) throw new SetUpException("restore end: this journal is not in recovery.");
        await store.EndRecoveryAsync(recovery.BeganAtUnixMs, because, None);
        return Show((await store.ReadRecoveryAsync(None))!);
    }

    private static async Task<int> ShowAsync(Arguments arguments)
    {
        await using var journal = await SiloComposition.OpenJournalAsync(arguments.Configuration(), None);
        return await ((IRecoveryStore)journal).ReadRecoveryAsync(None) is { } recovery ? Show(recovery) : Say("never restored");
    }

    private static int Show(RecoveryEpoch recovery) => Say(
        $"recovery {recovery.BeganAtUnixMs}, since {At(recovery.BeganAtUnixMs)}: {recovery.Reason}\n"
        + (recovery.EndedAtUnixMs is { } ended ? $"ended {At(ended)}: {recovery.EndedBecause}" : "limit windows count as full until they have passed"));

    private static string At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("u", CultureInfo.InvariantCulture);

    private static int Say(string text)
    {
        Console.Out.WriteLine(text);
        return 0;
    }

    /// <summary>A command's own options, and the rest, which is configuration.</summary>
    private sealed class Arguments(string[] args)
    {
        private readonly List<string> _rest = [.. args];

        public string? Take(string name)
        {
            var at = _rest.IndexOf(name);
            if (at < 0) return null;
            if (at + 1 >= _rest.Count) throw new SetUpException($"{name}: a value is missing.");
            var value = _rest[at + 1];
            _rest.RemoveRange(at, 2);
            return value;
        }

        public SiloConfiguration Configuration()
        {
            if (_rest.FirstOrDefault(static arg => !arg.Contains('=', StringComparison.Ordinal)) is { } unknown)
                throw new SetUpException($"{unknown} is no option of this command; configuration is given as --Key:Of:Configuration=value.");
            return SiloConfiguration.Read(new ConfigurationBuilder()
                .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true).AddEnvironmentVariables().AddCommandLine([.. _rest]).Build());
        }
    }
}
