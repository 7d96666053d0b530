using System.Globalization;
using Npgsql;
using TPWallet.Demo.Processes;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Postgres;
using TPWallet.Silo.Composition;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>
/// The journal read from its first row to its last by the simulation's own checks, when every process has ended: the same invariants, on rows that real
/// processes left. Violations are collected, not thrown.
/// </summary>
internal sealed class JournalVerdict : IJudge
{
    /// <summary>Violations that are kept with their words; all are counted.</summary>
    private const int MaxTold = 20;

    private readonly List<string> _told = [];
    private readonly RowChecks _checks;

    private JournalVerdict() => _checks = new RowChecks(this);

    string IJudge.Tenant => Stage.Tenant;

    public int Violations { get; private set; }

    public IReadOnlyList<string> Told => _told;

    /// <summary>Rows read.</summary>
    public int Rows { get; private set; }

    /// <summary>Commands that the journal holds and that a client was told of.</summary>
    public long Acknowledged => _checks.Commands.Accepted;

    /// <summary>What is not at its end, or null.</summary>
    public string? Unfinished { get; private set; }

    public void Fail(string invariant, string detail)
    {
        Violations++;
        if (_told.Count < MaxTold) _told.Add($"{invariant}: {detail}");
    }

    public static async Task<JournalVerdict> ReadAsync(string connectionString, string keyFile, IReadOnlyList<CommandLog> logs, CancellationToken cancellationToken)
    {
        var verdict = new JournalVerdict();
        try
        {
            await verdict.ReadAllAsync(connectionString, keyFile, logs, cancellationToken);
        }
        catch (Exception unread) when (!cancellationToken.IsCancellationRequested)
        {
            // Rows that no machine can have made stop the machines that read them.
            verdict.Fail("unreadable", $"{unread.GetType().Name} {unread.Message}");
        }

        return verdict;
    }

    private async Task ReadAllAsync(string connectionString, string keyFile, IReadOnlyList<CommandLog> logs, CancellationToken cancellationToken)
    {
        var seal = new JournalSeal(SecretKeyFile.LoadOrCreate(keyFile));
        var options = new PostgresJournalOptions { ConnectionString = connectionString, Exclusive = false, AuditedRowsAtStart = 0 };
        await using var journal = await PostgresJournal.OpenAsync(options, seal, TimeProvider.System, cancellationToken);
        CommandLog.TellVotes(logs, _checks.Authority);
        await ReadRowsAsync(journal, connectionString, cancellationToken);
        CommandLog.TellAnswers(logs, _checks.Commands);
        CommandLog.TellReads(logs, this, _checks.ByName);
        _checks.Scan();
        await _checks.AuditAsync(journal);
        Unfinished = _checks.Unfinished();
    }

    /// <summary>
    /// In the order of transaction numbers. A number is taken when a statement writes its first row, so whatever a row was decided on was committed under a
    /// smaller one: the order is one in which everything follows its cause, which neither the rows' times nor the batches of several committers give.
    /// </summary>
    private async Task ReadRowsAsync(PostgresJournal journal, string connectionString, CancellationToken cancellationToken)
    {
        var streams = new Dictionary<Guid, (StreamName Name, Queue<JournalRow> Rows)>();
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select stream, version from event order by xmin::text::bigint, stream, version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (!streams.TryGetValue(id, out var stream)) streams[id] = stream = await StreamAsync(journal, new StreamId(id), cancellationToken);
            Rows++;
            // What does not prove itself was told when the stream was read; the rows before it are still looked at.
            if (stream.Rows.TryDequeue(out var row)) _checks.Add(stream.Name, row);
        }
    }

    private async Task<(StreamName, Queue<JournalRow>)> StreamAsync(PostgresJournal journal, StreamId id, CancellationToken cancellationToken)
    {
        var rows = new Queue<JournalRow>();
        var name = await journal.FindStreamAsync(id, cancellationToken);
        if (name is null) Fail("audit-chain", $"stream {id} has rows and no name");
        name ??= new StreamName(Stage.Tenant, "unknown", id.ToString());
        try
        {
            while (await journal.ReadAsync(id, rows.Count + 1, JournalLimits.MaxPage, cancellationToken) is { Count: > 0 } page)
                foreach (var row in page) rows.Enqueue(row);
        }
        catch (StreamUnreadableException unreadable)
        {
            Fail("audit-chain", unreadable.Message);
        }

        return (name, rows);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} rows, {Acknowledged} acknowledged, {Violations} violations");
}
