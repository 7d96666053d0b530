using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>The policy's limits over a packet: hard caps refuse, soft limits raise the quorum.</summary>
internal static class Limits
{
    internal static Assessment? Apply(AuthorisationFacts facts, Outflow outflow, Judge judge, ref Demands demands)
    {
        var gross = outflow.Gross();
        foreach (var limit in facts.Governance.Policy.Limits)
        {
            var single = Single(limit, outflow);
            if (limit.HardSingle is { } hard && single > hard)
                return judge.Deny(limit.Id, "hard-cap", new(RejectionCode.HardLimit, $"at most {hard} {limit.Asset} at once", $"{single}", [limit.Id.Value]));
            var used = facts.Windows.Used(limit.Asset, limit.Tiers, limit.Window, facts.Stamp);
            var asked = Sum(limit, gross);
            var total = asked > UInt256.MaxValue - used ? UInt256.MaxValue : asked + used;
            if (asked.IsZero && single.IsZero) continue;
            if (limit.HardWindow is { } cap && total > cap)
            {
                return judge.Deny(limit.Id, "hard-cap", new(
                    RejectionCode.LimitWindow, $"at most {cap} {limit.Asset} in {limit.Window.Ms} ms", $"{used} used and {asked} asked", [limit.Id.Value]));
            }

            var above = single > limit.SoftSingle ? $"{single} at once, above {limit.SoftSingle}"
                : total > limit.SoftWindow ? $"{used} used and {asked} asked, above {limit.SoftWindow}" : null;
            if (above is null) continue;
            judge.Note(limit.Id, "quorum", $"{above}: raised to {limit.Escalated.Approvals} of {limit.Escalated.Eligible}");
            demands = demands with { Quorums = demands.Quorums.Add((limit.Id, limit.Escalated)), AboveSoftLimit = true };
        }

        return null;
    }

    /// <summary>The largest effect, or the largest sum that one leg moves: payments that are made together are made at once.</summary>
    private static UInt256 Single(LimitRule limit, Outflow outflow)
    {
        var effects = outflow.Effects
            .Where(effect => effect.Asset == limit.Asset && effect.Scope != DestinationScope.Own && Covers(limit, effect.Tier))
            .Select(effect => effect.Amount);
        var legs = outflow.Legs.Where(leg => !leg.OwnMove && Covers(limit, leg.Tier)).SelectMany(leg => leg.Amounts)
            .Where(amount => amount.Asset == limit.Asset).Select(amount => amount.Value);
        return effects.Concat(legs).Aggregate(UInt256.Zero, UInt256.Max);
    }

    private static UInt256 Sum(LimitRule limit, ImmutableArray<WindowShare> shares) => shares
        .Where(share => share.Asset == limit.Asset && Covers(limit, share.Tier))
        .Aggregate(UInt256.Zero, (sum, share) => share.Amount > UInt256.MaxValue - sum ? UInt256.MaxValue : sum + share.Amount);

    private static bool Covers(LimitRule limit, Tier tier) => limit.Tiers.IsEmpty || limit.Tiers.Contains(tier);
}
