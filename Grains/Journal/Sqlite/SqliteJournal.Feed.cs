namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>What readers of the whole journal need.</summary>
public sealed partial class SqliteJournal : IJournalFeed
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchHeader>> ReadHeadersAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadHeadersAsync(committer, afterN, max, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> FindStreamsAsync(IReadOnlyCollection<StreamId> streams, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.FindStreamsAsync(streams, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadWakingAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadWakingAsync(kind, after, max, cancellationToken), cancellationToken);
}
