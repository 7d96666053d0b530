using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>The table of restores over the same connection.</summary>
internal sealed partial class SimulatedJournal : IRecoveryStore
{
    /// <summary>Told of each recovery that a silo began.</summary>
    public Action<RecoveryEpoch>? Begun { get; init; }

    /// <inheritdoc/>
    public Task<RecoveryEpoch?> ReadRecoveryAsync(CancellationToken cancellationToken) => Read(() => _journal.ReadRecoveryAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<RecoveryEpoch> BeginRecoveryAsync(string reason, long signedUpTo, CancellationToken cancellationToken) => Read(async () =>
    {
        var begun = await _journal.BeginRecoveryAsync(reason, signedUpTo, cancellationToken);
        Begun?.Invoke(begun);
        return begun;
    });

    /// <inheritdoc/>
    public Task NoteRousedAsync(long beganAtUnixMs, CancellationToken cancellationToken) => Read(async () =>
    {
        await _journal.NoteRousedAsync(beganAtUnixMs, cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public Task<bool> EndRecoveryAsync(long beganAtUnixMs, string because, CancellationToken cancellationToken) =>
        Read(() => _journal.EndRecoveryAsync(beganAtUnixMs, because, cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadStreamsAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) =>
        Read(() => _journal.ReadStreamsAsync(kind, after, max, cancellationToken));
}
