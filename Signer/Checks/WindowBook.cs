using System.Collections.Concurrent;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>What the checks remember between calls; all of it can be worked out again from the store.</summary>
internal sealed record Books(LineageBook Lineages, WindowBook Windows);

/// <summary>
/// The outflow that this signer itself signed, in limit windows. A packet counts in full, at its worst, from its first signature on; nothing is
/// released here, since the signer cannot know what became of a transaction: its windows are at least as full as the account's.
/// </summary>
internal sealed class WindowBook(IFactStore store)
{
    /// <summary>Accounts kept in memory; beyond this all are dropped and read again as needed.</summary>
    private const int MaxKept = 4096;

    private readonly ConcurrentDictionary<AccountId, Folded> _folded = new();

    /// <summary>Everything signed so far.</summary>
    public LimitWindows Now(AccountId account)
    {
        var before = _folded.GetValueOrDefault(account) ?? Folded.Nothing;
        var after = before;
        foreach (var fact in store.OfAccount(account, "signed", before.Number)) after = after.Add(fact);
        if (ReferenceEquals(after, before)) return after.Windows;
        if (_folded.Count >= MaxKept) _folded.Clear();
        _folded[account] = after;
        return after.Windows;
    }

    /// <summary>What had been signed before one fact: what its packet was judged on.</summary>
    public LimitWindows Before(AccountId account, StoredFact first)
    {
        var folded = Folded.Nothing;
        foreach (var fact in store.OfAccount(account, "signed"))
        {
            if (fact.Number >= first.Number) break;
            folded = folded.Add(fact);
        }

        return folded.Windows;
    }

    private sealed record Folded(long Number, LimitWindows Windows)
    {
        public static Folded Nothing { get; } = new(0, LimitWindows.Empty);

        public Folded Add(StoredFact stored) => new(
            stored.Number,
            Windows.Reserve(
                ((Fact.IntentSigned)stored.Fact).Outflow.Select(static share => new WindowShare(share.Asset, share.Tier, share.Amount) { Mandate = share.Mandate }), stored.At));
    }
}
