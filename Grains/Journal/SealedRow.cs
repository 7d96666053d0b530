namespace TPWallet.Grains.Journal;

/// <summary>A row with its place, hash and MAC: ready to be stored.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">Its version.</param>
/// <param name="Content">Its content.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Mac">Its keyed MAC.</param>
public sealed record SealedRow(StreamId Stream, long Version, NewRow Content, byte[] Hash, byte[] Mac);

/// <summary>
/// An append on its way through a committer: its rows sealed (on the caller's thread, so that hashing is spread over the cores), and the promise of
/// an outcome.
/// </summary>
public sealed class PendingAppend
{
    private readonly TaskCompletionSource<AppendOutcome> _outcome;

    private PendingAppend(Append append, SealedRow[] rows, int bytes, long enqueuedAt, TaskCreationOptions options)
    {
        Append = append;
        Rows = rows;
        Bytes = bytes;
        EnqueuedAt = enqueuedAt;
        _outcome = new TaskCompletionSource<AppendOutcome>(options);
    }

    /// <summary>What is to be written.</summary>
    public Append Append { get; }

    /// <summary>The stream's id.</summary>
    public StreamId Stream => Append.Stream.Id;

    /// <summary>Its rows, sealed.</summary>
    public SealedRow[] Rows { get; }

    /// <summary>Its payload bytes.</summary>
    public int Bytes { get; }

    /// <summary>Timestamp (<see cref="TimeProvider.GetTimestamp"/>) at which it came in.</summary>
    public long EnqueuedAt { get; }

    /// <summary>The outcome, once known.</summary>
    public Task<AppendOutcome> Task => _outcome.Task;

    /// <summary>Checks and seals an append.</summary>
    /// <param name="append">What to write.</param>
    /// <param name="seal">Makes the MACs.</param>
    /// <param name="enqueuedAt">Timestamp of arrival.</param>
    /// <param name="inline">
    /// Whether waiters go on inside <see cref="Complete"/>. Only a store without a thread of its own (the model store of the simulation) wants that.
    /// </param>
    /// <exception cref="ArgumentException">A limit is passed.</exception>
    public static PendingAppend Seal(Append append, JournalSeal seal, long enqueuedAt, bool inline = false)
    {
        append.Validate();
        var rows = new SealedRow[append.Rows.Count];
        var previous = append.PreviousHash;
        for (var i = 0; i < rows.Length; i++)
        {
            var version = append.ExpectedVersion + 1 + i;
            var hash = HashChain.Next(append.Stream.Id, version, append.Rows[i], previous.Span);
            rows[i] = new SealedRow(append.Stream.Id, version, append.Rows[i], hash, seal.Row(hash));
            previous = hash;
        }

        var options = inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
        return new PendingAppend(append, rows, append.PayloadBytes, enqueuedAt, options);
    }

    /// <summary>A command id that the append itself names twice, or null.</summary>
    public Guid? RepeatedCommand()
    {
        if (Rows.Length == 1) return null;
        HashSet<Guid>? seen = null;
        foreach (var row in Rows)
        {
            if (row.Content.CommandId is { } command && !(seen ??= []).Add(command)) return command;
        }

        return null;
    }

    /// <summary>Ends the append. The first outcome holds.</summary>
    public void Complete(AppendOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>Ends the append as written.</summary>
    public void CompleteDurable(long databaseTimeUnixMs) =>
        Complete(new AppendOutcome.Durable(Rows[^1].Version, Rows[^1].Hash, databaseTimeUnixMs));
}
