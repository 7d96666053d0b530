using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>A list of parties that the operator keeps or was given.</summary>
/// <param name="Parties">Addresses or account ids as packets write them.</param>
public sealed record PartyList(Name Name, int Version, ListKind Kind, Instant ExpiresAt, IReadOnlySet<string> Parties)
{
    /// <summary>Most lists of a deployment.</summary>
    public const int MaxLists = 16;

    /// <summary>Most parties of one list.</summary>
    public const int MaxParties = 1_000_000;
}

/// <summary>A deployment's rules, lists and terms. The same in every silo of a cluster, or two looks at one payment differ.</summary>
/// <param name="Mode">What holds for accounts whose members decided nothing stricter.</param>
/// <param name="Terms">How a case is decided.</param>
public sealed record RiskSettings(RiskMode Mode, RiskPolicy Policy, CaseTerms Terms, ImmutableArray<PartyList> Lists)
{
    /// <summary>The standard rules in shadow, without reference amounts or lists; two reviewers within three days, and a release that holds for one.</summary>
    public static RiskSettings Default { get; } =
        new(RiskMode.Shadow, StandardRiskPolicy.Of([]), new(false, Span.Hours(72), Span.Hours(24), [], 0, false), []);

    /// <summary>Canonical hash of the policy.</summary>
    public Bytes32 PolicyHash { get; } = Canonical.Hash("tpw.risk-policy.v1", Policy, ContractJson.Default.RiskPolicy);

    /// <summary>The lists that were asked, with their versions.</summary>
    public ImmutableArray<ListUse> Uses => [.. Lists.Select(list => new ListUse(list.Name, list.Version, list.ExpiresAt))];

    /// <summary>What the lists say of a party.</summary>
    public ImmutableArray<ListHit> HitsOf(string party) =>
        [.. Lists.Where(list => list.Parties.Contains(party)).Select(list => new ListHit(list.Name, list.Version, list.Kind))];

    /// <summary>What all accounts do with one party is summed where the deployment says what amounts are worth; else every sum would be a guess.</summary>
    public bool Observes => !Policy.Assets.IsEmpty;

    /// <summary>How long a verdict is waited for where nothing else is missing, before the override quorum can decide.</summary>
    public Span VerdictPatience { get; init; } = Span.Hours(24);

    /// <summary>How a case of this score is decided. No verdict is asked for before every silo reads what rests on one.</summary>
    /// <param name="writes">The generation of rows that may be written.</param>
    public CaseTerms TermsFor(RiskScore score, int writes)
    {
        var asks = Terms.AsksVerdict && writes >= EventGenerations.Verdicts;
        var suffices = asks && Unscreened.IsAll(Policy, score);
        var patience = suffices ? VerdictPatience : Terms.Patience;
        return Terms with { AsksVerdict = asks, VerdictSuffices = suffices, Patience = score.Demand.Hold > patience ? score.Demand.Hold : patience };
    }

    /// <summary>Until when a score of now is fresh: lists that expire soon end it sooner.</summary>
    public Instant FreshUntil(Instant at)
    {
        var until = at + PacketScore.Freshness;
        foreach (var list in Lists)
            if (list.ExpiresAt > at && list.ExpiresAt < until) until = list.ExpiresAt;
        return until;
    }
}
