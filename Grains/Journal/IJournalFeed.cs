namespace TPWallet.Grains.Journal;

/// <summary>
/// What readers of the whole journal need beside <see cref="IJournal"/>: where rows are, without the rows, and whose they are. Within a committer batch n is visible only
/// after all before it, so a reader that remembers (committer, n) misses nothing. Nothing about money is decided on what is read here: rows prove themselves when they are
/// read.
/// </summary>
public interface IJournalFeed
{
    /// <summary>Batches of one committer after a number, in order, without their rows.</summary>
    /// <param name="max">At most so many, 1 to <see cref="JournalLimits.MaxPage"/>.</param>
    Task<IReadOnlyList<BatchHeader>> ReadHeadersAsync(int committer, long afterN, int max, CancellationToken cancellationToken);

    /// <summary>The names of those of these streams that there are.</summary>
    Task<IReadOnlyList<StreamName>> FindStreamsAsync(IReadOnlyCollection<StreamId> streams, CancellationToken cancellationToken);

    /// <summary>Streams of a kind that owe something or wait for a deadline, in the order of their ids, after one; default for the first page.</summary>
    Task<IReadOnlyList<StreamName>> ReadWakingAsync(string kind, StreamId after, int max, CancellationToken cancellationToken);
}
