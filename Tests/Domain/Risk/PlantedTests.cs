using TPWallet.Benchmarks.Risk;
using TPWallet.Domain.Risk.Scoring;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>A small run of the <c>risk</c> benchmark's sequences: the standard rules are not broken unnoticed, and a sequence is the same in each process.</summary>
public sealed class PlantedTests
{
    private static readonly TPWallet.Grains.Interfaces.Risk.RiskPolicy _policy = StandardRiskPolicy.Of(Scene.References);

    public static TheoryData<string> Families => [.. Attacks.Tuning.Concat(Attacks.HeldOut).Select(family => family.Name)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Attacks_OfEachFamily_AreMostlyStopped(string name)
    {
        var family = Attacks.Tuning.Concat(Attacks.HeldOut).Single(family => family.Name == name);
        var caught = Enumerable.Range(0, 6).Count(i => SequenceRun.Of(Attacks.Of(family, 5000 + i), _policy).IsCaught);
        caught.Should().BeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void Lives_OfHonestAccounts_AreLeftAlone() =>
        Enumerable.Range(0, 120).Count(i => SequenceRun.Of(Lives.Honest(70_000 + i), _policy).IsFlagged).Should().BeLessThanOrEqualTo(2);

    [Fact]
    public void Sequences_OfOneSeed_AreTheSame()
    {
        var (first, second) = (SequenceRun.Of(Lives.Honest(9), _policy), SequenceRun.Of(Lives.Honest(9), _policy));
        first.Scores.Select(scored => (scored.Step.At, scored.Score.Points)).Should().Equal(second.Scores.Select(scored => (scored.Step.At, scored.Score.Points)));
        Lives.Honest(17).Steps.Count.Should().NotBe(0);
    }
}
