using System.Globalization;
using TPWallet.Benchmarks.Journal;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Postgres;
using TPWallet.Grains.Journal.Sqlite;

namespace TPWallet.Tests.Chaos;

/// <summary>
/// Two owners of one database, the owner lock overridden, each making the first append of the same new stream at the same moment: the stock grain storage of
/// Orleans lets both succeed and forks the state.
/// </summary>
/// <param name="Tries">New streams.</param>
/// <param name="Broken">Streams of which not exactly one append won, or whose rows are not the winner's.</param>
/// <param name="WonByOne">Streams that the first of the two owners won.</param>
/// <param name="WonByTwo">Streams that the other won: without some of either nothing was raced.</param>
internal sealed record FirstWriters(int Tries, int Broken, int WonByOne, int WonByTwo)
{
    private const int AtOnce = 256;

    private static readonly JournalSeal Seal = new(new byte[JournalSeal.KeySize]);

    public static IReadOnlyList<(string Store, Func<int, CancellationToken, Task<FirstWriters>> Race)> Races { get; } =
        [("PostgreSQL", OnPostgresAsync), ("SQLite", OnSqliteAsync)];

    private static async Task<FirstWriters> OnPostgresAsync(int tries, CancellationToken cancellationToken)
    {
        await using var cluster = await PostgresCluster.StartAsync(cancellationToken);
        return await OnPostgresAsync(await cluster.CreateDatabaseAsync("first_writers", cancellationToken), tries, cancellationToken);
    }

    public static async Task<FirstWriters> OnPostgresAsync(string database, int tries, CancellationToken cancellationToken)
    {
        var options = new PostgresJournalOptions { ConnectionString = database, Exclusive = false };
        await using var one = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, cancellationToken);
        await using var two = await PostgresJournal.OpenAsync(options, Seal, TimeProvider.System, cancellationToken);
        return await RaceAsync(one, two, tries, cancellationToken);
    }

    public static async Task<FirstWriters> OnSqliteAsync(int tries, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("tpw-first-writers-").FullName;
        try
        {
            var options = new SqliteJournalOptions { Directory = folder, Exclusive = false };
            await using var one = await SqliteJournal.OpenAsync(options, Seal, TimeProvider.System, cancellationToken);
            await using var two = await SqliteJournal.OpenAsync(options, Seal, TimeProvider.System, cancellationToken);
            return await RaceAsync(one, two, tries, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Tries} tries, {Broken} without exactly one winner; won by the one {WonByOne}, by the other {WonByTwo}");

    private static async Task<FirstWriters> RaceAsync(IJournal one, IJournal two, int tries, CancellationToken cancellationToken)
    {
        var (broken, wonByOne, wonByTwo) = (0, 0, 0);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, tries),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (number, stop) =>
            {
                var stream = new StreamName("tenant", "account", number.ToString(CultureInfo.InvariantCulture));
                // Either is asked first every other time.
                var (first, second) = number % 2 == 0 ? (one, two) : (two, one);
                var outcomes = await Task.WhenAll(first.AppendAsync(AppendOf(stream, 1), stop), second.AppendAsync(AppendOf(stream, 2), stop));
                var winner = outcomes[0] is AppendOutcome.Durable ? first : second;
                if (winner == one) Interlocked.Increment(ref wonByOne);
                else Interlocked.Increment(ref wonByTwo);
                if (!await IsWonOnceAsync(one, stream, outcomes, stop)) Interlocked.Increment(ref broken);
            });
        return new(tries, broken, wonByOne, wonByTwo);
    }

    private static async Task<bool> IsWonOnceAsync(IJournal journal, StreamName stream, AppendOutcome[] outcomes, CancellationToken cancellationToken)
    {
        if (outcomes.Count(outcome => outcome is AppendOutcome.Durable) != 1 || outcomes.Count(outcome => outcome is AppendOutcome.Conflict) != 1) return false;
        var winner = Array.FindIndex(outcomes, outcome => outcome is AppendOutcome.Durable) + 1;
        var rows = await journal.ReadAsync(stream.Id, 1, JournalLimits.MaxPage, cancellationToken);
        return rows.Count == winner && rows.All(row => row.Payload.Span[0] == winner);
    }

    /// <summary>As many rows as its number, each with that number: whose they are shows.</summary>
    private static Append AppendOf(StreamName stream, int writer) => new(
        stream, 0, Array.Empty<byte>(), [.. Enumerable.Range(0, writer).Select(i => new NewRow("Tested", 1, new[] { (byte)writer }, null, Array.Empty<byte>(), i))]);
}
