using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>Whether a risk policy can be scored by: its size, and that its bands never ask less for more points.</summary>
public static class RiskPolicyForm
{
    /// <summary>Null if it may stand.</summary>
    public static Rejection? Check(RiskPolicy policy)
    {
        if (policy.Rules.Length > RiskPolicy.MaxRules || policy.Bands.Length > RiskPolicy.MaxBands || policy.Assets.Length > RiskPolicy.MaxAssets)
        {
            return new(
                RejectionCode.TooLarge,
                $"at most {RiskPolicy.MaxRules} rules, {RiskPolicy.MaxBands} bands and {RiskPolicy.MaxAssets} assets",
                $"{policy.Rules.Length}, {policy.Bands.Length} and {policy.Assets.Length}");
        }

        if (policy.Version < 1 || policy.ScaleFloor < 1) return Bad("a version and a scale floor of at least 1", $"{policy.Version} and {policy.ScaleFloor}");
        return CheckBands(policy) ?? CheckRules(policy) ?? CheckAssets(policy);
    }

    private static Rejection? CheckBands(RiskPolicy policy)
    {
        var below = new RiskBand(0, RiskAction.Allow, 0, 0, default);
        foreach (var band in policy.Bands)
        {
            if (!Enum.IsDefined(band.Action) || band.AtLeast < below.AtLeast || band.Action <= below.Action || band.ExtraApprovals < below.ExtraApprovals
                || band.ExtraConfirmations < below.ExtraConfirmations || band.Hold < below.Hold)
                return Bad("bands that rise in action and never fall in anything else", $"{band} after {below}");
            below = band;
        }

        return null;
    }

    private static Rejection? CheckRules(RiskPolicy policy)
    {
        foreach (var rule in policy.Rules)
        {
            if (rule.When.Length is 0 or > RiskRule.MaxConditions) return Bad($"1 to {RiskRule.MaxConditions} conditions", $"{rule.When.Length} in {rule.Id}");
            if (rule.Points is < 0 or > RiskRule.MaxPoints) return Bad($"0 to {RiskRule.MaxPoints} points", $"{rule.Points} in {rule.Id}");
            if (rule.When.Any(condition => !Enum.IsDefined(condition.Signal) || condition.AtLeast < 1)) return Bad("signals of at least 1", rule.Id.ToString());
            if (rule.Floor != RiskAction.Allow && policy.Bands.All(band => band.Action != rule.Floor))
                return Bad("a band for each action that a floor names", $"{rule.Floor} in {rule.Id}");
        }

        return policy.Rules.DistinctBy(rule => rule.Id).Count() == policy.Rules.Length ? null : Bad("each rule once", "a rule twice");
    }

    private static Rejection? CheckAssets(RiskPolicy policy)
    {
        if (policy.Assets.Any(asset => asset.Reference.IsZero)) return Bad("reference amounts above zero", "zero");
        return policy.Assets.DistinctBy(asset => asset.Asset).Count() == policy.Assets.Length ? null : Bad("each asset once", "an asset twice");
    }

    private static Rejection Bad(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);
}
