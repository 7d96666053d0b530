using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>Which payments wait for an outside service and for nothing else.</summary>
public sealed class UnscreenedTests
{
    private static readonly RiskPolicy _policy = StandardRiskPolicy.Of([], 1000);

    private static readonly RiskReason _unscreened = Reason("unscreened", 40, RiskAction.Hold);

    [Fact]
    public void Rule_WithoutAService_IsInShadow()
    {
        StandardRiskPolicy.Of([]).Rules.Single(rule => rule.Id == StandardRiskPolicy.UnscreenedRule).Shadow.Should().BeTrue();
        var live = _policy.Rules.Single(rule => rule.Id == StandardRiskPolicy.UnscreenedRule);
        (live.Shadow, live.When.Single().AtLeast).Should().Be((false, 1000));
        RiskPolicyForm.Check(_policy).Should().BeNull();
    }

    public static TheoryData<string, bool> Scores => new()
    {
        { "alone", true },
        { "beside small suspicions", true },
        { "beside another that holds", false },
        { "beside points that hold", false },
        { "in shadow", false },
        { "where a review is demanded", false },
    };

    [Theory, MemberData(nameof(Scores))]
    public void Score_HeldForTheMissingVerdict_SaysWhetherThatIsAll(string what, bool isAll)
    {
        ImmutableArray<RiskReason> reasons = what switch
        {
            "beside small suspicions" => [_unscreened, Reason("party-new", 24, RiskAction.Allow)],
            "beside another that holds" => [_unscreened, Reason("look-alike", 0, RiskAction.Hold)],
            "beside points that hold" => [_unscreened, Reason("takeover", 65, RiskAction.Allow)],
            "in shadow" => [_unscreened with { Shadow = true, Points = 0 }, Reason("takeover", 65, RiskAction.Allow)],
            _ => [_unscreened],
        };
        var action = what == "where a review is demanded" ? RiskAction.Review : RiskAction.Hold;
        var score = new RiskScore(reasons.Sum(reason => reason.Points), RiskDemand.Nothing with { Action = action }, RiskDemand.Nothing, reasons, 2, Bytes32.Zero);
        Unscreened.IsAll(_policy, score).Should().Be(isAll);
        var settings = RiskSettings.Default with { Policy = _policy, Terms = RiskSettings.Default.Terms with { AsksVerdict = true } };
        settings.TermsFor(score, 9).Should().Be(settings.Terms with { VerdictSuffices = isAll, Patience = Span.Hours(isAll ? 24 : 72) });
        settings.TermsFor(score, 8).Should().Be(settings.Terms with { AsksVerdict = false }, "some silo cannot read what rests on a verdict yet");
    }

    /// <summary>A verdict of one payer says nothing of the other.</summary>
    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, false, true)]
    public void Deposit_IsUnscreenedUntilAllItsPayersAreScreened(bool first, bool second, bool isHeld)
    {
        var run = new RiskRun();
        run.Context = run.Context with { Parties = [Party(RiskRun.Friend, first), Party(RiskRun.Stranger, second)] };
        var payment = run.Inflow(100_000);
        var score = RiskScorer.Score(new(StandardRiskPolicy.Of(run.Policy.Assets, 1000), Bytes32.Zero, run.State, payment, run.Context, run.Now));
        score.Reasons.Any(reason => reason.Rule == StandardRiskPolicy.UnscreenedRule).Should().Be(isHeld);

        PartyFacts Party(string party, bool isScreened) =>
            new(party, [], isScreened ? new("aml", ScreeningVerdict.Clear, 7, run.Now, run.Now + Span.Hours(1)) : null, null, null, false);
    }

    private static RiskReason Reason(Name rule, int points, RiskAction floor) => new(rule, "leg", points, floor, false, []);
}
