using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Personal;

namespace TPWallet.Tests.Journal;

/// <summary>
/// The model store: the port's meaning in the fewest lines, with faults on demand. It has no thread, clock or randomness of its own, and answers
/// inside the call unless <see cref="Intercept"/> holds an append back, so that a seeded simulation stays deterministic. It passes the same
/// specification as the real stores.
/// </summary>
public sealed partial class MemoryJournal : IJournal, IPersonalKeys
{
    private readonly MemoryStore _store;
    private readonly JournalSeal _seal;
    private readonly TimeProvider _time;
    private readonly RowCheck _check;
    private readonly int _committer;
    private readonly Guid _incarnation;
    private readonly Dictionary<StreamId, Task> _order = [];

    public MemoryJournal(MemoryStore store, JournalSeal seal, TimeProvider time)
    {
        (_store, _seal, _time, _check) = (store, seal, time, new RowCheck(seal));
        lock (store.Gate)
        {
            if (store.Owners.Count > 0 && !store.IsShared) throw new JournalOwnedException("Another journal owns this store.");
            store.Owners.Add(this);
            _committer = store.Batches.Count + 1;
            store.Batches.Add(_committer, []);
        }

        _incarnation = new Guid(_committer, 0, 0, new byte[8]);
    }

    /// <summary>Decides an append's fate; a task that is not complete yet holds the append (and its stream's later ones) back.</summary>
    public Func<Append, Task<MemoryFault>>? Intercept { get; set; }

    /// <summary>Told when a wake was postponed.</summary>
    public Action<WakeResult>? Postponed { get; set; }

    /// <summary>Gives the store up at once, as a killed process does: appends held back are never written, and later calls fail.</summary>
    public void Kill()
    {
        lock (_store.Gate)
        {
            _store.Owners.Remove(this);
        }
    }

    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken)
    {
        var pending = PendingAppend.Seal(append, _seal, _time.GetTimestamp(), inline: true);
        if (Intercept is not { } intercept)
        {
            Settle(pending, MemoryFault.None);
        }
        else
        {
            Task before;
            lock (_store.Gate) before = _order.GetValueOrDefault(pending.Stream, Task.CompletedTask);
            var turn = SettleInTurn(before, pending, intercept);
            lock (_store.Gate) _order[pending.Stream] = turn;
        }

        return cancellationToken.CanBeCanceled ? pending.Task.WaitAsync(cancellationToken) : pending.Task;
    }

    public Task<IReadOnlyList<JournalRow>> ReadAsync(StreamId stream, long fromVersion, int max, CancellationToken cancellationToken) => Read(() =>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromVersion, 1);
        _check.ThrowIfCondemned(stream);
        var limit = Page(max) + (fromVersion > 1 ? 1 : 0);
        var stored = _store.Rows(stream).Where(r => r.Row.Version >= Math.Max(1, fromVersion - 1)).Take(limit).ToArray();
        return stored.Length == 0 || stored[^1].Row.Version < fromVersion ? [] : _check.Believe(stream, fromVersion, stored);
    });

    public async Task<T[]> ReadAsync<T>(StreamId stream, long fromVersion, int max, Func<JournalRow, T> decode, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(stream, fromVersion, max, cancellationToken)).Select(decode)];

    public Task<StreamHead> ReadHeadAsync(StreamId stream, CancellationToken cancellationToken) => Read(() =>
    {
        _check.ThrowIfCondemned(stream);
        var rows = _store.Rows(stream);
        if (rows.Count == 0) return StreamHead.Empty;
        var row = _check.Believe(rows[^1], PreviousOf(rows[^1].Row));
        return new StreamHead(row.Version, row.Hash);
    });

    public Task<JournalRow?> FindCommandAsync(StreamId stream, Guid commandId, CancellationToken cancellationToken) => Read(() =>
    {
        _check.ThrowIfCondemned(stream);
        foreach (var row in _store.Rows(stream))
        {
            if (row.Row.CommandId == commandId) return (JournalRow?)_check.Believe(row, PreviousOf(row.Row));
        }

        return null;
    });

    public Task<StreamName?> FindStreamAsync(StreamId stream, CancellationToken cancellationToken) =>
        Read(() => _store.Names.GetValueOrDefault(stream));

    /// <summary>Told of each snapshot that was saved.</summary>
    public Action<StreamId>? SnapshotSaved { get; set; }

    public Task SaveSnapshotAsync(StreamId stream, Snapshot snapshot, CancellationToken cancellationToken)
    {
        snapshot.Validate();
        return Read(() =>
        {
            _store.Snapshots[stream] = (snapshot, _seal.Snapshot(stream, snapshot));
            SnapshotSaved?.Invoke(stream);
            return true;
        });
    }

    public Task<Snapshot?> LoadSnapshotAsync(StreamId stream, string code, CancellationToken cancellationToken) => Read(() =>
    {
        _check.ThrowIfCondemned(stream);
        if (!_store.Snapshots.TryGetValue(stream, out var found) || found.Snapshot.Code != code) return null;
        return _check.Believe(stream, found.Snapshot, found.Mac, RowAt(stream, found.Snapshot.Version)?.Row.Hash);
    });

    public Task<IReadOnlyList<DueWake>> ReadDueAsync(int shard, long nowUnixMs, int max, CancellationToken cancellationToken) =>
        Wakes(w => !w.Value.Dead && w.Key.Shard == shard && w.Value.DueAtUnixMs <= nowUnixMs, w => w.Value.DueAtUnixMs, max);

    public Task<IReadOnlyList<DueWake>> ReadDeadWakesAsync(StreamId after, int max, CancellationToken cancellationToken) =>
        Wakes(w => w.Value.Dead && w.Key > after, _ => 0, max);

    public Task<bool> ClearWakeAsync(StreamId stream, long dueAtUnixMs, CancellationToken cancellationToken) => Read(() =>
        _store.Wakes.TryGetValue(stream, out var wake) && wake.DueAtUnixMs == dueAtUnixMs && _store.Wakes.Remove(stream));

    public Task<bool> PostponeWakeAsync(
        StreamId stream, long dueAtUnixMs, long nextDueAtUnixMs, WakeResult result, CancellationToken cancellationToken) => Read(() =>
    {
        if (!_store.Wakes.TryGetValue(stream, out var wake) || wake.DueAtUnixMs != dueAtUnixMs) return false;
        _store.Wakes[stream] = new MemoryWake(
            nextDueAtUnixMs, wake.Attempts + 1, result == WakeResult.Owing ? 0 : wake.Failures + 1, result == WakeResult.GivenUp);
        Postponed?.Invoke(result);
        return true;
    });

    public Task<IReadOnlyList<BatchHeader>> ReadNewestBatchesAsync(CancellationToken cancellationToken) => Read(() =>
        (IReadOnlyList<BatchHeader>)[.. _store.Batches.Values.Where(chain => chain.Count > 0).Select(chain => chain[^1].Header)]);

    public Task<IReadOnlyList<BatchRows>> ReadBatchesAsync(int committer, long afterN, int max, CancellationToken cancellationToken) => Read(() =>
        (IReadOnlyList<BatchRows>)[.. Load(committer, afterN, Page(max)).Select(batch => new BatchRows(batch.Header, [.. batch.Rows.Select((row, i) =>
            row is { } found
                ? _check.Believe(found.Row, found.Previous)
                : throw new StreamUnreadableException(batch.Header.Key(i).Stream, batch.Header.Key(i).Version, StreamFault.TailMissing))]))]);

    public Task<AuditReport> AuditAsync(int committer, long afterN, int max, CancellationToken cancellationToken) => Read(() =>
    {
        var before = _store.Batches[committer].Where(b => b.Header.N == afterN).Select(b => b.Header).FirstOrDefault();
        return _check.Audit(before, Load(committer, afterN, Page(max)), afterN);
    });

    /// <summary>Empty: a test audits when it wants to.</summary>
    public IReadOnlyList<AuditReport> AuditAtStart => [];

    public async Task<Checkpoint> CheckpointAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, CancellationToken cancellationToken)
    {
        var newest = await ReadNewestBatchesAsync(cancellationToken);
        var unsigned = Checkpoint.Over(newest, _store.Checkpoints.LastOrDefault(), Now);
        var signed = unsigned with { Signature = await sign(unsigned.Body(), cancellationToken) };
        _store.Checkpoints.Add(signed);
        return signed;
    }

    public Task<Checkpoint?> ReadCheckpointAsync(CancellationToken cancellationToken) => Read(() => _store.Checkpoints.LastOrDefault());

    public Task<PersonalKey> TakeKeyAsync(AccountId account, PersonalKey candidate, CancellationToken cancellationToken) => Read(() =>
    {
        _store.PersonalKeys.TryAdd(account, candidate);
        return _store.PersonalKeys[account];
    });

    public Task<PersonalKey?> FindKeyAsync(AccountId account, Guid id, CancellationToken cancellationToken) =>
        Read(() => _store.PersonalKeys.TryGetValue(account, out var key) && key.Id == id ? key : null);

    public Task DestroyKeysAsync(AccountId account, CancellationToken cancellationToken) => Read(() => _store.PersonalKeys.Remove(account));

    public Task<long> DatabaseTimeAsync(CancellationToken cancellationToken) => Task.FromResult(Now);

    public ValueTask DisposeAsync()
    {
        Kill();
        return ValueTask.CompletedTask;
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task SettleInTurn(Task before, PendingAppend pending, Func<Append, Task<MemoryFault>> intercept)
    {
        await before;
        Settle(pending, await intercept(pending.Append));
    }

    /// <summary>Decides a sealed append now; nothing happens once the journal was killed.</summary>
    internal void Settle(PendingAppend pending, MemoryFault fault)
    {
        AppendOutcome outcome;
        lock (_store.Gate)
        {
            if (!_store.Owners.Contains(this)) return;
            outcome = fault switch
            {
                MemoryFault.NotWritten => new AppendOutcome.NotWritten("Injected."),
                MemoryFault.UnknownNotWritten => new AppendOutcome.Unknown("Injected."),
                MemoryFault.Conflict => new AppendOutcome.Conflict(),
                _ => Write(pending),
            };
        }

        if (fault == MemoryFault.Silence) return;
        if (fault == MemoryFault.UnknownWritten && outcome is AppendOutcome.Durable) outcome = new AppendOutcome.Unknown("Injected.");
        pending.Complete(outcome);
    }

    private AppendOutcome Write(PendingAppend pending)
    {
        var (append, stream) = (pending.Append, pending.Stream);
        var rows = _store.Rows(stream);
        var headHash = rows.Count == 0 ? [] : rows[^1].Row.Hash;
        if (rows.Count != append.ExpectedVersion || !headHash.AsSpan().SequenceEqual(append.PreviousHash.Span)) return new AppendOutcome.Conflict();
        var repeated = pending.RepeatedCommand()
            ?? append.Rows.Select(r => r.CommandId).FirstOrDefault(c => c is not null && rows.Any(r => r.Row.CommandId == c));
        if (repeated is { } command) return new AppendOutcome.DuplicateCommand(command);

        var chain = _store.Batches[_committer];
        var header = BatchHeader.Close(_committer, _incarnation, chain.Count + 1, pending.Rows, chain.Count == 0 ? [] : chain[^1].Header.Hash);
        chain.Add((header, _seal.Batch(header.Hash)));
        _store.Streams[stream] = rows;
        var written = pending.Rows.Select(r => new JournalRow(
            stream, r.Version, r.Content.Type, r.Content.Schema, r.Content.Payload.ToArray(), r.Content.CommandId, r.Content.Fingerprint.ToArray(),
            r.Content.AtUnixMs, r.Hash, _committer, header.N)).ToArray();
        rows.AddRange(written.Zip(pending.Rows, static (row, made) => new StoredRow(row, made.Mac)));
        _store.Names.TryAdd(stream, append.Stream);
        if (append.ClearWake) _store.Wakes.Remove(stream);
        if (append.WakeAtUnixMs is { } due)
        {
            var same = _store.Wakes.TryGetValue(stream, out var wake) && wake.DueAtUnixMs == due;
            _store.Wakes[stream] = new MemoryWake(same ? due + 1 : due, 0, 0, false);
        }

        _store.Written?.Invoke(append.Stream, written);
        return new AppendOutcome.Durable(rows[^1].Row.Version, rows[^1].Row.Hash, Now);
    }

    private Task<IReadOnlyList<DueWake>> Wakes(
        Func<KeyValuePair<StreamId, MemoryWake>, bool> where, Func<KeyValuePair<StreamId, MemoryWake>, long> by, int max) =>
        Read(() => (IReadOnlyList<DueWake>)[.. _store.Wakes.Where(where).OrderBy(by).Take(Page(max))
            .Select(w => new DueWake(_store.Names[w.Key], w.Value.DueAtUnixMs, w.Value.Attempts, w.Value.Failures))]);

    private List<AuditedBatch> Load(int committer, long afterN, int max) =>
        [.. _store.Batches[committer].Where(b => b.Header.N > afterN).Take(max).Select(b => new AuditedBatch(b.Header, b.Mac,
            [.. Enumerable.Range(0, b.Header.Count).Select(b.Header.Key).Select(key => RowAt(key.Stream, key.Version) is { } row
                ? new LinkedRow(row, PreviousOf(row.Row))
                : (LinkedRow?)null)]))];

    private StoredRow? RowAt(StreamId stream, long version)
    {
        foreach (var row in _store.Rows(stream))
        {
            if (row.Row.Version == version) return row;
        }

        return null;
    }

    private byte[]? PreviousOf(JournalRow row) => RowAt(row.Stream, row.Version - 1)?.Row.Hash;

    private static int Page(int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, JournalLimits.MaxPage);
        return max;
    }

    private Task<T> Read<T>(Func<T> read)
    {
        try
        {
            lock (_store.Gate)
            {
                ObjectDisposedException.ThrowIf(!_store.Owners.Contains(this), this);
                return Task.FromResult(read());
            }
        }
        catch (Exception failure) when (failure is StreamUnreadableException or ArgumentException or ObjectDisposedException)
        {
            return Task.FromException<T>(failure);
        }
    }
}
