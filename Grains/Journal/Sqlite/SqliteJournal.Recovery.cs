namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>The table of restores in the same file.</summary>
public sealed partial class SqliteJournal : IRecoveryStore
{
    /// <inheritdoc/>
    public Task<RecoveryEpoch?> ReadRecoveryAsync(CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadRecoveryAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<RecoveryEpoch> BeginRecoveryAsync(string reason, long signedUpTo, CancellationToken cancellationToken)
    {
        var now = await DatabaseTimeAsync(cancellationToken);
        await _writer.RunAsync(connection => SqliteSchema.Run(connection, SqlReader.BeginRecoverySql, now, signedUpTo, SqlReader.Cut(reason)))
            .WaitAsync(cancellationToken);
        return (await ReadRecoveryAsync(cancellationToken))!;
    }

    /// <inheritdoc/>
    public async Task NoteRousedAsync(long beganAtUnixMs, CancellationToken cancellationToken)
    {
        var now = await DatabaseTimeAsync(cancellationToken);
        await _writer.RunAsync(connection => SqliteSchema.Run(connection, SqlReader.NoteRousedSql, beganAtUnixMs, now)).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> EndRecoveryAsync(long beganAtUnixMs, string because, CancellationToken cancellationToken)
    {
        var now = await DatabaseTimeAsync(cancellationToken);
        return await _writer.RunAsync(connection => SqliteSchema.Run(
            connection, SqlReader.EndRecoverySql, beganAtUnixMs, now, SqlReader.Cut(because)) > 0).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamName>> ReadStreamsAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.ReadStreamsAsync(kind, after, max, cancellationToken), cancellationToken);
}
