using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Journal;

/// <summary>The data keys of personal texts, in both stores.</summary>
public abstract partial class SqlReader
{
    /// <summary>See <see cref="IPersonalKeys.TakeKeyAsync"/>: id, account, wrapped key, instant. Of two that come at once the first is kept.</summary>
    public const string KeepKeySql = "insert into personal_key (id, account, wrapped, made_at) values ($1, $2, $3, $4) on conflict do nothing";

    /// <summary>See <see cref="IPersonalKeys.DestroyKeysAsync"/>: account, instant.</summary>
    public const string DestroyKeysSql = "update personal_key set wrapped = null, destroyed_at = $2 where account = $1 and wrapped is not null";

    /// <summary>How often a key is looked for that another keeps destroying.</summary>
    private const int MaxTaken = 8;

    /// <summary>The key in force, after it was made sure that there is one.</summary>
    /// <param name="keep">Runs <see cref="KeepKeySql"/> with the candidate.</param>
    public async Task<PersonalKey> TakeKeyAsync(AccountId account, Func<Task> keep, CancellationToken cancellationToken)
    {
        for (var n = 0; n < MaxTaken; n++)
        {
            var found = await QueryAsync(
                "select id, wrapped from personal_key where account = @account and wrapped is not null",
                reader => new PersonalKey(ReadId(reader, 0), Bytes(reader, 1)), cancellationToken, ("@account", account.ToString())).ConfigureAwait(false);
            if (found.Count > 0) return found[0];
            await keep().ConfigureAwait(false);
        }

        throw new IOException($"The data key of {account} was destroyed {MaxTaken} times while it was taken.");
    }

    /// <summary>See <see cref="IPersonalKeys.FindKeyAsync"/>.</summary>
    public async Task<PersonalKey?> FindKeyAsync(AccountId account, Guid id, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            "select wrapped from personal_key where id = @id and account = @account and wrapped is not null",
            reader => new PersonalKey(id, Bytes(reader, 0)), cancellationToken, ("@id", IdOf(id)), ("@account", account.ToString())).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }
}
