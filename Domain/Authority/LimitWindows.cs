using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>An outflow as windows count it.</summary>
public sealed record WindowShare(AssetId Asset, Tier Tier, UInt256 Amount)
{
    /// <summary>What a leg counts while it is reserved: worst case. Moves between own addresses are exempt; their fees are not.</summary>
    public static IEnumerable<WindowShare> Of(LegOutflow leg)
    {
        var amounts = leg.OwnMove ? leg.Allowances : leg.Amounts.AddRange(leg.Allowances);
        return (leg.Fee is { Value.IsZero: false } fee ? amounts.Add(fee) : amounts).Select(amount => new WindowShare(amount.Asset, leg.Tier, amount.Value));
    }
}

/// <summary>
/// Gross outflow per asset and tier in buckets of one UTC hour, whatever the limits of the day are: a new policy finds the past. A bucket
/// counts until all of it has left the window, judged by the earliest possible time.
/// </summary>
/// <param name="Buckets">By "asset|tier", then by hour since 1970.</param>
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
        foreach (var share in shares)
        {
            var hours = Hours(next, share);
            var hour = Hour(first);
            var sum = hours.GetValueOrDefault(hour);

            // Saturates: an allowance may be 2^256 − 1, and a window that is full to the brim says no as well.
            sum = share.Amount > UInt256.MaxValue - sum ? UInt256.MaxValue : sum + share.Amount;
            next = next.SetItem(Key(share.Asset, share.Tier), Pruned(hours, first).SetItem(hour, sum));
        }

        return new(next);
    }

    /// <summary>Takes back what became impossible, at the instant at which it was counted.</summary>
    public LimitWindows Release(IEnumerable<WindowShare> shares, Instant first)
    {
        var next = Buckets;
        foreach (var share in shares)
        {
            var hours = Hours(next, share);
            if (!hours.TryGetValue(Hour(first), out var sum)) continue;
            var left = sum > share.Amount ? sum - share.Amount : UInt256.Zero;
            hours = left.IsZero ? hours.Remove(Hour(first)) : hours.SetItem(Hour(first), left);
            next = hours.IsEmpty ? next.Remove(Key(share.Asset, share.Tier)) : next.SetItem(Key(share.Asset, share.Tier), hours);
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
            if (!Buckets.TryGetValue(Key(asset, tier), out var hours)) continue;
            foreach (var (hour, amount) in hours)
            {
                if ((hour + 1) * HourMs <= stamp.Earliest.UnixMs - window.Ms) continue;
                used = amount > UInt256.MaxValue - used ? UInt256.MaxValue : used + amount;
            }
        }

        return used;
    }

    private static StateKey Key(AssetId asset, Tier tier) => StateKey.Of(asset.Value, tier.ToString());

    private static long Hour(Instant at) => at.UnixMs / HourMs;

    private static ImmutableSortedDictionary<long, UInt256> Hours(
        ImmutableSortedDictionary<StateKey, ImmutableSortedDictionary<long, UInt256>> buckets, WindowShare share) =>
        buckets.GetValueOrDefault(Key(share.Asset, share.Tier)) ?? ImmutableSortedDictionary<long, UInt256>.Empty;

    private static ImmutableSortedDictionary<long, UInt256> Pruned(ImmutableSortedDictionary<long, UInt256> hours, Instant now)
    {
        while (!hours.IsEmpty && hours.First().Key < Hour(now) - (Kept.Ms / HourMs)) hours = hours.Remove(hours.First().Key);
        return hours;
    }
}
