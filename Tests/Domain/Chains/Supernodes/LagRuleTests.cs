using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Chains.Supernodes;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Chains.Supernodes;

/// <summary>When a node that answers counts as one that stands still: in blocks of the chain, and by nobody's clock.</summary>
public sealed class LagRuleTests
{
    private static readonly LagRule Rule = new(BehindBlocks: 4, ForBlocks: 10);

    [Fact]
    public void Next_NodeStandsStill_IsFoundOutAfterSoManyBlocksAndNotBefore()
    {
        var lag = LagRule.Unknown;
        for (ulong head = 100; head <= 104; head++) (lag = Rule.Next(lag, 100, At(head))).Should().BeOfType<Lag.Level>();
        for (ulong head = 105; head <= 114; head++) (lag = Rule.Next(lag, 100, At(head))).Should().Be(new Lag.Behind(At(105), 5));
        (lag = Rule.Next(lag, 100, At(115))).Should().Be(new Lag.StandsStill(At(105), 15));
        Rule.Next(lag, 100, At(116)).Should().Be(new Lag.StandsStill(At(105), 16));
    }

    /// <summary>A liar that gives a block now and then stands still all the same.</summary>
    [Fact]
    public void Next_NodeThatCreeps_IsFoundOut()
    {
        var (lag, has) = (LagRule.Unknown, 100UL);
        for (ulong head = 100; head <= 140 && lag is not Lag.StandsStill; head++) lag = Rule.Next(lag, has += head % 3 == 0 ? 1UL : 0, At(head));
        lag.Should().BeOfType<Lag.StandsStill>();
    }

    [Fact]
    public void Next_ChainStandsStill_MakesNobodyLate()
    {
        var lag = Rule.Next(LagRule.Unknown, 100, At(200));
        for (var look = 0; look < 1_000; look++) lag = Rule.Next(lag, 100, At(200));
        lag.Should().BeOfType<Lag.Behind>();
    }

    [Fact]
    public void Next_NodeThatLoadsALongChain_HasItsTimeAnewWithEachHalf()
    {
        var (lag, has) = (LagRule.Unknown, 0UL);
        for (ulong head = 10_000; head < 10_100; head++) (lag = Rule.Next(lag, has += 2 + ((head - has) / 8), At(head))).Should().NotBeOfType<Lag.StandsStill>();
        lag.Should().BeOfType<Lag.Level>("it has caught up");
    }

    [Fact]
    public void Next_NodeThatStoodStillIsLevelAgain_IsCountedFromTheFirstTime()
    {
        Lag lag = new Lag.StandsStill(At(105), 15);
        for (var times = 1; times <= LagRule.TimesToReturn; times++) (lag = Rule.Next(lag, 120, At(120))).Should().Be(new Lag.Level(times));
    }

    /// <summary>Whatever an honest node does, as long as it is never further behind than the rule allows; also where a reorg moves the chain's head back.</summary>
    [Fact]
    public void Next_NeverFurtherBehindThanAllowed_IsNeverHeldAgainstANode() => Prop.ForAll(
        Gen.Zip(Gen.Choose(0, 4), Gen.Choose(-3, 5)).ListOf().ToArbitrary(),
        steps =>
        {
            var (lag, head) = (LagRule.Unknown, 1_000);
            foreach (var (behind, step) in steps)
            {
                head += step;
                lag = Rule.Next(lag, (ulong)(head - behind), At((ulong)head));
            }

            return lag is Lag.Level;
        }).QuickCheckThrowOnFailure();

    /// <summary>However it answers: who was found out lacked more than allowed at every look of so many blocks, and never came to lack half as much.</summary>
    [Fact]
    public void Next_WhoIsFoundOut_WasBehindForSoManyBlocks() => Prop.ForAll(
        Gen.Choose(0, 12).ListOf().ToArbitrary(),
        gaps =>
        {
            var (lag, head, seen) = (LagRule.Unknown, 1_000UL, new List<(ulong Head, ulong Gap)>());
            foreach (var gap in gaps)
            {
                lag = Rule.Next(lag, ++head - (ulong)gap, At(head));
                seen.Add((head, (ulong)gap));
                if (lag is not Lag.StandsStill found) continue;
                var during = seen.Where(one => one.Head >= found.Since.Number).ToArray();
                return head - found.Since.Number >= Rule.ForBlocks && during.All(one => one.Gap > Rule.BehindBlocks && one.Gap > during[0].Gap / 2);
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void For_BothFamilies_AsksOftenEnough()
    {
        foreach (var rule in new[] { LagRule.For(People.Chain), LagRule.For(TPWallet.Chains.Bitcoin.BitcoinChain.Regtest.Id), new LagRule(1, 1), new LagRule(0, 1) })
            rule.LookEvery.Should().BeInRange(1, Math.Max(1, Math.Min(rule.BehindBlocks, rule.ForBlocks)));
    }

    private static BlockRef At(ulong number) => new(number, new Bytes32(number));
}
