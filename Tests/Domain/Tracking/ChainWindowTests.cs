using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Tracking;

/// <summary>Confirmation follows hashes and parents (design.md, Chain truth): what each offered block means for the window.</summary>
public sealed class ChainWindowTests
{
    private static readonly BlockRef Final = Block(100, 0);

    [Fact]
    public void Offer_ChildOfTheHead_Extends()
    {
        var window = Extend(ChainWindow.From(Final), 101, branch: 0);
        window.Head.Block.Should().Be(Block(101, 0));
        window.Confirmations(Final).Should().Be(2);
        window.Confirmations(Block(101, 0)).Should().Be(1);
    }

    [Fact]
    public void Offer_TheHeadOrAnAncestor_IsKnown()
    {
        var window = Extend(ChainWindow.From(Final), 101, 0);
        window.Offer(LinkOf(101, 0, Final)).Should().BeOfType<HeadChange.Known>();
        window.Offer(new(Final, Bytes32.Zero)).Should().BeOfType<HeadChange.Known>();
    }

    [Fact]
    public void Offer_ParentUnknown_AsksForTheParent()
    {
        var change = ChainWindow.From(Final).Offer(LinkOf(103, 0, Block(102, 0)));
        change.Should().BeOfType<HeadChange.Missing>().Which.Parent.Should().Be(Block(102, 0).Hash);
    }

    [Fact]
    public void Offer_SiblingOfTheHead_RemovesNewestFirstAndNamesTheForkPoint()
    {
        var window = ChainWindow.From(Final);
        for (ulong n = 101; n <= 104; n++) window = Extend(window, n, 0);
        var change = window.Offer(LinkOf(102, 1, Block(101, 0))).Should().BeOfType<HeadChange.Reorged>().Subject;
        change.Removed.Select(l => l.Block).Should().Equal(Block(104, 0), Block(103, 0), Block(102, 0));
        change.ForkPoint.Should().Be(Block(101, 0));
        change.Window.Head.Block.Should().Be(Block(102, 1));
        change.Window.Contains(Block(102, 0).Hash).Should().BeFalse();
    }

    /// <summary>A sibling of the root has the right number and another hash: numbers prove nothing.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    public void Offer_NotDescendedFromTheRoot_ContradictsFinal(ulong number)
    {
        var window = Extend(ChainWindow.From(Final), 101, 0);
        window.Offer(LinkOf(number, 7, Block(number - 1, 7))).Should().BeOfType<HeadChange.ContradictsFinal>();
    }

    [Fact]
    public void Offer_NumberThatDoesNotFollowItsParents_IsNeverLinked() =>
        ChainWindow.From(Final).Offer(LinkOf(105, 0, Final)).Should().BeOfType<HeadChange.ContradictsFinal>();

    [Fact]
    public void AtDepth_CountsFromTheHead()
    {
        var window = ChainWindow.From(Final);
        for (ulong n = 101; n <= 103; n++) window = Extend(window, n, 0);
        window.AtDepth(1).Should().Be(Block(103, 0));
        window.AtDepth(4).Should().Be(Final);
        window.AtDepth(5).Should().BeNull();
        window.AtDepth(0).Should().BeNull();
    }

    /// <summary>Whatever order forks come in, the window is one chain of parents from the root, and what was removed is exactly what is missing.</summary>
    [Fact]
    public void Offer_RandomForks_WindowIsAlwaysOneLinkedChain() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        choices =>
        {
            var window = ChainWindow.From(Final);
            var seen = new List<Link> { new(Final, Bytes32.Zero) };
            for (var i = 0; i < choices.Length; i++)
            {
                var parent = seen[choices[i] % seen.Count].Block;
                var link = LinkOf(parent.Number + 1, (ulong)i + 1, parent);
                var before = window;
                switch (window.Offer(link))
                {
                    case HeadChange.Extended e:
                        window = e.Window;
                        break;
                    case HeadChange.Reorged r:
                        window = r.Window;
                        before.Links.Select(l => l.Block).Except(window.Links.Select(l => l.Block)).Reverse()
                            .Should().Equal(r.Removed.Select(l => l.Block));
                        break;
                    default:
                        continue;
                }

                seen.Add(link);
                for (var n = 1; n < window.Links.Count; n++)
                {
                    window.Links[n].Parent.Should().Be(window.Links[n - 1].Block.Hash);
                    window.Links[n].Block.Number.Should().Be(window.Links[n - 1].Block.Number + 1);
                }
            }
        }).QuickCheckThrowOnFailure();

    private static ChainWindow Extend(ChainWindow window, ulong number, ulong branch) =>
        window.Offer(LinkOf(number, branch, window.Head.Block)).Should().BeOfType<HeadChange.Extended>().Subject.Window;

    private static Link LinkOf(ulong number, ulong branch, BlockRef parent) => new(Block(number, branch), parent.Hash);

    private static BlockRef Block(ulong number, ulong branch) => new(number, new Bytes32(new UInt256(0, 0, branch, number)));
}
