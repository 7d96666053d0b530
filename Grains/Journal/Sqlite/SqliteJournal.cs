using Microsoft.Data.Sqlite;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>
/// The embedded journal: one SQLite file, one writing thread, WAL with synchronous=FULL, owned by one process. Reads run on the pool, so that no
/// grain's turn waits for the disk.
/// </summary>
public sealed partial class SqliteJournal : IJournal
{
    internal const string FileName = "journal.db";

    private readonly JournalSeal _seal;
    private readonly TimeProvider _time;
    private readonly OwnerLock? _owner;
    private readonly string _readConnectionString;
    private readonly SqliteReader _reader;
    private readonly SqliteWriter _writer;
    private readonly SemaphoreSlim _checkpointing = new(1, 1);
    private int _disposed;

    private SqliteJournal(SqliteJournalOptions options, JournalSeal seal, TimeProvider time, OwnerLock? owner)
    {
        (_seal, _time, _owner) = (seal, time, owner);
        var file = Path.Combine(options.Directory, FileName);
        _writer = new SqliteWriter(ConnectionString(file, SqliteOpenMode.ReadWriteCreate, pooling: false), seal, time, options.AppendDeadline);
        _readConnectionString = ReadOnly(file);
        _reader = new SqliteReader(_readConnectionString, new RowCheck(seal));
    }

    /// <summary>Opens or makes the database, takes the owner lock, applies missing scripts and audits the newest batches.</summary>
    /// <exception cref="JournalOwnedException">Another process owns it.</exception>
    /// <exception cref="InvalidOperationException">A newer or foreign build made it.</exception>
    public static Task<SqliteJournal> OpenAsync(
        SqliteJournalOptions options, JournalSeal seal, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Run(
            async () =>
            {
                SqliteNative.EnsureLoaded();
                Directory.CreateDirectory(options.Directory);
                var owner = options.Exclusive ? OwnerLock.Take(Path.Combine(options.Directory, "journal.lock")) : null;
                SqliteJournal? journal = null;
                try
                {
                    journal = new SqliteJournal(options, seal, time, owner);
                    if (options.AuditedRowsAtStart > 0)
                        journal.AuditAtStart = await journal._reader.AuditNewestAsync(options.AuditedRowsAtStart, cancellationToken);
                    return journal;
                }
                catch
                {
                    if (journal is not null) await journal.DisposeAsync();
                    else owner?.Dispose();
                    throw;
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<AuditReport> AuditAtStart { get; private set; } = [];

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken)
    {
        var pending = PendingAppend.Seal(append, _seal, _time.GetTimestamp());
        _writer.Queue.Enqueue(pending);
        return cancellationToken.CanBeCanceled ? pending.Task.WaitAsync(cancellationToken) : pending.Task;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRow>> ReadAsync(StreamId stream, long fromVersion, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadAsync(stream, fromVersion, max, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<T[]> ReadAsync<T>(
        StreamId stream, long fromVersion, int max, Func<JournalRow, T> decode, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(stream, fromVersion, max, cancellationToken).ConfigureAwait(false)).Select(decode)];

    /// <inheritdoc/>
    public Task<StreamHead> ReadHeadAsync(StreamId stream, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadHeadAsync(stream, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<JournalRow?> FindCommandAsync(StreamId stream, Guid commandId, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.FindCommandAsync(stream, commandId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<StreamName?> FindStreamAsync(StreamId stream, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.FindStreamAsync(stream, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task SaveSnapshotAsync(StreamId stream, Snapshot snapshot, CancellationToken cancellationToken)
    {
        snapshot.Validate();
        return _writer.RunAsync(connection => SqliteSchema.Run(
            connection,
            "insert into snapshot values ($1, $2, $3, $4, $5, $6) on conflict (stream) do update set "
            + "version = excluded.version, code = excluded.code, hash = excluded.hash, state = excluded.state, mac = excluded.mac",
            stream.ToBytes(), snapshot.Version, snapshot.Code, snapshot.HeadHash, snapshot.State.ToArray(), _seal.Snapshot(stream, snapshot)))
            .WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Snapshot?> LoadSnapshotAsync(StreamId stream, string code, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.LoadSnapshotAsync(stream, code, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DueWake>> ReadDueAsync(int shard, long nowUnixMs, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadDueAsync(shard, nowUnixMs, max, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ClearWakeAsync(StreamId stream, long dueAtUnixMs, CancellationToken cancellationToken) =>
        _writer.RunAsync(connection =>
            SqliteSchema.Run(connection, "delete from wake where stream = $1 and due_at = $2", stream.ToBytes(), dueAtUnixMs) > 0)
            .WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<bool> PostponeWakeAsync(
        StreamId stream, long dueAtUnixMs, long nextDueAtUnixMs, WakeResult result, CancellationToken cancellationToken) =>
        _writer.RunAsync(connection => SqliteSchema.Run(
            connection, SqlReader.PostponeSql,
            stream.ToBytes(), dueAtUnixMs, nextDueAtUnixMs, result == WakeResult.Owing, result == WakeResult.GivenUp) > 0)
            .WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DueWake>> ReadDeadWakesAsync(StreamId after, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadDeadWakesAsync(after, max, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchHeader>> ReadNewestBatchesAsync(CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadNewestBatchesAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchRows>> ReadBatchesAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadBatchesAsync(committer, afterN, max, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<AuditReport> AuditAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.AuditAsync(committer, afterN, max, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<Checkpoint> CheckpointAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, CancellationToken cancellationToken)
    {
        await _checkpointing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var newest = await ReadNewestBatchesAsync(cancellationToken).ConfigureAwait(false);
            var previous = await ReadCheckpointAsync(cancellationToken).ConfigureAwait(false);
            var unsigned = Checkpoint.Over(newest, previous, _time.GetUtcNow().ToUnixTimeMilliseconds());
            var signed = unsigned with { Signature = await sign(unsigned.Body(), cancellationToken).ConfigureAwait(false) };
            await _writer.RunAsync(connection => SqliteSchema.Run(
                connection, "insert into checkpoint values ($1, $2, $3, $4, $5, $6)",
                signed.Number, signed.AtUnixMs, signed.HeadBytes(), signed.Root, signed.Previous, signed.Signature)).ConfigureAwait(false);
            return signed;
        }
        finally
        {
            _checkpointing.Release();
        }
    }

    /// <inheritdoc/>
    public Task<Checkpoint?> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadCheckpointAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<long> DatabaseTimeAsync(CancellationToken cancellationToken) => Task.FromResult(_time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Writes what waits, closes the database and gives the lock up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await Task.Run(_writer.Dispose).ConfigureAwait(false);
        using (var pooled = new SqliteConnection(_readConnectionString)) SqliteConnection.ClearPool(pooled);
        _checkpointing.Dispose();
        _owner?.Dispose();
    }

    /// <summary>How a journal's file is opened for reading.</summary>
    internal static string ReadOnly(string file) => ConnectionString(file, SqliteOpenMode.ReadOnly, pooling: true);

    private static string ConnectionString(string file, SqliteOpenMode mode, bool pooling) =>
        new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = pooling, DefaultTimeout = 5 }.ToString();
}
