using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Personal;

/// <summary>A data key as it is stored: encrypted under the master key, which is in no database.</summary>
/// <param name="Id">Stands in every text that the key sealed.</param>
/// <param name="Wrapped">See <see cref="MasterKey"/>.</param>
public sealed record PersonalKey(Guid Id, ReadOnlyMemory<byte> Wrapped);

/// <summary>
/// The data keys of accounts' personal texts, in the journal's database beside the events. At most one of an account is in force. Nothing about money is decided on
/// these rows: whoever alters one makes texts unreadable. Never cached: a key that one silo destroyed is gone for all at once.
/// </summary>
public interface IPersonalKeys
{
    /// <summary>The account's key in force; if it has none the candidate is kept and is the one, durable when the task ends.</summary>
    Task<PersonalKey> TakeKeyAsync(AccountId account, PersonalKey candidate, CancellationToken cancellationToken);

    /// <summary>A key of this account by its id; null if it was destroyed or never was the account's.</summary>
    Task<PersonalKey?> FindKeyAsync(AccountId account, Guid id, CancellationToken cancellationToken);

    /// <summary>Destroys every key of the account; durable when the task ends. Again: nothing.</summary>
    Task DestroyKeysAsync(AccountId account, CancellationToken cancellationToken);
}
