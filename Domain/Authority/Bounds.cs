using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// Normal form of effect bounds: every list sorted, entries of one subject merged, zeros left out; so the same effects have one digest whatever
/// the order in which a simulation found them.
/// </summary>
public static class Bounds
{
    public static EffectBounds Empty { get; } = new([], [], [], []);

    /// <summary>
    /// Sorts and merges. Entries of one address are joined; of several amounts of one asset the larger outflow and the smaller inflow stand;
    /// of several allowances of one (asset, owner, spender) the larger.
    /// </summary>
    public static EffectBounds Normalise(EffectBounds bounds) => new(
        [.. bounds.Addresses
            .GroupBy(entry => (entry.Chain, entry.Address))
            .Select(group => new AddressBounds(
                group.Key.Chain,
                group.Key.Address,
                Merge(group.SelectMany(entry => entry.MaxOut), UInt256.Max),
                Merge(group.SelectMany(entry => entry.MinIn), UInt256.Min)))
            .Where(entry => !entry.MaxOut.IsEmpty || !entry.MinIn.IsEmpty)
            .OrderBy(entry => entry.Chain).ThenBy(entry => entry.Address)],
        [.. bounds.Allowances
            .GroupBy(entry => (entry.Asset, entry.Owner, entry.Spender))
            .Select(group => new AllowanceBound(group.Key.Asset, group.Key.Owner, group.Key.Spender, group.Max(entry => entry.Max)))
            .Where(entry => !entry.Max.IsZero)
            .OrderBy(entry => entry.Asset).ThenBy(entry => entry.Owner).ThenBy(entry => entry.Spender)],
        [.. bounds.Targets.Distinct().OrderBy(entry => entry.Chain).ThenBy(entry => entry.Address).ThenBy(entry => entry.CodeHash)
            .ThenBy(entry => entry.Implementation?.Value, StringComparer.Ordinal).ThenBy(entry => entry.Delegate?.Value, StringComparer.Ordinal)],
        [.. bounds.Special.Distinct().OrderBy(entry => entry.Kind).ThenBy(entry => entry.Leg).ThenBy(entry => entry.Detail, StringComparer.Ordinal)]);

    /// <summary>The effect digest: the canonical hash of the normal form.</summary>
    public static Bytes32 Digest(EffectBounds bounds) => Canonical.Hash(Normalise(bounds));

    private static ImmutableArray<Amount> Merge(IEnumerable<Amount> amounts, Func<UInt256, UInt256, UInt256> choose) =>
        [.. amounts
            .GroupBy(amount => amount.Asset)
            .Select(group => new Amount(group.Key, group.Select(amount => amount.Value).Aggregate(choose)))
            .Where(amount => !amount.Value.IsZero)
            .OrderBy(amount => amount.Asset)];
}
