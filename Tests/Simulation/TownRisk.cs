using System.Collections.Immutable;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// How a world judges risk. Scores are enforced in all of them, and without reference amounts little but the list is in anybody's way. In two of three an outside service is
/// asked, in one of them about every greater sum of tokens. In one of two what is waited for is short, so that a run sees it end.
/// </summary>
internal static class TownRisk
{
    /// <summary>Who looks at what is held, and who may decide when that is overdue.</summary>
    public static ImmutableArray<Name> Reviewers { get; } = ["rita", "rob"];

    /// <summary>A list of its own for each world, as its parties are.</summary>
    public static RiskSettings Of(Chance chance)
    {
        var asked = chance.Below(3);
        var policy = asked == 2 ? StandardRiskPolicy.Of([new(People.Token, AssetClass.Erc20, 250_000)], unscreenedFrom: 1_000) : StandardRiskPolicy.Of([]);
        var hurried = chance.Below(2) == 0;
        var patience = hurried ? Span.Seconds(chance.Between(30, 600)) : Span.Hours(72);
        var life = hurried ? Span.Seconds(chance.Between(60, 1_200)) : Span.Hours(24);
        var parties = new HashSet<string>(StringComparer.Ordinal) { Town.Watched.Value, Town.Tainted.Value };
        return new(
            RiskMode.Enforced,
            policy with { Bands = [.. policy.Bands.Select(band => hurried ? band with { Hold = Span.Zero } : band)] },
            new(AsksVerdict: asked > 0, patience, life, Reviewers, Reviewers.Length, Shadow: false),
            [new("own", 1, ListKind.Watch, new(4_102_444_800_000), parties)])
        {
            VerdictPatience = patience,
        };
    }
}
