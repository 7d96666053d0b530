using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>The table of data keys in the same file.</summary>
public sealed partial class SqliteJournal : IPersonalKeys
{
    /// <inheritdoc/>
    public Task<PersonalKey> TakeKeyAsync(AccountId account, PersonalKey candidate, CancellationToken cancellationToken) => Task.Run(
        () => _reader.TakeKeyAsync(account, () => KeepAsync(account, candidate), cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<PersonalKey?> FindKeyAsync(AccountId account, Guid id, CancellationToken cancellationToken) =>
        Task.Run(() => _reader.FindKeyAsync(account, id, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task DestroyKeysAsync(AccountId account, CancellationToken cancellationToken) =>
        _writer.RunAsync(connection => Destroy(connection, account.ToString())).WaitAsync(cancellationToken);

    private Task KeepAsync(AccountId account, PersonalKey candidate) => _writer.RunAsync(connection => SqliteSchema.Run(
        connection, SqlReader.KeepKeySql,
        candidate.Id.ToByteArray(bigEndian: true), account.ToString(), candidate.Wrapped.ToArray(), _time.GetUtcNow().ToUnixTimeMilliseconds()));

    /// <summary>Overwrites what it frees, and brings it into the file: neither a free cell nor the write-ahead log holds the key any longer.</summary>
    private int Destroy(SqliteConnection connection, string account)
    {
        SqliteSchema.Run(connection, "pragma secure_delete = on");
        var destroyed = SqliteSchema.Run(connection, SqlReader.DestroyKeysSql, account, _time.GetUtcNow().ToUnixTimeMilliseconds());
        SqliteSchema.Run(connection, "pragma secure_delete = off");
        SqliteSchema.Run(connection, "pragma wal_checkpoint(truncate)");
        return destroyed;
    }
}
