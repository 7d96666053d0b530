using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>What readers of the whole journal need, in the model store.</summary>
public sealed partial class MemoryJournal : IJournalFeed
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchHeader>> ReadHeadersAsync(int committer, long afterN, int max, CancellationToken cancellationToken) => Read(() =>
        (IReadOnlyList<BatchHeader>)[.. _store.Batches[committer].Where(batch => batch.Header.N > afterN).Take(Page(max)).Select(batch => batch.Header)]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> FindStreamsAsync(IReadOnlyCollection<StreamId> streams, CancellationToken cancellationToken) => Read(() =>
        (IReadOnlyList<StreamName>)[.. streams.Where(_store.Names.ContainsKey).Select(stream => _store.Names[stream])]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadWakingAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) => Read(() =>
        (IReadOnlyList<StreamName>)[.. _store.Wakes.Where(wake => !wake.Value.Dead && wake.Key > after && _store.Names[wake.Key].Kind == kind)
            .OrderBy(wake => wake.Key).Take(Page(max)).Select(wake => _store.Names[wake.Key])]);
}
