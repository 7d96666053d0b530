using Npgsql;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>
/// The journal in PostgreSQL: hash-partitioned events, group commit by a few committers, each stream in one commit at a time. For one embedded
/// process or for all silos of a cluster.
/// </summary>
public sealed partial class PostgresJournal : IJournal
{
    private const int CheckpointLock = -2;

    /// <summary>Less than a commit takes, more than an answer takes to bring the next append.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(1);

    private readonly JournalSeal _seal;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _source;
    private readonly PostgresReader _reader;
    private readonly CommitQueue _queue;
    private ImmutableArray<PostgresCommitter> _committers = [];
    private int _disposed;

    private PostgresJournal(PostgresJournalOptions options, JournalSeal seal, TimeProvider time)
    {
        (_seal, _time) = (seal, time);
        _source = NpgsqlDataSource.Create(PostgresReader.Settings(options));
        _reader = new PostgresReader(_source, new RowCheck(seal));
        _queue = new CommitQueue(time, options.AppendDeadline, SignalAll, options.Committers, Gather);
    }

    /// <summary>Connects, applies missing scripts under a lock, takes the owner lock and audits the newest batches.</summary>
    /// <exception cref="JournalOwnedException">Another process owns the database.</exception>
    /// <exception cref="InvalidOperationException">Commits would not be durable, or a newer or foreign build made the schema.</exception>
    public static async Task<PostgresJournal> OpenAsync(
        PostgresJournalOptions options, JournalSeal seal, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Committers, 1);
        var journal = new PostgresJournal(options, seal, time);
        try
        {
            await PostgresSchema.ApplyAsync(journal._source, cancellationToken).ConfigureAwait(false);
            var heads = new KnownHeads();
            for (var i = 0; i < options.Committers; i++)
            {
                var committer = new PostgresCommitter(options, i, journal._queue, seal, heads, time);
                journal._committers = journal._committers.Add(committer);
                await committer.StartAsync(cancellationToken).ConfigureAwait(false);
            }

            if (options.AuditedRowsAtStart > 0)
                journal.AuditAtStart = await journal._reader.AuditNewestAsync(options.AuditedRowsAtStart, cancellationToken).ConfigureAwait(false);
            return journal;
        }
        catch
        {
            await journal.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<AuditReport> AuditAtStart { get; private set; } = [];

    /// <summary>Names of the committers' sessions in pg_stat_activity, for operators.</summary>
    public IReadOnlyList<string> Sessions => [.. _committers.Select(committer => committer.Application)];

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken)
    {
        var pending = PendingAppend.Seal(append, _seal, _time.GetTimestamp());
        _queue.Enqueue(pending);
        return cancellationToken.CanBeCanceled ? pending.Task.WaitAsync(cancellationToken) : pending.Task;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRow>> ReadAsync(StreamId stream, long fromVersion, int max, CancellationToken cancellationToken) =>
        _reader.ReadAsync(stream, fromVersion, max, cancellationToken);

    /// <inheritdoc/>
    public async Task<T[]> ReadAsync<T>(
        StreamId stream, long fromVersion, int max, Func<JournalRow, T> decode, CancellationToken cancellationToken) =>
        [.. (await _reader.ReadAsync(stream, fromVersion, max, cancellationToken).ConfigureAwait(false)).Select(decode)];

    /// <inheritdoc/>
    public Task<StreamHead> ReadHeadAsync(StreamId stream, CancellationToken cancellationToken) => _reader.ReadHeadAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task<JournalRow?> FindCommandAsync(StreamId stream, Guid commandId, CancellationToken cancellationToken) =>
        _reader.FindCommandAsync(stream, commandId, cancellationToken);

    /// <inheritdoc/>
    public Task<StreamName?> FindStreamAsync(StreamId stream, CancellationToken cancellationToken) =>
        _reader.FindStreamAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task SaveSnapshotAsync(StreamId stream, Snapshot snapshot, CancellationToken cancellationToken)
    {
        snapshot.Validate();
        return RunAsync(
            "insert into snapshot values ($1, $2, $3, $4, $5, $6) on conflict (stream) do update set "
            + "version = excluded.version, code = excluded.code, hash = excluded.hash, state = excluded.state, mac = excluded.mac",
            cancellationToken, stream.Value, snapshot.Version, snapshot.Code, snapshot.HeadHash, snapshot.State, _seal.Snapshot(stream, snapshot));
    }

    /// <inheritdoc/>
    public Task<Snapshot?> LoadSnapshotAsync(StreamId stream, string code, CancellationToken cancellationToken) =>
        _reader.LoadSnapshotAsync(stream, code, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DueWake>> ReadDueAsync(int shard, long nowUnixMs, int max, CancellationToken cancellationToken) =>
        _reader.ReadDueAsync(shard, nowUnixMs, max, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> ClearWakeAsync(StreamId stream, long dueAtUnixMs, CancellationToken cancellationToken) =>
        await RunAsync("delete from wake where stream = $1 and due_at = $2", cancellationToken, stream.Value, dueAtUnixMs).ConfigureAwait(false) > 0;

    /// <inheritdoc/>
    public async Task<bool> PostponeWakeAsync(
        StreamId stream, long dueAtUnixMs, long nextDueAtUnixMs, WakeResult result, CancellationToken cancellationToken) =>
        await RunAsync(
            SqlReader.PostponeSql, cancellationToken,
            stream.Value, dueAtUnixMs, nextDueAtUnixMs, result == WakeResult.Owing, result == WakeResult.GivenUp).ConfigureAwait(false) > 0;

    /// <inheritdoc/>
    public Task<IReadOnlyList<DueWake>> ReadDeadWakesAsync(StreamId after, int max, CancellationToken cancellationToken) =>
        _reader.ReadDeadWakesAsync(after, max, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchHeader>> ReadNewestBatchesAsync(CancellationToken cancellationToken) =>
        _reader.ReadNewestBatchesAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchRows>> ReadBatchesAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        _reader.ReadBatchesAsync(committer, afterN, max, cancellationToken);

    /// <inheritdoc/>
    public Task<AuditReport> AuditAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        _reader.AuditAsync(committer, afterN, max, cancellationToken);

    /// <inheritdoc/>
    public async Task<Checkpoint> CheckpointAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedConnection = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedTransaction = transaction.ConfigureAwait(false);
        // One checkpoint at a time over all silos; the lock ends with the transaction.
        await PostgresSchema.RunAsync(
            connection, $"select pg_advisory_xact_lock({PostgresSchema.LockClass}, {CheckpointLock})", cancellationToken).ConfigureAwait(false);
        var newest = await _reader.ReadNewestBatchesAsync(cancellationToken).ConfigureAwait(false);
        var previous = await _reader.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false);
        var unsigned = Checkpoint.Over(newest, previous, await _reader.TimeAsync(cancellationToken).ConfigureAwait(false));
        var signed = unsigned with { Signature = await sign(unsigned.Body(), cancellationToken).ConfigureAwait(false) };
        await PostgresSchema.RunAsync(
            connection, "insert into checkpoint values ($1, $2, $3, $4, $5, $6)", cancellationToken,
            signed.Number, signed.AtUnixMs, signed.HeadBytes(), signed.Root, signed.Previous, signed.Signature).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return signed;
    }

    /// <inheritdoc/>
    public Task<Checkpoint?> ReadCheckpointAsync(CancellationToken cancellationToken) => _reader.ReadCheckpointAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<long> DatabaseTimeAsync(CancellationToken cancellationToken) => _reader.TimeAsync(cancellationToken);

    /// <summary>Writes what waits and closes the connections; the owner lock ends with them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _queue.Close();
        foreach (var committer in _committers) await committer.DisposeAsync().ConfigureAwait(false);
        _queue.Dispose();
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private void SignalAll()
    {
        foreach (var committer in _committers) committer.Signal();
    }

    private async Task<int> RunAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var owned = connection.ConfigureAwait(false);
        return await PostgresSchema.RunAsync(connection, sql, cancellationToken, values).ConfigureAwait(false);
    }
}
