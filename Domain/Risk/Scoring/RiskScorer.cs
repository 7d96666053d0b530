using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>
/// Scores a payment, purely: recorded facts in, points, a demand and the reasons out. Each condition of a rule is a lower bound and each part of the demand a maximum, so
/// more evidence never lowers what is demanded, and nothing here lowers what the account's own policy asks for.
/// </summary>
public static class RiskScorer
{
    /// <summary>Scores under a policy that <see cref="RiskPolicyForm.Check"/> lets through.</summary>
    public static RiskScore Score(RiskInput input)
    {
        var (policy, movements) = (input.Policy, input.Payment.Movements);
        Span<long> values = stackalloc long[SignalTable.Length];
        values.Clear();
        var signals = new SignalTable(values);
        HistorySignals.Fill(input, signals);
        var matches = new Match[policy.Rules.Length];
        foreach (var movement in movements)
        {
            MovementSignals.Fill(input, movement, signals);
            var asset = Worths.Find(policy, movement.Asset)?.Class ?? AssetClass.Unlisted;
            for (var i = 0; i < matches.Length; i++)
            {
                var rule = policy.Rules[i];
                if (!Matches(rule, input.Payment.Direction, asset, movement.Tier, signals)) continue;
                if (matches[i].IsSet && matches[i].First >= signals[rule.When[0].Signal]) continue;
                matches[i] = new(movement.Leg, signals[rule.When[0].Signal], Evidence(rule, signals));
            }
        }

        return Say(input, matches);
    }

    private static bool Matches(RiskRule rule, RiskDirection direction, AssetClass asset, Tier tier, SignalTable signals)
    {
        foreach (var condition in rule.When)
            if (signals[condition.Signal] < condition.AtLeast) return false;
        return (rule.Direction is null || rule.Direction == direction)
            && (rule.Classes.IsEmpty || rule.Classes.Contains(asset))
            && (rule.Tiers.IsEmpty || rule.Tiers.Contains(tier));
    }

    private static ImmutableArray<RiskEvidence> Evidence(RiskRule rule, SignalTable signals)
    {
        var evidence = ImmutableArray.CreateBuilder<RiskEvidence>(rule.When.Length);
        foreach (var condition in rule.When) evidence.Add(new(condition.Signal, condition.AtLeast, signals[condition.Signal]));
        return evidence.MoveToImmutable();
    }

    private static RiskScore Say(RiskInput input, Match[] matches)
    {
        var policy = input.Policy;
        var (points, shadowPoints) = (0, 0);
        var (demand, shadow) = (RiskDemand.Nothing, RiskDemand.Nothing);
        var reasons = ImmutableArray.CreateBuilder<RiskReason>();
        for (var i = 0; i < matches.Length; i++)
        {
            if (!matches[i].IsSet) continue;
            var rule = policy.Rules[i];
            var counted = !rule.Shadow && IsGreatest(policy, matches, i, withShadow: false) ? rule.Points : 0;
            points += counted;
            if (IsGreatest(policy, matches, i, withShadow: true)) shadowPoints += rule.Points;
            shadow = shadow.Max(DemandOf(policy, rule.Floor));
            if (!rule.Shadow) demand = demand.Max(DemandOf(policy, rule.Floor));
            reasons.Add(new(rule.Id, matches[i].Leg, counted, rule.Floor, rule.Shadow, matches[i].Evidence));
        }

        foreach (var band in policy.Bands)
        {
            if (band.AtLeast <= points) demand = demand.Max(DemandOf(band));
            if (band.AtLeast <= shadowPoints) shadow = shadow.Max(DemandOf(band));
        }

        return new(points, demand, shadow.Max(demand), reasons.DrainToImmutable(), policy.Version, input.PolicyHash);
    }

    /// <summary>Whether a match has the most points of its group; the first of equals.</summary>
    private static bool IsGreatest(RiskPolicy policy, Match[] matches, int index, bool withShadow)
    {
        var rule = policy.Rules[index];
        for (var i = 0; i < matches.Length; i++)
        {
            var other = policy.Rules[i];
            if (i == index || !matches[i].IsSet || other.Group != rule.Group || (other.Shadow && !withShadow)) continue;
            if (other.Points > rule.Points || (other.Points == rule.Points && i < index)) return false;
        }

        return true;
    }

    private static RiskDemand DemandOf(RiskBand band) => new(band.Action, band.ExtraApprovals, band.ExtraConfirmations, band.Hold);

    private static RiskDemand DemandOf(RiskPolicy policy, RiskAction action)
    {
        if (action == RiskAction.Allow) return RiskDemand.Nothing;
        foreach (var band in policy.Bands)
            if (band.Action == action) return DemandOf(band);
        return RiskDemand.Nothing with { Action = action };
    }

    /// <param name="First">The value of the rule's first condition: the movement with the greatest is told.</param>
    private readonly record struct Match(Name Leg, long First, ImmutableArray<RiskEvidence> Evidence)
    {
        internal bool IsSet => !Evidence.IsDefault;
    }
}
