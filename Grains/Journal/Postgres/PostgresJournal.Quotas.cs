namespace TPWallet.Grains.Journal.Postgres;

/// <summary>Counts of accounts in the same database; the tenant's row is locked while it is counted.</summary>
public sealed partial class PostgresJournal : ITenantAccounts
{
    /// <inheritdoc/>
    public async Task<bool> TryAddAsync(string tenant, long most, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await PostgresSchema.RunAsync(connection, SqlReader.AddAccountSql, cancellationToken, tenant, most).ConfigureAwait(false) == 1;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string tenant, CancellationToken cancellationToken) => RunAsync(SqlReader.RemoveAccountSql, cancellationToken, tenant);
}
