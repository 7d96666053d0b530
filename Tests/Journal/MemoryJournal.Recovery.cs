using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>The table of restores of the model store.</summary>
public sealed partial class MemoryJournal : IRecoveryStore
{
    /// <inheritdoc/>
    public Task<RecoveryEpoch?> ReadRecoveryAsync(CancellationToken cancellationToken) => Read(() => _store.Recoveries.LastOrDefault());

    /// <inheritdoc/>
    public Task<RecoveryEpoch> BeginRecoveryAsync(string reason, long signedUpTo, CancellationToken cancellationToken) => Read(() =>
    {
        var began = _store.Recoveries.LastOrDefault() is { } last && last.BeganAtUnixMs >= Now ? last.BeganAtUnixMs + 1 : Now;
        _store.Recoveries.Add(new(began, signedUpTo, SqlReader.Cut(reason)));
        return _store.Recoveries[^1];
    });

    /// <inheritdoc/>
    public Task NoteRousedAsync(long beganAtUnixMs, CancellationToken cancellationToken) =>
        Read(() => Change(beganAtUnixMs, one => one.RousedAtUnixMs is null ? one with { RousedAtUnixMs = Now } : null));

    /// <inheritdoc/>
    public Task<bool> EndRecoveryAsync(long beganAtUnixMs, string because, CancellationToken cancellationToken) =>
        Read(() => Change(beganAtUnixMs, one => one.EndedAtUnixMs is null ? one with { EndedAtUnixMs = Now, EndedBecause = SqlReader.Cut(because) } : null));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadStreamsAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) => Read(() =>
        (IReadOnlyList<StreamName>)[.. _store.Streams.Keys.Where(stream => stream > after && _store.Names[stream].Kind == kind).Take(Page(max)).Select(stream => _store.Names[stream])]);

    private bool Change(long began, Func<RecoveryEpoch, RecoveryEpoch?> change)
    {
        var index = _store.Recoveries.FindIndex(one => one.BeganAtUnixMs == began);
        if (index < 0 || change(_store.Recoveries[index]) is not { } changed) return false;
        _store.Recoveries[index] = changed;
        return true;
    }
}
