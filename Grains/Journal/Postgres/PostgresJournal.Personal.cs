using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>The table of data keys in the same database.</summary>
public sealed partial class PostgresJournal : IPersonalKeys
{
    /// <inheritdoc/>
    public Task<PersonalKey> TakeKeyAsync(AccountId account, PersonalKey candidate, CancellationToken cancellationToken) => _reader.TakeKeyAsync(
        account,
        () => RunAsync(SqlReader.KeepKeySql, cancellationToken, candidate.Id, account.ToString(), candidate.Wrapped.ToArray(), Now),
        cancellationToken);

    /// <inheritdoc/>
    public Task<PersonalKey?> FindKeyAsync(AccountId account, Guid id, CancellationToken cancellationToken) =>
        _reader.FindKeyAsync(account, id, cancellationToken);

    /// <inheritdoc/>
    public Task DestroyKeysAsync(AccountId account, CancellationToken cancellationToken) =>
        RunAsync(SqlReader.DestroyKeysSql, cancellationToken, account.ToString(), Now);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
