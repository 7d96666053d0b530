using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;
using TPWallet.Tests.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// One silo's way to the shared model store: the product's commit queue before it, one commit under way at a time, and a connection that is slow, breaks
/// before or after the commit, or never answers. Nothing of a silo that died is written any more, except what had left it.
/// </summary>
internal sealed partial class SimulatedJournal : IJournal, IPersonalKeys
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly MemoryJournal _journal;
    private readonly JournalSeal _seal;
    private readonly SimulatedTime _time;
    private readonly Faults _faults;
    private readonly Chance _chance;
    private readonly Action _crash;
    private readonly Action<string> _tell;
    private readonly CommitQueue _queue;
    private bool _committing;
    private bool _dead;

    /// <param name="crash">Kills the silo that this journal belongs to.</param>
    public SimulatedJournal(MemoryStore store, JournalSeal seal, SimulatedTime time, MachineTime databaseTime, Faults faults, Chance chance, Action crash, Action<string> tell)
    {
        _journal = new MemoryJournal(store, seal, databaseTime);
        (_seal, _time, _faults, _chance, _crash, _tell) = (seal, time, faults, chance, crash, tell);
        _queue = new CommitQueue(time, Deadline, Commit);
    }

    /// <inheritdoc/>
    public IReadOnlyList<AuditReport> AuditAtStart => _journal.AuditAtStart;

    /// <summary>The process died.</summary>
    public void Kill()
    {
        _dead = true;
        _queue.Dispose();
        _journal.Kill();
    }

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken)
    {
        var pending = PendingAppend.Seal(append, _seal, _time.GetTimestamp(), inline: true);
        if (!_dead) _queue.Enqueue(pending);
        return pending.Task;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<JournalRow>> ReadAsync(StreamId stream, long fromVersion, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadAsync(stream, fromVersion, max, cancellationToken));

    /// <inheritdoc/>
    public Task<T[]> ReadAsync<T>(StreamId stream, long fromVersion, int max, Func<JournalRow, T> decode, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadAsync(stream, fromVersion, max, decode, cancellationToken));

    /// <inheritdoc/>
    public Task<StreamHead> ReadHeadAsync(StreamId stream, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadHeadAsync(stream, cancellationToken));

    /// <inheritdoc/>
    public Task<JournalRow?> FindCommandAsync(StreamId stream, Guid commandId, CancellationToken cancellationToken) =>
        Read(() => _journal.FindCommandAsync(stream, commandId, cancellationToken));

    /// <inheritdoc/>
    public Task<StreamName?> FindStreamAsync(StreamId stream, CancellationToken cancellationToken) =>
        Read(() => _journal.FindStreamAsync(stream, cancellationToken));

    /// <inheritdoc/>
    public Task SaveSnapshotAsync(StreamId stream, Snapshot snapshot, CancellationToken cancellationToken) => Read(async () =>
    {
        await _journal.SaveSnapshotAsync(stream, snapshot, cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public Task<Snapshot?> LoadSnapshotAsync(StreamId stream, string code, CancellationToken cancellationToken) =>
        Read(() => _journal.LoadSnapshotAsync(stream, code, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<DueWake>> ReadDueAsync(int shard, long nowUnixMs, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadDueAsync(shard, nowUnixMs, max, cancellationToken));

    /// <inheritdoc/>
    public Task<bool> ClearWakeAsync(StreamId stream, long dueAtUnixMs, CancellationToken cancellationToken) =>
        Read(async () =>
        {
            var cleared = await _journal.ClearWakeAsync(stream, dueAtUnixMs, cancellationToken);
            _tell($"wake of {stream} at {dueAtUnixMs} cleared: {cleared}");
            return cleared;
        });

    /// <inheritdoc/>
    public Task<bool> PostponeWakeAsync(
        StreamId stream, long dueAtUnixMs, long nextDueAtUnixMs, WakeResult result, CancellationToken cancellationToken) =>
        Read(async () =>
        {
            var postponed = await _journal.PostponeWakeAsync(stream, dueAtUnixMs, nextDueAtUnixMs, result, cancellationToken);
            _tell($"wake of {stream} at {dueAtUnixMs} to {nextDueAtUnixMs} {result}: {postponed}");
            return postponed;
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<DueWake>> ReadDeadWakesAsync(StreamId after, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadDeadWakesAsync(after, max, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchHeader>> ReadNewestBatchesAsync(CancellationToken cancellationToken) =>
        Read(() => _journal.ReadNewestBatchesAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchRows>> ReadBatchesAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadBatchesAsync(committer, afterN, max, cancellationToken));

    /// <inheritdoc/>
    public Task<AuditReport> AuditAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.AuditAsync(committer, afterN, max, cancellationToken));

    /// <inheritdoc/>
    public Task<Checkpoint> CheckpointAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, CancellationToken cancellationToken) =>
        Read(() => _journal.CheckpointAsync(sign, cancellationToken));

    /// <inheritdoc/>
    public Task<Checkpoint?> ReadCheckpointAsync(CancellationToken cancellationToken) => Read(() => _journal.ReadCheckpointAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<PersonalKey> TakeKeyAsync(AccountId account, PersonalKey candidate, CancellationToken cancellationToken) =>
        Read(() => _journal.TakeKeyAsync(account, candidate, cancellationToken));

    /// <inheritdoc/>
    public Task<PersonalKey?> FindKeyAsync(AccountId account, Guid id, CancellationToken cancellationToken) =>
        Read(() => _journal.FindKeyAsync(account, id, cancellationToken));

    /// <inheritdoc/>
    public Task DestroyKeysAsync(AccountId account, CancellationToken cancellationToken) => Read(async () =>
    {
        await _journal.DestroyKeysAsync(account, cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public Task<long> DatabaseTimeAsync(CancellationToken cancellationToken) => Read(() => _journal.DatabaseTimeAsync(cancellationToken));

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Kill();
        return ValueTask.CompletedTask;
    }

    /// <summary>The queue has something: starts a commit if none is under way.</summary>
    private void Commit()
    {
        if (_committing || _dead) return;
        var taken = _queue.Take();
        if (taken.Count == 0) return;
        _committing = true;
        // The flush of a disk, or of one that is busy.
        var flush = _faults.Hit(Fault.AppendSlow) ? _chance.Milliseconds(200, 12_000) : _chance.Milliseconds(1, 6);
        _time.After(flush, () => Conclude(taken));
    }

    private void Conclude(List<PendingAppend> taken)
    {
        if (_dead) return;
        if (_faults.Hit(Fault.SiloCrashAtAppend))
        {
            // The database has it or has it not; either way nobody here will hear of it.
            if (_chance.Below(2) == 0) taken.ForEach(pending => _journal.Settle(pending, MemoryFault.Silence));
            _crash();
            return;
        }

        if (_faults.Hit(Fault.AppendSilent))
        {
            // Written or not, no answer comes; the queue's watchdog gives up on these, and the connection is made anew.
            if (_chance.Below(2) == 0) taken.ForEach(pending => _journal.Settle(pending, MemoryFault.Silence));
            _time.After(Deadline + _chance.Milliseconds(1_500, 4_000), Next);
            return;
        }

        foreach (var pending in taken) _journal.Settle(pending, FateOf());
        Next();
    }

    private void Next()
    {
        _queue.Done();
        _committing = false;
        Commit();
    }

    private MemoryFault FateOf()
    {
        if (_faults.Hit(Fault.AppendNotWritten)) return MemoryFault.NotWritten;
        if (_faults.Hit(Fault.AppendUnknownWritten)) return MemoryFault.UnknownWritten;
        return _faults.Hit(Fault.AppendUnknownNotWritten) ? MemoryFault.UnknownNotWritten : MemoryFault.None;
    }

    private Task<T> Read<T>(Func<Task<T>> read)
    {
        if (_dead) return new TaskCompletionSource<T>().Task;
        if (_faults.Hit(Fault.ReadFails)) return Task.FromException<T>(new IOException("The connection to the database broke."));
        if (!_faults.Hit(Fault.ReadSlow)) return read();
        return Later(read);
    }

    private async Task<T> Later<T>(Func<Task<T>> read)
    {
        var answered = new TaskCompletionSource();
        _time.After(_chance.Milliseconds(20, 3_000), answered.SetResult);
        await answered.Task;
        return _dead ? await new TaskCompletionSource<T>().Task : await read();
    }
}
