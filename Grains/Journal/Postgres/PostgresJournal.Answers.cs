namespace TPWallet.Grains.Journal.Postgres;

/// <summary>The table of refusals in the same database.</summary>
public sealed partial class PostgresJournal : IAnswerStore
{
    /// <inheritdoc/>
    public Task<KeptAnswer?> FindAnswerAsync(Guid commandId, CancellationToken cancellationToken) =>
        _reader.FindAnswerAsync(commandId, cancellationToken);

    /// <inheritdoc/>
    public Task KeepAnswerAsync(KeptAnswer answer, CancellationToken cancellationToken) => RunAsync(
        SqlReader.KeepAnswerSql, cancellationToken, answer.CommandId, answer.Fingerprint.ToArray(), answer.AtUnixMs, answer.Reply.ToArray());

    /// <inheritdoc/>
    public Task ForgetAnswersAsync(long beforeUnixMs, int keepAtMost, CancellationToken cancellationToken) =>
        RunAsync(SqlReader.ForgetAnswersSql, cancellationToken, beforeUnixMs, keepAtMost);
}
