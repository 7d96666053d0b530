using System.Collections.Concurrent;
using TPWallet.Grains.Journal;

namespace TPWallet.Benchmarks.Hosting;

/// <summary>Counts durable rows by type on their way through a journal, and tells when a count is reached. Changes nothing.</summary>
internal sealed class JournalCounter(IJournal inner) : IJournal
{
    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);

    /// <summary>Durable rows of a type since the start.</summary>
    public long Count(string type) => Of(type).Value;

    /// <summary>Ends when so many rows of a type are durable.</summary>
    public Task ReachAsync(string type, long count) => Of(type).ReachAsync(count);

    public async Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken)
    {
        var outcome = await inner.AppendAsync(append, cancellationToken).ConfigureAwait(false);
        if (outcome is not AppendOutcome.Durable) return outcome;
        foreach (var row in append.Rows) Of(row.Type).Add();
        return outcome;
    }

    public Task<IReadOnlyList<JournalRow>> ReadAsync(StreamId stream, long fromVersion, int max, CancellationToken cancellationToken) =>
        inner.ReadAsync(stream, fromVersion, max, cancellationToken);

    public Task<StreamHead> ReadHeadAsync(StreamId stream, CancellationToken cancellationToken) => inner.ReadHeadAsync(stream, cancellationToken);

    public Task<JournalRow?> FindCommandAsync(StreamId stream, Guid commandId, CancellationToken cancellationToken) =>
        inner.FindCommandAsync(stream, commandId, cancellationToken);

    public Task<StreamName?> FindStreamAsync(StreamId stream, CancellationToken cancellationToken) => inner.FindStreamAsync(stream, cancellationToken);

    public Task SaveSnapshotAsync(StreamId stream, Snapshot snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(stream, snapshot, cancellationToken);

    public Task<Snapshot?> LoadSnapshotAsync(StreamId stream, string code, CancellationToken cancellationToken) =>
        inner.LoadSnapshotAsync(stream, code, cancellationToken);

    public Task<IReadOnlyList<DueWake>> ReadDueAsync(int shard, long nowUnixMs, int max, CancellationToken cancellationToken) =>
        inner.ReadDueAsync(shard, nowUnixMs, max, cancellationToken);

    public Task<bool> ClearWakeAsync(StreamId stream, long dueAtUnixMs, CancellationToken cancellationToken) =>
        inner.ClearWakeAsync(stream, dueAtUnixMs, cancellationToken);

    public Task<bool> PostponeWakeAsync(StreamId stream, long dueAtUnixMs, long nextDueAtUnixMs, bool dead, CancellationToken cancellationToken) =>
        inner.PostponeWakeAsync(stream, dueAtUnixMs, nextDueAtUnixMs, dead, cancellationToken);

    public Task<IReadOnlyList<DueWake>> ReadDeadWakesAsync(StreamId after, int max, CancellationToken cancellationToken) =>
        inner.ReadDeadWakesAsync(after, max, cancellationToken);

    public Task<IReadOnlyList<BatchHeader>> ReadNewestBatchesAsync(CancellationToken cancellationToken) => inner.ReadNewestBatchesAsync(cancellationToken);

    public Task<IReadOnlyList<BatchRows>> ReadBatchesAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        inner.ReadBatchesAsync(committer, afterN, max, cancellationToken);

    public Task<AuditReport> AuditAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        inner.AuditAsync(committer, afterN, max, cancellationToken);

    public Task<Checkpoint> CheckpointAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, CancellationToken cancellationToken) =>
        inner.CheckpointAsync(sign, cancellationToken);

    public Task<Checkpoint?> ReadCheckpointAsync(CancellationToken cancellationToken) => inner.ReadCheckpointAsync(cancellationToken);

    public Task<long> DatabaseTimeAsync(CancellationToken cancellationToken) => inner.DatabaseTimeAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Counter Of(string type) => _counters.GetOrAdd(type, static _ => new Counter());

    private sealed class Counter
    {
        private readonly Lock _gate = new();
        private long _value;
        private (long Count, TaskCompletionSource Reached)? _awaited;

        public long Value => Interlocked.Read(ref _value);

        public void Add()
        {
            lock (_gate)
            {
                if (++_value >= _awaited?.Count) _awaited.Value.Reached.TrySetResult();
            }
        }

        public Task ReachAsync(long count)
        {
            lock (_gate)
            {
                if (_value >= count) return Task.CompletedTask;
                _awaited = (count, new(TaskCreationOptions.RunContinuationsAsynchronously));
                return _awaited.Value.Reached.Task;
            }
        }
    }
}
