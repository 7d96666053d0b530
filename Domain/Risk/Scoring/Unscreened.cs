using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>Payments that only wait for an outside service to say something of their parties.</summary>
public static class Unscreened
{
    /// <summary>Whether the score holds the payment for the missing verdict and for nothing else: without that rule nobody would have to look.</summary>
    public static bool IsAll(RiskPolicy policy, RiskScore score)
    {
        if (score.Demand.Action != RiskAction.Hold) return false;
        var points = score.Points;
        var isUnscreened = false;
        foreach (var reason in score.Reasons)
        {
            if (reason.Shadow) continue;
            if (reason.Rule != StandardRiskPolicy.UnscreenedRule)
            {
                if (reason.Floor >= RiskAction.Hold) return false;
                continue;
            }

            isUnscreened = true;
            points -= reason.Points;
        }

        return isUnscreened && !policy.Bands.Any(band => band.Action >= RiskAction.Hold && band.AtLeast <= points);
    }
}
