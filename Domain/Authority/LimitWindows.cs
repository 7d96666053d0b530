using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>An outflow as windows count it.</summary>
public sealed record WindowShare(AssetId Asset, Tier Tier, UInt256 Amount)
{
    /// <summary>The channel key whose mandate bounds it as well; null for what is voted on.</summary>
    public Name? Mandate { get; init; }

    /// <summary>What a leg counts while it is reserved: worst case. Moves between own addresses are exempt; their fees are not.</summary>
    public static IEnumerable<WindowShare> Of(LegOutflow leg)
    {
        var amounts = leg.OwnMove ? leg.Allowances
            : leg.Channels is { CountedElsewhere: var counted } ? [.. leg.Amounts.Select(amount => amount with { Value = amount.Value - counted })]
            : leg.Amounts.AddRange(leg.Allowances);
        return (leg.Fee is { Value.IsZero: false } fee ? amounts.Add(fee) : amounts)
            .Select(amount => new WindowShare(amount.Asset, leg.Tier, amount.Value) { Mandate = leg.Mandate });
    }
}

/// <summary>
/// Gross outflow per asset and tier in buckets of one UTC hour, whatever the limits of the day are: a new policy finds the past. A bucket
/// counts until all of it has left the window, judged by the earliest possible time.
/// </summary>
/// <param name="Buckets">By "asset|tier" and "asset|mandate|key", then by hour since 1970.</param>
public sealed record LimitWindows(ImmutableSortedDictionary<StateKey, ImmutableSortedDictionary<long, UInt256>> Buckets)
{
    /// <summary>Older buckets are in no window that a policy may name; one day is left for clocks that disagree.</summary>
    public static Span Kept { get; } = Span.Hours((31 * 24) + 24);

    private const long HourMs = 3_600_000;

    public static LimitWindows Empty { get; } = new(ImmutableSortedDictionary<StateKey, ImmutableSortedDictionary<long, UInt256>>.Empty);

    /// <summary>Counts outflow at its first window instant, and forgets what no window can see any more.</summary>
    public LimitWindows Reserve(IEnumerable<WindowShare> shares, Instant first)
    {
        var next = Buckets;
        foreach (var (key, amount) in Entries(shares))
        {
            var hours = Hours(next, key);
            var hour = Hour(first);
            var sum = hours.GetValueOrDefault(hour);

            // Saturates: an allowance may be 2^256 − 1, and a window that is full to the brim says no as well.
            sum = amount > UInt256.MaxValue - sum ? UInt256.MaxValue : sum + amount;
            next = next.SetItem(key, Pruned(hours, first).SetItem(hour, sum));
        }

        return new(next);
    }

    /// <summary>Takes back what became impossible, at the instant at which it was counted.</summary>
    public LimitWindows Release(IEnumerable<WindowShare> shares, Instant first)
    {
        var next = Buckets;
        foreach (var (key, amount) in Entries(shares))
        {
            var hours = Hours(next, key);
            if (!hours.TryGetValue(Hour(first), out var sum)) continue;
            var left = sum > amount ? sum - amount : UInt256.Zero;
            hours = left.IsZero ? hours.Remove(Hour(first)) : hours.SetItem(Hour(first), left);
            next = hours.IsEmpty ? next.Remove(key) : next.SetItem(key, hours);
        }

        return new(next);
    }

    /// <summary>The worst case gives way to what was really spent.</summary>
    public LimitWindows Post(IEnumerable<WindowShare> reserved, IEnumerable<WindowShare> spent, Instant first) => Release(reserved, first).Reserve(spent, first);

    /// <summary>A reorg took the posting back: the worst case counts again, at its first window instant.</summary>
    public LimitWindows Unpost(IEnumerable<WindowShare> reserved, IEnumerable<WindowShare> spent, Instant first) => Release(spent, first).Reserve(reserved, first);

    /// <summary>
    /// What a limit's window holds now. Empty tiers: all. A window that reaches back beyond a restore of the journal is full: what it held was forgotten.
    /// </summary>
    public UInt256 Used(AssetId asset, ImmutableArray<Tier> tiers, Span window, Stamp stamp)
    {
        if (stamp.RestoredAt is { } restored && (Hour(restored) + 1) * HourMs > stamp.Earliest.UnixMs - window.Ms) return UInt256.MaxValue;
        var used = UInt256.Zero;
        foreach (var tier in tiers.IsEmpty ? [Tier.Hot, Tier.Warm, Tier.Cold] : tiers.Distinct())
        {
            var amount = Sum(Key(asset, tier), window, stamp);
            used = amount > UInt256.MaxValue - used ? UInt256.MaxValue : used + amount;
        }

        return used;
    }

    /// <summary>
    /// What went out under a mandate, without votes. What a restore of the journal forgot is not in it: what defends goes on, and the signer's own windows forget nothing.
    /// </summary>
    public UInt256 UsedUnder(Name mandate, AssetId asset, Span window, Stamp stamp) => Sum(Key(asset, mandate), window, stamp);

    private UInt256 Sum(StateKey key, Span window, Stamp stamp)
    {
        var used = UInt256.Zero;
        if (!Buckets.TryGetValue(key, out var hours)) return used;
        foreach (var (hour, amount) in hours)
        {
            if ((hour + 1) * HourMs <= stamp.Earliest.UnixMs - window.Ms) continue;
            used = amount > UInt256.MaxValue - used ? UInt256.MaxValue : used + amount;
        }

        return used;
    }

    /// <summary>Where each share counts: under its tier, and under its mandate if it has one.</summary>
    private static IEnumerable<(StateKey Key, UInt256 Amount)> Entries(IEnumerable<WindowShare> shares)
    {
        foreach (var share in shares)
        {
            yield return (Key(share.Asset, share.Tier), share.Amount);
            if (share.Mandate is { } mandate) yield return (Key(share.Asset, mandate), share.Amount);
        }
    }

    private static StateKey Key(AssetId asset, Tier tier) => StateKey.Of(asset.Value, tier.ToString());

    private static StateKey Key(AssetId asset, Name mandate) => StateKey.Of(asset.Value, "mandate", mandate.Value);

    private static long Hour(Instant at) => at.UnixMs / HourMs;

    private static ImmutableSortedDictionary<long, UInt256> Hours(
        ImmutableSortedDictionary<StateKey, ImmutableSortedDictionary<long, UInt256>> buckets, StateKey key) =>
        buckets.GetValueOrDefault(key) ?? ImmutableSortedDictionary<long, UInt256>.Empty;

    private static ImmutableSortedDictionary<long, UInt256> Pruned(ImmutableSortedDictionary<long, UInt256> hours, Instant now)
    {
        while (!hours.IsEmpty && hours.First().Key < Hour(now) - (Kept.Ms / HourMs)) hours = hours.Remove(hours.First().Key);
        return hours;
    }
}
