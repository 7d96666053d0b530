using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Cases;

/// <summary>
/// Who lets go what its risk holds. The one rule of case, account and signer: two persons, none of whom proposed it; or a clear verdict in force, where a missing verdict is
/// all that holds it. A service says nothing of look-alike addresses or of an account's habits, so its word ends no other hold.
/// </summary>
public static class ReleaseRule
{
    /// <summary>From so near a listed party on a clear verdict is one that persons have to look at: the same as the standard rules of flows hold.</summary>
    private static readonly ImmutableArray<FlowExposure> _near = [new(1, 100), new(2, 250)];

    /// <summary>Whether the release holds for this demand now.</summary>
    /// <param name="action">What the newest score demands.</param>
    /// <param name="terms">Those of the newest score.</param>
    /// <param name="proposer">Null for a deposit.</param>
    public static bool LetsGo(CaseRelease? release, RiskAction action, CaseTerms terms, Name? proposer, Instant now)
    {
        if (release is null || release.Action < action || now >= release.Until) return false;
        if (terms.VerdictSuffices && release.Verdict is { } said && IsClear(said, now)) return true;
        return !(proposer is { } own && release.By.Contains(own)) && release.By.Distinct().Count() >= CaseRelease.Persons;
    }

    /// <summary>What a verdict comes to: a clear one of funds that lie near a listed party asks for persons.</summary>
    public static ScreeningVerdict Weigh(Screening said) =>
        said.Verdict == ScreeningVerdict.Clear && said.Flow is { } flow && _near.Any(limit => flow.Hops <= limit.Hops && flow.SharePerMille >= limit.SharePerMille)
            ? ScreeningVerdict.Review
            : said.Verdict;

    /// <summary>Whether a later look at the same payment is beyond what its case was opened for, so that another one decides.</summary>
    /// <param name="byVerdict">Whether the open case waits for a verdict alone.</param>
    public static bool IsGraver(RiskAction opened, bool byVerdict, RiskAction action, CaseTerms terms) =>
        action > opened || (byVerdict && action >= RiskAction.Hold && !terms.VerdictSuffices);

    internal static bool IsClear(Screening said, Instant now) => Weigh(said) == ScreeningVerdict.Clear && now < said.ExpiresAt;
}
