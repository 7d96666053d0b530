namespace TPWallet.Grains.Journal;

/// <summary>
/// Append-only streams, one per grain, with group commit. Streams are independent: one stream's conflict fails that stream's append alone. Rows of
/// one append are atomic. A wrong answer here loses or repeats money: every store passes the one specification in <c>Tests/Journal</c>.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>
    /// Queues rows for the next commit and returns at once; the task ends when the outcome is known or the append deadline (10 s) has passed. Appends
    /// of one stream are committed in the order of the calls. Never faults for a storage failure: that is an outcome.
    /// </summary>
    /// <param name="append">What to write. The caller does not change it afterwards.</param>
    /// <param name="cancellationToken">Ends the wait, never the append.</param>
    /// <exception cref="ArgumentException">A limit is passed (see <see cref="JournalLimits"/>); nothing was queued.</exception>
    Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken);

    /// <summary>Rows from a version on, oldest first, their hash chain and the last one's MAC checked.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="fromVersion">First version wanted, at least 1.</param>
    /// <param name="max">At most so many rows, 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="StreamUnreadableException">The rows do not prove themselves.</exception>
    Task<IReadOnlyList<JournalRow>> ReadAsync(StreamId stream, long fromVersion, int max, CancellationToken cancellationToken);

    /// <summary>The same rows, each made into what it says where the read ends: a long stream is decoded beside the turn that applies it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="fromVersion">First version wanted, at least 1.</param>
    /// <param name="max">At most so many rows, 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    /// <param name="decode">Pure; may run on any thread. What it throws is thrown here.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="StreamUnreadableException">The rows do not prove themselves.</exception>
    Task<T[]> ReadAsync<T>(StreamId stream, long fromVersion, int max, Func<JournalRow, T> decode, CancellationToken cancellationToken);

    /// <summary>The stream's last version and hash, its MAC checked.</summary>
    /// <exception cref="StreamUnreadableException">The head does not prove itself.</exception>
    Task<StreamHead> ReadHeadAsync(StreamId stream, CancellationToken cancellationToken);

    /// <summary>The first row that a command wrote in a stream, or null.</summary>
    /// <exception cref="StreamUnreadableException">The row does not prove itself.</exception>
    Task<JournalRow?> FindCommandAsync(StreamId stream, Guid commandId, CancellationToken cancellationToken);

    /// <summary>The name under which a stream was first written, or null.</summary>
    Task<StreamName?> FindStreamAsync(StreamId stream, CancellationToken cancellationToken);

    /// <summary>Keeps a snapshot in place of the stream's older one.</summary>
    /// <exception cref="ArgumentException">It is larger than <see cref="JournalLimits.MaxSnapshotBytes"/>.</exception>
    Task SaveSnapshotAsync(StreamId stream, Snapshot snapshot, CancellationToken cancellationToken);

    /// <summary>The stream's snapshot if this code wrote it, its MAC and its row checked; else null.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="code">Version of the machine's code.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="StreamUnreadableException">The snapshot, or the row it stands on, does not prove itself.</exception>
    Task<Snapshot?> LoadSnapshotAsync(StreamId stream, string code, CancellationToken cancellationToken);

    /// <summary>Wakes of a shard that are due and not dead, oldest first.</summary>
    Task<IReadOnlyList<DueWake>> ReadDueAsync(int shard, long nowUnixMs, int max, CancellationToken cancellationToken);

    /// <summary>Removes a wake that nothing is owed for any more, if it still has this due time.</summary>
    /// <returns>Whether it was removed; false says that it changed since it was read.</returns>
    Task<bool> ClearWakeAsync(StreamId stream, long dueAtUnixMs, CancellationToken cancellationToken);

    /// <summary>Counts an attempt and sets a later due time, or lets the wake rest as a dead letter, if it still has this due time.</summary>
    /// <returns>Whether it was postponed; false says that it changed since it was read.</returns>
    Task<bool> PostponeWakeAsync(
        StreamId stream, long dueAtUnixMs, long nextDueAtUnixMs, WakeResult result, CancellationToken cancellationToken);

    /// <summary>Wakes that were given up, for the operator, in the order of their stream ids.</summary>
    /// <param name="after">Only streams after this one; default for the first page.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    Task<IReadOnlyList<DueWake>> ReadDeadWakesAsync(StreamId after, int max, CancellationToken cancellationToken);

    /// <summary>Every committer incarnation that ever wrote and its newest batch, by committer id.</summary>
    Task<IReadOnlyList<BatchHeader>> ReadNewestBatchesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Batches of one committer after a number, with their rows in stored order: the cursor of projections. Within a committer batch n is visible
    /// only after all before it, so a reader that remembers (committer, n) per committer misses nothing.
    /// </summary>
    Task<IReadOnlyList<BatchRows>> ReadBatchesAsync(int committer, long afterN, int max, CancellationToken cancellationToken);

    /// <summary>
    /// Checks batches of one committer after a number: chain, MAC, Merkle root, and that every row they list is still there. Streams found wanting
    /// are unreadable from then on.
    /// </summary>
    Task<AuditReport> AuditAsync(int committer, long afterN, int max, CancellationToken cancellationToken);

    /// <summary>
    /// What the audit when the journal was opened found, per committer; faulty streams are already unreadable. Raise an incident for each that is not
    /// clean.
    /// </summary>
    IReadOnlyList<AuditReport> AuditAtStart { get; }

    /// <summary>Signs and stores a Merkle checkpoint over the newest batch of every committer.</summary>
    /// <param name="sign">Signs the checkpoint's body (see <see cref="Checkpoint.Body"/>).</param>
    /// <param name="cancellationToken">Ends the work; nothing is stored then.</param>
    Task<Checkpoint> CheckpointAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign, CancellationToken cancellationToken);

    /// <summary>The newest checkpoint, or null.</summary>
    Task<Checkpoint?> ReadCheckpointAsync(CancellationToken cancellationToken);

    /// <summary>The database's clock, milliseconds since 1970.</summary>
    Task<long> DatabaseTimeAsync(CancellationToken cancellationToken);
}
