namespace TPWallet.Grains.Journal.Postgres;

/// <summary>What readers of the whole journal need.</summary>
public sealed partial class PostgresJournal : IJournalFeed
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchHeader>> ReadHeadersAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        _reader.ReadHeadersAsync(committer, afterN, max, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> FindStreamsAsync(IReadOnlyCollection<StreamId> streams, CancellationToken cancellationToken) =>
        _reader.FindStreamsAsync(streams, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadWakingAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) =>
        _reader.ReadWakingAsync(kind, after, max, cancellationToken);
}
