using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>What readers of the whole journal need.</summary>
internal sealed partial class SimulatedJournal : IJournalFeed
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<BatchHeader>> ReadHeadersAsync(int committer, long afterN, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadHeadersAsync(committer, afterN, max, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> FindStreamsAsync(IReadOnlyCollection<StreamId> streams, CancellationToken cancellationToken) =>
        Read(() => _journal.FindStreamsAsync(streams, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadWakingAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadWakingAsync(kind, after, max, cancellationToken));
}
