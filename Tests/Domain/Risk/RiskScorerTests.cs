using System.Text.Json;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Risk.RiskRun;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>How rules make points, and points a demand.</summary>
public sealed class RiskScorerTests
{
    private readonly RiskRun _run = new();

    [Fact]
    public void Group_WithTwoMatches_CountsTheGreaterOnce()
    {
        _run.Policy = With(Rule("low", "g", 10), Rule("high", "g", 30), Rule("same", "g", 30), Rule("other", "h", 5));
        var score = _run.Score(Move(1));
        score.Points.Should().Be(35);
        score.Reasons.Select(reason => (reason.Rule.Value, reason.Points)).Should().Equal(("low", 0), ("high", 30), ("same", 0), ("other", 5));
        score.Demand.Action.Should().Be(RiskAction.Confirmations);
    }

    [Fact]
    public void Reason_OfAMatch_TellsExpectedAndActual()
    {
        _run.Policy = With(Rule("r", "g", 1) with { When = [new(RiskSignal.Worth, 100), new(RiskSignal.NewPartyWorth, 50)] });
        var score = _run.Score(Move(10), Move(200) with { Leg = "b" }, Move(150) with { Leg = "c" });
        var reason = score.Reasons.Should().ContainSingle().Which;
        reason.Leg.Value.Should().Be("b", "it is the greatest movement that matches");
        reason.Evidence.Should().Equal(new RiskEvidence(RiskSignal.Worth, 100, 200), new RiskEvidence(RiskSignal.NewPartyWorth, 50, 201));
        (score.PolicyVersion, score.PolicyHash).Should().Be((_run.Policy.Version, _run.PolicyHash));
        _run.Score(Move(99)).Reasons.Should().BeEmpty();
    }

    [Fact]
    public void Conditions_OfOneRule_HoldForOneMovement()
    {
        _run.Policy = With(Rule("r", "g", 1) with { When = [new(RiskSignal.Worth, 100), new(RiskSignal.NewPartyWorth, 1)] });
        _run.Score(Move(200, Stranger, scope: DestinationScope.Allowed), Move(1, Friend)).Reasons.Should().BeEmpty();
    }

    [Fact]
    public void Floor_OfAMatch_IsDemandedWhateverTheSumSays()
    {
        _run.Policy = With(Rule("r", "g", 0) with { Floor = RiskAction.Hold });
        _run.Score(Move(1)).Demand.Should().Be(new RiskDemand(RiskAction.Hold, 1, 12, Span.Hours(4)));
    }

    [Fact]
    public void Shadow_OfARule_IsToldAndDemandsNothing()
    {
        _run.Policy = With(Rule("real", "g", 20), Rule("trial", "g", 90) with { Shadow = true, Floor = RiskAction.Block });
        var score = _run.Score(Move(1));
        (score.Points, score.Demand.Action, score.Shadow.Action).Should().Be((20, RiskAction.SecondFactor, RiskAction.Block));
        score.Reasons.Should().HaveCount(2);
        _run.Policy = With(Rule("real", "g", 20), Rule("trial", "g", 90) with { Floor = RiskAction.Block });
        _run.Score(Move(1)).Demand.Action.Should().Be(RiskAction.Block, "it is enforced now");
    }

    [Theory]
    [InlineData(RiskDirection.In, AssetClass.Erc20, Tier.Hot)]
    [InlineData(RiskDirection.Out, AssetClass.Native, Tier.Hot)]
    [InlineData(RiskDirection.Out, AssetClass.Erc20, Tier.Cold)]
    public void Scope_OfARule_IsDirectionClassAndTier(RiskDirection direction, AssetClass asset, Tier tier)
    {
        _run.Policy = With(Rule("r", "g", 10) with { Direction = direction, Classes = [asset], Tiers = [tier] });
        _run.Score(Move(1)).Reasons.Should().BeEmpty();
        _run.Policy = With(Rule("r", "g", 10) with { Direction = RiskDirection.Out, Classes = [AssetClass.Erc20], Tiers = [Tier.Hot] });
        _run.Score(Move(1)).Points.Should().Be(10);
    }

    [Fact]
    public void Standard_Policy_IsFitAndKeepsItsHash()
    {
        RiskPolicyForm.Check(Standard).Should().BeNull();
        StandardRiskPolicy.Of([]).Rules.Should().HaveCountGreaterThan(50);
        JsonSerializer.Deserialize(JsonSerializer.Serialize(Standard, ContractJson.Default.RiskPolicy), ContractJson.Default.RiskPolicy)!
            .Should().BeEquivalentTo(Standard);
    }

    [Fact]
    public void Policy_OfBadForm_IsRefused()
    {
        Check(Standard with { Version = 0 }).Should().Be(RejectionCode.Malformed);
        Check(Standard with { Rules = [.. Enumerable.Repeat(Standard.Rules[0], RiskPolicy.MaxRules + 1)] }).Should().Be(RejectionCode.TooLarge);
        Check(With(Rule("a", "g", 1), Rule("a", "g", 1))).Should().Be(RejectionCode.Malformed);
        Check(With(Rule("a", "g", -1))).Should().Be(RejectionCode.Malformed, "points never lower a score");
        Check(With(Rule("a", "g", 101))).Should().Be(RejectionCode.Malformed);
        Check(With(Rule("a", "g", 1) with { When = [] })).Should().Be(RejectionCode.Malformed);
        Check(With(Rule("a", "g", 1) with { When = [new(RiskSignal.Worth, 0)] })).Should().Be(RejectionCode.Malformed);
        Check(With(Rule("a", "g", 1) with { When = [new((RiskSignal)999, 1)] })).Should().Be(RejectionCode.Malformed);
        Check(With(Rule("a", "g", 1) with { Floor = RiskAction.Hold }) with { Bands = [] }).Should().Be(RejectionCode.Malformed);
        Check(Standard with { Bands = [.. Standard.Bands.Reverse()] }).Should().Be(RejectionCode.Malformed);
        Check(Standard with { Bands = [Standard.Bands[3], Standard.Bands[4] with { Hold = Span.Zero }] }).Should().Be(RejectionCode.Malformed);
        Check(Standard with { Assets = [Standard.Assets[0], Standard.Assets[0]] }).Should().Be(RejectionCode.Malformed);
        Check(Standard with { Assets = [Standard.Assets[0] with { Reference = UInt256.Zero }] }).Should().Be(RejectionCode.Malformed);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 0)]
    [InlineData("2", 256)]
    [InlineData("3", 384)]
    [InlineData("4", 512)]
    [InlineData("511", 2303)]
    [InlineData("512", 2304)]
    [InlineData("18446744073709551616", 16384)]
    [InlineData("27670116110564327424", 16512)]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935", 65535)]
    public void Logarithm_OfAnAmount_IsIn256thsOfADoubling(string amount, int log) => FixedPoint.Log2(UInt256.Parse(amount)).Should().Be((ushort)log);

    [Fact]
    public void Statistics_OfSmallSamples_AreTheTextbooks()
    {
        FixedPoint.Median([]).Should().Be(0);
        FixedPoint.Median([5, 1, 9]).Should().Be(5);
        FixedPoint.Median([5, 1, 9, 7]).Should().Be(5);
        FixedPoint.RobustZ(19, [9, 10, 11, 12, 8], 1).Should().Be(674 * 9);
        FixedPoint.RobustZ(10, [9, 10, 11], 1).Should().Be(0);
        FixedPoint.RobustZ(18, [10, 10, 10], 4).Should().Be(674 * 8 / 4, "the floor stands for a spread that is none");
        for (var n = 0L; n < 5000; n++) FixedPoint.Root(n).Should().Be((long)Math.Floor(Math.Sqrt(n)));
        FixedPoint.Root(long.MaxValue).Should().Be(3_037_000_499);
        FixedPoint.PerMille(1, 3, 1000).Should().Be(333);
        FixedPoint.PerMille(1, UInt256.Zero, 2000).Should().Be(2000);
        FixedPoint.PerMille(UInt256.MaxValue, UInt256.MaxValue, 2000).Should().Be(1000);
        FixedPoint.PerMille(UInt256.MaxValue, 1, uint.MaxValue).Should().Be(uint.MaxValue);
    }

    private static RiskRule Rule(Name id, Name group, int points) => new(id, group, null, [], [], [new(RiskSignal.Worth, 1)], points, RiskAction.Allow, false);

    private static RiskPolicy With(params RiskRule[] rules) => Standard with { Rules = [.. rules] };

    private static RejectionCode? Check(RiskPolicy policy) => RiskPolicyForm.Check(policy)?.Code;
}
