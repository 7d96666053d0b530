using TPWallet.Domain.Ledger;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// A deep reorg takes back what may have been spent since: then a balance is a debt, and nothing goes out until it is covered (Reservations and
/// Transfers refuse). That it came to this is an event of its own, so that people are told.
/// </summary>
internal static class Deficits
{
    /// <summary>The event, and a further one for each asset that it brings into debt.</summary>
    internal static ImmutableArray<AccountEvent> With(AccountState.Open open, AccountEvent @event, string cause)
    {
        var after = open.Ledger.Post(@event.Moved);
        return
        [
            @event,
            .. @event.Moved.Entries.Select(entry => entry.Asset).Distinct()
                .Where(asset => open.Ledger.Of(Book.Available, asset).Deficit.IsZero && !after.Of(Book.Available, asset).Deficit.IsZero)
                .Select(asset => new AccountEvent.DeficitArose(new(asset, after.Of(Book.Available, asset).Deficit), cause)),
        ];
    }
}
