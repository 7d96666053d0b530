using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>
/// The one thread that writes. SQLite has one writer anyway; a thread of its own keeps fsync off the pool. Each round commits what waits in one
/// transaction, every append under its own savepoint, so that one stream's conflict leaves the others alone.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int ConstraintError = 19;

    private readonly string _connectionString;
    private readonly JournalSeal _seal;
    private readonly TimeProvider _time;
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly ConcurrentQueue<Action<SqliteConnection>> _jobs = new();
    private readonly Thread _thread;
    private SqliteConnection? _connection;
    private SqliteStatements? _statements;
    private int _committer;
    private Guid _incarnation;
    private long _n;
    private byte[] _previous = [];
    private bool _inDoubt;

    /// <summary>Opens the database, applies missing scripts and starts the thread.</summary>
    public SqliteWriter(string connectionString, JournalSeal seal, TimeProvider time, TimeSpan deadline)
    {
        _connectionString = connectionString;
        _seal = seal;
        _time = time;
        Queue = new CommitQueue(time, deadline, () => _wake.Set());
        try
        {
            Open();
        }
        catch
        {
            Close();
            Queue.Dispose();
            _wake.Dispose();
            throw;
        }

        _thread = new Thread(Loop) { IsBackground = true, Name = "journal-sqlite" };
        _thread.Start();
    }

    /// <summary>What waits to be written.</summary>
    public CommitQueue Queue { get; }

    /// <summary>Runs one small write on the writer's thread, between commits.</summary>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work)
    {
        ObjectDisposedException.ThrowIf(Queue.Finished, this);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs.Enqueue(connection =>
        {
            try
            {
                done.SetResult(work(connection));
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        _wake.Set();
        return done.Task;
    }

    /// <summary>Writes what waits, then ends the thread and closes the database.</summary>
    public void Dispose()
    {
        Queue.Close();
        _thread.Join();
        Queue.Dispose();
        _wake.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            var batch = Queue.Take();
            if (batch.Count > 0)
            {
                CommitOrAnswer(batch);
                Queue.Done();
            }

            // As many jobs as were there, not as many as keep coming: appends are not starved by them.
            for (var jobs = _jobs.Count; jobs > 0 && _jobs.TryDequeue(out var job); jobs--) job(_connection!);
            if (batch.Count > 0 || !_jobs.IsEmpty) continue;
            if (Queue.Finished) break;
            _wake.WaitOne();
        }

        Close();
    }

    // The thread must outlive any failure of the disk: what fails here is an answer to the appends of this round.
    private void CommitOrAnswer(List<PendingAppend> batch)
    {
        try
        {
            if (_inDoubt) Reopen();
        }
        catch (Exception failure) when (failure is SqliteException or IOException)
        {
            foreach (var append in batch) append.Complete(new AppendOutcome.NotWritten($"The database cannot be opened again: {failure.Message}"));
            return;
        }

        var committing = false;
        try
        {
            var written = Write(batch);
            committing = true;
            if (written.Count > 0) Seal(written);
            else SqliteStatements.Run(_statements!.Rollback);
        }
        catch (SqliteException failure)
        {
            _inDoubt = committing || !TryRollback();
            AppendOutcome outcome = committing
                ? new AppendOutcome.Unknown($"The commit failed: {failure.Message}")
                : new AppendOutcome.NotWritten($"The write failed and was not committed: {failure.Message}");
            foreach (var append in batch) append.Complete(outcome);
        }
    }

    private List<PendingAppend> Write(List<PendingAppend> batch)
    {
        var written = new List<PendingAppend>(batch.Count);
        SqliteStatements.Run(_statements!.Begin);
        foreach (var append in batch)
        {
            if (Insert(append) is { } refusal) append.Complete(refusal);
            else written.Add(append);
        }

        return written;
    }

    private void Seal(List<PendingAppend> written)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var header = BatchHeader.Close(_committer, _incarnation, _n + 1, [.. written.SelectMany(append => append.Rows)], _previous);
        SqliteStatements.Run(
            _statements!.Batch, _committer, header.N, header.Keys, header.Root, header.Previous, header.Hash, _seal.Batch(header.Hash), now);
        SqliteStatements.Run(_statements.Commit);
        (_n, _previous) = (header.N, header.Hash);
        foreach (var append in written) append.CompleteDurable(now);
    }

    private AppendOutcome? Insert(PendingAppend append)
    {
        var statements = _statements!;
        var stream = append.Stream.ToBytes();
        if (!IsHead(stream, append.Append)) return new AppendOutcome.Conflict();
        if (append.RepeatedCommand() is { } twice) return new AppendOutcome.DuplicateCommand(twice);
        SqliteStatements.Run(statements.Savepoint);
        Guid? command = null;
        try
        {
            foreach (var row in append.Rows)
            {
                command = row.Content.CommandId;
                InsertRow(stream, row);
            }
        }
        catch (SqliteException constraint) when (constraint.SqliteErrorCode == ConstraintError && command is not null)
        {
            SqliteStatements.Run(statements.Undo);
            SqliteStatements.Run(statements.Release);
            return new AppendOutcome.DuplicateCommand(command.Value);
        }

        var (name, wakeAt) = (append.Append.Stream, append.Append.WakeAtUnixMs);
        if (append.Append.ExpectedVersion == 0) SqliteStatements.Run(statements.Stream, stream, name.Tenant, name.Kind, name.Key);
        if (wakeAt is not null) SqliteStatements.Run(statements.Wake, stream, append.Stream.Shard, wakeAt.Value);
        if (append.Append.ClearWake) SqliteStatements.Run(statements.ClearWake, stream);
        SqliteStatements.Run(statements.Release);
        return null;
    }

    private void InsertRow(byte[] stream, SealedRow row)
    {
        var content = row.Content;
        SqliteStatements.Run(
            _statements!.Event, stream, row.Version, content.Type, content.Schema, Exact(content.Payload),
            content.CommandId is { } id ? id.ToByteArray(bigEndian: true) : DBNull.Value,
            content.CommandId is null ? DBNull.Value : Exact(content.Fingerprint),
            content.AtUnixMs, _committer, _n + 1, row.Hash, row.Mac);
    }

    private bool IsHead(byte[] stream, Append append)
    {
        SqliteStatements.Set(_statements!.Head, stream);
        using var reader = _statements.Head.ExecuteReader();
        return reader.Read()
            ? reader.GetInt64(0) == append.ExpectedVersion && reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(append.PreviousHash.Span)
            : append.ExpectedVersion == 0;
    }

    private bool TryRollback()
    {
        try
        {
            SqliteStatements.Run(_statements!.Rollback);
            return true;
        }
        catch (SqliteException)
        {
            // Some errors end the transaction by themselves; either way the connection is opened anew before it is used again.
            return false;
        }
    }

    private void Reopen()
    {
        Close();
        Open();
        _inDoubt = false;
    }

    // A new incarnation per opening: whether the last batch of the old one was committed need not be known to go on.
    private void Open()
    {
        _connection = new SqliteConnection(_connectionString);
        _connection.Open();
        SqliteSchema.Apply(_connection, _time);
        _statements = new SqliteStatements(_connection);
        _incarnation = Guid.NewGuid();
        _committer = SqliteSchema.AddCommitter(_connection, _incarnation, _time);
        (_n, _previous) = (0, []);
    }

    private void Close()
    {
        _statements?.Dispose();
        _connection?.Dispose();
        (_statements, _connection) = (null, null);
    }

    private static byte[] Exact(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array!.Length == bytes.Length
            ? segment.Array
            : bytes.ToArray();
}
