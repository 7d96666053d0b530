using TPWallet.Chains.Bitcoin;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>The tree of headers: which chain has most work, whatever the order in which its headers came.</summary>
public sealed class HeaderTreeTests
{
    private static readonly BitcoinHeader _genesis = BitcoinChain.Regtest.Genesis;
    private static readonly long _now = _genesis.Time + 1_000_000L;

    [Fact]
    public void Best_OfRandomTrees_IsTheFirstKnownWithMostWork()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var tree = New();
            var known = new List<HeaderTip> { tree.Root };
            var best = tree.Root;
            for (var i = 0; i < 40; i++)
            {
                var parent = known[Math.Max(0, known.Count - 1 - random.Next(6))];
                var tip = tree.Add(Child(parent, i), _now).Value;
                known.Add(tip);
                if (tip.Work > best.Work) best = tip;
                tree.Best.Should().Be(best, "seed {0}", seed);
                Walk(tree, best, known).Should().BeTrue("seed {0}", seed);
            }

            var cut = random.Next(1, best.Height + 1);
            var root = tree.Find(tree.At(cut)!.Value)!;
            tree.Prune(cut);
            (tree.Root, tree.Best, tree.At(cut - 1), tree.At(best.Height)).Should().Be((root, best, null, best.Header.Hash()));
            tree.Count.Should().Be(known.Count(one => Stands(one, root, known)), "seed {0}", seed);
        }
    }

    [Fact]
    public void BestWithout_SomeHeaders_IsTheMostWorkThatStandsOnNoneOfThem()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var tree = New();
            var known = new List<HeaderTip> { tree.Root };
            for (var i = 0; i < 40; i++) known.Add(tree.Add(Child(known[Math.Max(0, known.Count - 1 - random.Next(6))], i), _now).Value);
            var left = known.Skip(1).Where(_ => random.Next(8) == 0).ToArray();
            var most = known.Where(tip => !left.Any(one => Stands(tip, one, known))).Max(static tip => tip.Work);
            var best = tree.BestWithout(left.Select(static one => one.Header.Hash()).ToHashSet());
            best.Work.Should().Be(most, "seed {0}", seed);
            left.Any(one => Stands(best, one, known)).Should().BeFalse("seed {0}", seed);
        }
    }

    [Fact]
    public void Add_HeaderWithoutItsParentOrAgainstARule_IsRefusedAndChangesNothing()
    {
        var tree = New();
        var first = Child(tree.Root, 1);
        var second = Child(HeaderTip.Trusted(first, 1, 0, first.Time, []), 2);
        tree.Add(second, _now).Refusal!.Code.Should().Be("header.parent");
        tree.Add(first with { Bits = 0x1d00ffff }, _now).Refusal!.Code.Should().Be("header.bits");
        tree.Add(first, first.Time - WorkRules.MostAheadSeconds - 1L).Refusal!.Code.Should().Be("header.time-ahead");
        (tree.Count, tree.Best).Should().Be((1, tree.Root));
        tree.Add(first, _now).IsOk.Should().BeTrue();
        tree.Add(first, _now).Value.Should().BeSameAs(tree.Find(first.Hash()));
        tree.Add(second, _now).Value.Should().Be(tree.Best);
        (tree.Count, tree.At(2), tree.At(3), tree.At(-1)).Should().Be((3, second.Hash(), null, null));
    }

    private static HeaderTree New() => new(WorkRules.Regtest, HeaderTip.Trusted(_genesis, 0, 0, _genesis.Time, []));

    private static BitcoinHeader Child(HeaderTip parent, int salt)
    {
        var root = BitcoinHash.Of([(byte)salt, 1]);
        var header = new BitcoinHeader(4, parent.Header.Hash(), root, parent.Header.Time + 1, _genesis.Bits, 0);
        while (HeaderChain.CheckWork(WorkRules.Regtest, header) is not null) header = header with { Nonce = header.Nonce + 1 };
        return header;
    }

    private static bool Walk(HeaderTree tree, HeaderTip best, List<HeaderTip> known)
    {
        for (var tip = best; ; tip = known.Single(one => one.Header.Hash() == tip.Header.Parent))
        {
            if (tree.At(tip.Height) != tip.Header.Hash()) return false;
            if (tip.Height == 0) return tree.At(best.Height + 1) is null;
        }
    }

    private static bool Stands(HeaderTip tip, HeaderTip root, List<HeaderTip> known)
    {
        while (tip.Height > root.Height) tip = known.Single(one => one.Header.Hash() == tip.Header.Parent);
        return tip == root;
    }
}
