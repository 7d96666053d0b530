namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>Counts of accounts in the same file; one thread writes.</summary>
public sealed partial class SqliteJournal : ITenantAccounts
{
    /// <inheritdoc/>
    public async Task<bool> TryAddAsync(string tenant, long most, CancellationToken cancellationToken) =>
        await _writer.RunAsync(connection => SqliteSchema.Run(connection, SqlReader.AddAccountSql, tenant, most)).WaitAsync(cancellationToken) == 1;

    /// <inheritdoc/>
    public Task RemoveAsync(string tenant, CancellationToken cancellationToken) =>
        _writer.RunAsync(connection => SqliteSchema.Run(connection, SqlReader.RemoveAccountSql, tenant)).WaitAsync(cancellationToken);
}
