namespace TPWallet.Grains.Journal.Postgres;

/// <summary>The table of restores in the same database.</summary>
public sealed partial class PostgresJournal : IRecoveryStore
{
    /// <inheritdoc/>
    public Task<RecoveryEpoch?> ReadRecoveryAsync(CancellationToken cancellationToken) => _reader.ReadRecoveryAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<RecoveryEpoch> BeginRecoveryAsync(string reason, long signedUpTo, CancellationToken cancellationToken)
    {
        var now = await DatabaseTimeAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(SqlReader.BeginRecoverySql, cancellationToken, now, signedUpTo, SqlReader.Cut(reason)).ConfigureAwait(false);
        return (await ReadRecoveryAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <inheritdoc/>
    public async Task NoteRousedAsync(long beganAtUnixMs, CancellationToken cancellationToken)
    {
        var now = await DatabaseTimeAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(SqlReader.NoteRousedSql, cancellationToken, beganAtUnixMs, now).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> EndRecoveryAsync(long beganAtUnixMs, string because, CancellationToken cancellationToken)
    {
        var now = await DatabaseTimeAsync(cancellationToken).ConfigureAwait(false);
        return await RunAsync(SqlReader.EndRecoverySql, cancellationToken, beganAtUnixMs, now, SqlReader.Cut(because)).ConfigureAwait(false) > 0;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadStreamsAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) =>
        _reader.ReadStreamsAsync(kind, after, max, cancellationToken);
}
