using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// Erasure of what people wrote about the account in their own words (<see cref="SealedText"/>): the keys that it is sealed under are destroyed, an effect that
/// is owed until it is done. No event changes, so every hash, vote and balance proves itself as before.
/// </summary>
internal static class Erasing
{
    internal static Decision<AccountEvent> Erase(AccountCommand.ErasePersonal command) =>
        OperatorStop.CheckReason(command.Because) is { } malformed ? malformed : new AccountEvent.PersonalErased(command.Operator, command.Because);

    internal static AccountState.Open Apply(AccountState.Open open, AccountEvent.PersonalErased erased, Instant at)
    {
        var number = (open.Erased?.Number ?? 0) + 1;
        return open with
        {
            Erased = new(number, erased.Operator, erased.Because, at),
            Intents = open.Intents.SetItem(AccountIntent.EraseName(number), new AccountIntent.ErasePersonal()),
        };
    }

    /// <summary>Null if nothing was ever erased.</summary>
    internal static Erasure? View(AccountState.Open open) => open.Erased is { } erased
        ? new(erased.Operator, erased.Because, erased.At, !open.Intents.ContainsKey(AccountIntent.EraseName(erased.Number)))
        : null;
}
