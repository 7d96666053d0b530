namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>The table of refusals in the same file.</summary>
public sealed partial class SqliteJournal : IAnswerStore
{
    /// <inheritdoc/>
    public Task<KeptAnswer?> FindAnswerAsync(Guid commandId, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.FindAnswerAsync(commandId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task KeepAnswerAsync(KeptAnswer answer, CancellationToken cancellationToken) =>
        _writer.RunAsync(connection => SqliteSchema.Run(
            connection, SqlReader.KeepAnswerSql,
            answer.CommandId.ToByteArray(bigEndian: true), answer.Fingerprint.ToArray(), answer.AtUnixMs, answer.Reply.ToArray()))
            .WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task ForgetAnswersAsync(long beforeUnixMs, int keepAtMost, CancellationToken cancellationToken) =>
        _writer.RunAsync(connection => SqliteSchema.Run(connection, SqlReader.ForgetAnswersSql, beforeUnixMs, keepAtMost)).WaitAsync(cancellationToken);
}
