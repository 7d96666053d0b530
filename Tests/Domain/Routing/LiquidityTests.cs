using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Routing;

public sealed class LiquidityTests
{
    private const ulong Capacity = 1_000;

    private static readonly ChannelEdge Edge = SmallNetwork.Edge(1, 0, 1, Capacity);
    private static readonly ChannelGraph Graph = SmallNetwork.Graph(Edge);
    private static readonly ChannelWay Way = new(Edge.Id, ChannelSide.A);

    [Fact]
    public void Bounds_NarrowByWhatIsObserved_InBothDirections()
    {
        var known = Learn(Liquidity.Unknown(), 0, new Observation.Had(Way, 300), new Observation.Lacked(Way, 700));
        known.Bounds(Graph, Way, 0).Should().Be(new BalanceBounds(300, 699));
        known.Bounds(Graph, Way.Back, 0).Should().Be(new BalanceBounds(301, 700), "the channel's two balances are its capacity");
        Learn(known, 0, new Observation.Had(Way, 200), new Observation.Lacked(Way, 800)).Bounds(Graph, Way, 0).Should().Be(new BalanceBounds(300, 699), "that says less");
        Learn(known, 0, new Observation.Paid(Way, 100)).Bounds(Graph, Way, 0).Should().Be(new BalanceBounds(200, 599));
        Learn(known, 0, new Observation.Paid(Way.Back, 100)).Bounds(Graph, Way, 0).Should().Be(new BalanceBounds(400, 799));
        known.Bounds(Graph, Way, 0).Should().Be(new BalanceBounds(300, 699), "what was known does not change");
    }

    [Fact]
    public void Bounds_ThatAreContradicted_AreForgotten()
    {
        var known = Learn(Liquidity.Unknown(), 0, new Observation.Had(Way, 300), new Observation.Lacked(Way, 700));
        Learn(known, 0, new Observation.Had(Way, 800)).Bounds(Graph, Way, 0).Should().Be(new BalanceBounds(800, Capacity));
        Learn(known, 0, new Observation.Lacked(Way, 200)).Bounds(Graph, Way, 0).Should().Be(new BalanceBounds(0, 199));
    }

    [Fact]
    public void Bounds_FadeByHalfInAHalfLife_AndNeverNarrowByTime()
    {
        var known = Learn(Liquidity.Unknown(60), 1_000, new Observation.Had(Way, 400), new Observation.Lacked(Way, 601));
        known.Bounds(Graph, Way, 1_060).Should().Be(new BalanceBounds(200, 800));
        known.Bounds(Graph, Way, 1_120).Should().Be(new BalanceBounds(100, 900));
        known.Bounds(Graph, Way, 900).Should().Be(new BalanceBounds(400, 600), "a clock that went back");
        var last = known.Bounds(Graph, Way, 1_000);
        for (var second = 1_001UL; second < 2_000; second++)
        {
            var bounds = known.Bounds(Graph, Way, second);
            (bounds.Low <= last.Low && bounds.High >= last.High).Should().BeTrue("second {0}", second);
            last = bounds;
        }

        last.Should().Be(new BalanceBounds(0, Capacity));
    }

    [Fact]
    public void Bounds_OfAnyObservations_HoldWhatTheyShow()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var (balance, second, known) = ((ulong)random.Next((int)Capacity + 1), 0UL, Liquidity.Unknown((uint)random.Next(1, 500)));
            for (var i = 0; i < 20; i++)
            {
                second += (ulong)random.Next(100);
                var (side, amount) = ((ChannelSide)random.Next(2), (ulong)random.Next(1, (int)Capacity + 1));
                var has = side == ChannelSide.A ? balance : Capacity - balance;
                var way = new ChannelWay(Edge.Id, side);
                if (has >= amount && random.Next(3) == 0)
                {
                    balance = side == ChannelSide.A ? balance - amount : balance + amount;
                    known = Learn(known, second, new Observation.Paid(way, amount));
                }
                else
                {
                    known = Learn(known, second, has >= amount ? new Observation.Had(way, amount) : new Observation.Lacked(way, amount));
                }

                var bounds = known.Bounds(Graph, Way, second);
                (bounds.Low <= balance && balance <= bounds.High).Should().BeTrue("seed {0}: {1} is not in {2}", seed, balance, bounds);
            }
        }
    }

    [Fact]
    public void ChanceOf_IsTheShareOfTheBalancesThatHold()
    {
        var bounds = new BalanceBounds(100, 199);
        (bounds.ChanceOf(100), bounds.ChanceOf(150), bounds.ChanceOf(199), bounds.ChanceOf(200)).Should().Be((1_000_000U, 500_000U, 10_000U, 0U));
    }

    [Fact]
    public void Knowledge_FollowsTheChannel_WhenNumbersAndCapacityChange()
    {
        var other = SmallNetwork.Edge(2, 1, 2, 50);
        var graph = SmallNetwork.Graph(other, Edge);
        var known = Liquidity.Unknown().With(graph, [new Observation.Had(Way, 300), new Observation.Had(new(other.Id, ChannelSide.A), 10)], 0);
        var closed = graph.With([new GraphChange.Close(other.Id), new GraphChange.Announce(Edge with { Capacity = 1_200 })]);
        known.Bounds(closed, Way, 0).Should().Be(new BalanceBounds(300, 1_200));
        known.Bounds(closed.Compacted(), Way, 0).Should().Be(new BalanceBounds(300, 1_200), "it goes by the id");
        known.With(closed.Compacted(), [new Observation.Lacked(Way, 400)], 0).Bounds(closed.Compacted(), Way, 0).Should().Be(new BalanceBounds(300, 399));
        (known.Count, known.With(closed.Compacted(), [], 0).Count).Should().Be((2, 1));
    }

    private static Liquidity Learn(Liquidity before, ulong second, params Observation[] observed) => before.With(Graph, observed, second);
}
