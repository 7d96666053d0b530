using System.Collections.Concurrent;
using Orleans;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Which accounts a key may name: those that it lists, or all of its tenant. An account's tenant is in its genesis and never changes.</summary>
public sealed class AccountAccess(IClusterClient client)
{
    /// <summary>Most tenants of accounts that are kept.</summary>
    public const int MaxKnown = 100_000;

    private readonly ConcurrentDictionary<AccountId, Name> _tenants = new();

    /// <summary>Null if the key has the scope.</summary>
    public static Rejection? CheckScope(ApiKey key, ApiScope scope) => key.Scopes.Contains(scope)
        ? null
        : new(RejectionCode.MissingScope, $"a key with scope {scope}", string.Join(", ", key.Scopes));

    /// <summary>Null if the key may name this account. One that is not registered yet belongs to nobody: the grain says so itself.</summary>
    public async Task<Rejection?> CheckAsync(ApiKey key, AccountId account)
    {
        if (CheckListed(key, account) is { } unlisted) return unlisted;
        if (!_tenants.TryGetValue(account, out var tenant))
        {
            if (await client.GetGrain<IAccountGrain>(account.ToString()).ReadLineage() is not { } lineage) return null;
            tenant = lineage.Genesis.Tenant;
            if (_tenants.Count >= MaxKnown) _tenants.Clear();
            _tenants[account] = tenant;
        }

        return tenant == key.Tenant ? null : Unlisted();
    }

    /// <summary>Null if the key lists this account or all; says nothing of the tenant.</summary>
    public static Rejection? CheckListed(ApiKey key, AccountId account) =>
        key.Accounts.Contains(ApiKey.AllAccounts) || key.Accounts.Contains(account.ToString()) ? null : Unlisted();

    private static Rejection Unlisted() => new(RejectionCode.MissingScope, "an account that this key may name", "another account");
}
