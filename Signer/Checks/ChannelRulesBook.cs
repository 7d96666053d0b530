using System.Collections.Concurrent;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>The rules that bind the channels of an account, kept with the version of the account that they were read at: a cache, not state.</summary>
internal sealed class ChannelRulesBook(IFactStore store)
{
    /// <summary>Accounts kept in memory; beyond this all are dropped and read again as needed.</summary>
    private const int MaxKept = 200_000;

    private readonly ConcurrentDictionary<AccountId, (long Version, ChannelRules Rules)> _rules = new();

    /// <summary>Of an account of which a channel was taken.</summary>
    public ChannelRules Of(AccountId account)
    {
        var version = store.VersionOf(account);
        if (_rules.TryGetValue(account, out var known) && known.Version == version) return known.Rules;
        var governed = store.Governed(account)!;
        var rules = new ChannelRules(store.Accepted(account).Length, governed, FreezeBook.Read(store, account, governed.Unfrozen).Frozen);
        if (_rules.Count >= MaxKept) _rules.Clear();
        _rules[account] = (version, rules);
        return rules;
    }
}
