using System.Threading.Channels;
using Npgsql;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>
/// Writes batches, one in flight, on one connection. A broken connection leaves a batch in doubt: it is looked up by its
/// header after reconnecting, and written again if it is not there (not found alone proves nothing: the first attempt may still be running, and then
/// the second waits for it at the unique keys). What is not resolved before the append deadline is answered Unknown, and the committer goes on as a
/// new incarnation with a chain of its own.
/// </summary>
internal sealed class PostgresCommitter : IAsyncDisposable
{
    private const int MaxRounds = 3;
    private const int MaxReconnects = 20;
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(100);

    private readonly PostgresJournalOptions _options;
    private readonly int _index;
    private readonly CommitQueue _queue;
    private readonly JournalSeal _seal;
    private readonly KnownHeads _heads;
    private readonly TimeProvider _time;
    private readonly string _application = $"tpw-journal-{Guid.NewGuid():n}";
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private CommitterConnection? _connection;
    private Task _running = Task.CompletedTask;
    private int _committer;
    private Guid _incarnation;
    private long _n;
    private byte[] _previous = [];

    /// <summary>Makes a committer; <see cref="StartAsync"/> connects it.</summary>
    public PostgresCommitter(PostgresJournalOptions options, int index, CommitQueue queue, JournalSeal seal, KnownHeads heads, TimeProvider time)
    {
        (_options, _index, _queue, _seal, _heads, _time) = (options, index, queue, seal, heads, time);
    }

    /// <summary>Name of the committer's session in pg_stat_activity.</summary>
    public string Application => _application;

    /// <summary>Lets an idle committer look at the queue. Does not block.</summary>
    public void Signal() => _signal.Writer.TryWrite(true);

    /// <summary>Connects, takes the lock and starts writing.</summary>
    /// <exception cref="JournalOwnedException">Another process owns the database.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ConnectAsync(newIncarnation: true, cancellationToken).ConfigureAwait(false);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Ends with the closed queue's last commit, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _running.ConfigureAwait(false);
        if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (!_queue.Finished)
        {
            var batch = _queue.Take(_index);
            if (batch.Count == 0)
            {
                if (_queue.Finished) break;
                await _signal.Reader.ReadAsync().ConfigureAwait(false);
                // Behind what the pool has to do already: who caused the signal often has more to append in the same breath. A turn, not a delay.
                await Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default)
                    .ConfigureAwait(false);
                continue;
            }

            using var deadline = new CancellationTokenSource(_options.AppendDeadline, _time);
            await CommitAsync(batch, deadline.Token).ConfigureAwait(false);
            _queue.Done(_index);
        }
    }

    private async Task CommitAsync(List<PendingAppend> batch, CancellationToken deadline)
    {
        batch.RemoveAll(RefuseRepeated);
        batch.Sort((left, right) => left.Stream.CompareTo(right.Stream));
        for (var round = 0; round < MaxRounds && batch.Count > 0; round++) batch = await RoundAsync(batch, deadline).ConfigureAwait(false);

        // Streams that keep racing get a transaction each, so that none of them holds up the others.
        foreach (var append in batch)
        {
            List<PendingAppend> alone = [append];
            for (var round = 0; round < MaxRounds && alone.Count > 0; round++) alone = await RoundAsync(alone, deadline).ConfigureAwait(false);
            if (alone.Count > 0) append.Complete(new AppendOutcome.NotWritten("The stream was being written by others at each attempt."));
        }
    }

    /// <summary>One attempt. Answers what is decided and returns what is to be tried again.</summary>
    private async Task<List<PendingAppend>> RoundAsync(List<PendingAppend> batch, CancellationToken deadline)
    {
        BatchHeader? sent = null;
        var (broken, inDoubt) = (_connection is null, false);
        for (var reconnects = 0; ; reconnects++)
        {
            try
            {
                if (broken) await ConnectAsync(newIncarnation: sent is null && _committer == 0, deadline).ConfigureAwait(false);
                if (broken && sent is not null && await _connection!.CommittedAtAsync(sent, deadline).ConfigureAwait(false) is { } at)
                    return Written(batch, sent, at);
                broken = false;
                sent ??= BatchHeader.Close(_committer, _incarnation, _n + 1, [.. batch.SelectMany(append => append.Rows)], _previous);
                return await SendAsync(batch, sent, inDoubt, deadline).ConfigureAwait(false);
            }
            catch (JournalOwnedException owned)
            {
                return GiveUp(batch, sent, owned.Message);
            }
            catch (Exception failure)
            {
                // The edge: whatever broke, the appends get an answer and the committer lives on.
                await DisconnectAsync().ConfigureAwait(false);
                // An ERROR ends an autocommit statement without a trace; a FATAL or a lost connection says nothing about it.
                if (failure is PostgresException { InvariantSeverity: "ERROR" } refused && !broken && !inDoubt)
                    return GiveUp(batch, null, $"PostgreSQL refused: {refused.SqlState} {refused.MessageText}");
                inDoubt = sent is not null;
                if (deadline.IsCancellationRequested || reconnects == MaxReconnects) return GiveUp(batch, sent, failure.Message);
                broken = true;
                await PauseAsync(deadline).ConfigureAwait(false);
            }
        }
    }

    private async Task<List<PendingAppend>> SendAsync(List<PendingAppend> batch, BatchHeader header, bool resent, CancellationToken deadline)
    {
        long at;
        Guid[] conflicts;
        var raced = false;
        try
        {
            (at, conflicts) = await _connection!.Commit.ExecuteAsync(batch, header, _seal.Batch(header.Hash), deadline).ConfigureAwait(false);
        }
        catch (PostgresException race) when (race.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure)
        {
            (at, conflicts, raced) = (0, [], true);
            foreach (var append in batch) _heads.Doubt(append);
        }

        if (!raced && conflicts.Length == 0) return Written(batch, header, at);
        // What stands in the way of a batch that was sent before may be that batch itself.
        if (resent && await _connection!.CommittedAtAsync(header, deadline).ConfigureAwait(false) is { } before)
            return Written(batch, header, before);
        var known = raced
            ? await _connection!.KnownCommandsAsync(batch, deadline).ConfigureAwait(false)
            : [];
        return [.. batch.Where(append => !Refuse(append, conflicts, known))];
    }

    private List<PendingAppend> Written(List<PendingAppend> batch, BatchHeader header, long at)
    {
        (_n, _previous) = (header.N, header.Hash);
        foreach (var append in batch)
        {
            _heads.Learn(append);
            append.CompleteDurable(at);
        }

        return [];
    }

    // With a batch in doubt the old chain may still get that batch: the next one starts a chain of its own.
    private List<PendingAppend> GiveUp(List<PendingAppend> batch, BatchHeader? inDoubt, string reason)
    {
        AppendOutcome outcome = inDoubt is null ? new AppendOutcome.NotWritten(reason) : new AppendOutcome.Unknown(reason);
        foreach (var append in batch) append.Complete(outcome);
        if (inDoubt is not null) _committer = 0;
        return [];
    }

    private static bool Refuse(PendingAppend append, Guid[] conflicts, HashSet<(Guid, Guid)> known)
    {
        if (Array.IndexOf(conflicts, append.Stream.Value) >= 0)
        {
            append.Complete(new AppendOutcome.Conflict());
            return true;
        }

        foreach (var row in append.Rows)
        {
            if (row.Content.CommandId is not { } command || !known.Contains((append.Stream.Value, command))) continue;
            append.Complete(new AppendOutcome.DuplicateCommand(command));
            return true;
        }

        return false;
    }

    private static bool RefuseRepeated(PendingAppend append)
    {
        if (append.RepeatedCommand() is not { } command) return false;
        append.Complete(new AppendOutcome.DuplicateCommand(command));
        return true;
    }

    private async Task ConnectAsync(bool newIncarnation, CancellationToken cancellationToken)
    {
        await DisconnectAsync().ConfigureAwait(false);
        _connection = await CommitterConnection.OpenAsync(_options, _index, _application, _heads, cancellationToken).ConfigureAwait(false);
        if (!newIncarnation) return;
        var incarnation = Guid.NewGuid();
        _committer = await _connection.AddCommitterAsync(incarnation, cancellationToken).ConfigureAwait(false);
        (_incarnation, _n, _previous) = (incarnation, 0, []);
    }

    private async Task DisconnectAsync()
    {
        var connection = _connection;
        _connection = null;
        if (connection is null) return;
        try
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException)
        {
            // It was broken already; there is nothing to close properly.
            Debug.WriteLine(failure.Message);
        }
    }

    private async Task PauseAsync(CancellationToken deadline)
    {
        try
        {
            await Task.Delay(ReconnectPause, _time, deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next attempt sees the deadline and gives up with the right outcome.
        }
    }
}
