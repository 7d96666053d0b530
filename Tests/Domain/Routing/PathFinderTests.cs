using System.Numerics;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Routing;

public sealed class PathFinderTests
{
    private const int Cases = 8_000;

    [Fact]
    public void Find_OnAnyNetwork_IsTheCheapestRoute_AsPoliciesAsk()
    {
        var finder = new PathFinder();
        var (found, limited) = (0, 0);
        for (var seed = 0; seed < Cases; seed++)
        {
            var (graph, liquidity, request) = SmallNetwork.Any(new(seed));
            var reference = new ReferenceSearch(graph, liquidity, request, SmallNetwork.Second);
            var least = reference.LeastCost();
            var answer = finder.Find(graph, liquidity, request, SmallNetwork.Second);
            if (answer is RouteAnswer.None { Reason: NoRoute.OverLimits }) limited++;
            if (answer is RouteAnswer.None none)
            {
                least.Should().BeNull("seed {0}: {1}", seed, none.Reason);
                continue;
            }

            found++;
            var route = ((RouteAnswer.Found)answer).Route;
            ((BigInteger?)route.Cost).Should().Be(least, "seed {0}", seed);
            route.Hops.Aggregate(BigInteger.Zero, (sum, hop) => sum + reference.Cost(hop.Way, request.Amount)).Should().Be(route.Cost, "seed {0}", seed);
            Check(graph, reference, request, route, seed);
        }

        (found, limited).Should().Match<(int Found, int Limited)>(static counts => counts.Found > Cases / 4 && counts.Limited > Cases / 50, "both sorts of search must have run");
    }

    [Fact]
    public void Find_IsTheSame_WithMemoryOfOtherSearches()
    {
        var used = new PathFinder();
        for (var seed = 0; seed < 500; seed++)
        {
            var (graph, liquidity, request) = SmallNetwork.Any(new(seed));
            used.Find(graph, liquidity, request, SmallNetwork.Second).Should().Be(new PathFinder().Find(graph, liquidity, request, SmallNetwork.Second), "seed {0}", seed);
        }
    }

    [Fact]
    public void Find_AddsFeesAndDeltasFromThePayeeBackwards()
    {
        var policy = new HopPolicy(10, 100_000, 50, 1, 10_000);
        var graph = SmallNetwork.Graph(
            SmallNetwork.Edge(1, 0, 1, 10_000, policy), SmallNetwork.Edge(2, 1, 2, 10_000, policy), SmallNetwork.Edge(3, 2, 3, 10_000, policy));
        var route = Found(graph, SmallNetwork.Request(0, 3, 1_000));
        route.Hops.Select(static hop => ((ulong)hop.Amount, (ulong)hop.Fee, hop.Delta)).Should().Equal((1_231UL, 0UL, 200U), (1_110UL, 121UL, 150U), (1_000UL, 110UL, 100U));
        (route.Sent, route.Fee, route.Delta).Should().Be(((UInt256)1_231, (UInt256)231, 200U));
    }

    /// <summary>A lock that lasts longer than its channel takes is refused by who gets it: the dearer way is taken at once.</summary>
    [Fact]
    public void Find_TakesNoChannelForLongerThanItLets()
    {
        var slow = SmallNetwork.Free with { LockDelta = 200 };
        ChannelGraph With(uint longest) => SmallNetwork.Graph(
            SmallNetwork.Edge(1, 0, 1, 90_000_000, SmallNetwork.Free with { LongestLock = longest }), SmallNetwork.Edge(2, 1, 3, 90_000_000, slow),
            SmallNetwork.Edge(3, 0, 2, 90_000_000), SmallNetwork.Edge(4, 2, 3, 90_000_000, slow with { BaseFee = 1_000 }));
        Found(With(300), SmallNetwork.Request(0, 3, 1_000_000)).Hops[0].To.Should().Be(SmallNetwork.Node(1), "100 s for the payee, and 200 for who carries");
        Found(With(299), SmallNetwork.Request(0, 3, 1_000_000)).Hops[0].To.Should().Be(SmallNetwork.Node(2));
    }

    [Fact]
    public void Find_PrefersTheLikelierRoute_UntilItsFeeIsTooHigh()
    {
        ChannelGraph With(ulong fee) => SmallNetwork.Graph(
            SmallNetwork.Edge(1, 0, 1, 1_200_000), SmallNetwork.Edge(2, 1, 3, 1_200_000),
            SmallNetwork.Edge(3, 0, 2, 90_000_000), SmallNetwork.Edge(4, 2, 3, 90_000_000, SmallNetwork.Free with { BaseFee = fee }));
        Found(With(1_000), SmallNetwork.Request(0, 3, 1_000_000)).Hops[0].To.Should().Be(SmallNetwork.Node(2));
        Found(With(900_000), SmallNetwork.Request(0, 3, 1_000_000)).Hops[0].To.Should().Be(SmallNetwork.Node(1));
    }

    /// <summary>Over the peer at 1 it costs nothing, over that at 2 a thousandth: which is worse follows from how much the first is disliked.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(900, 1)]
    [InlineData(1_100, 2)]
    [InlineData(1_000_000, 2)]
    public void Find_WeighsADislikedPeer_AgainstADearerWay(uint ppm, int over)
    {
        var graph = SmallNetwork.Graph(
            SmallNetwork.Edge(1, 0, 1, 90_000_000), SmallNetwork.Edge(2, 1, 3, 90_000_000),
            SmallNetwork.Edge(3, 0, 2, 90_000_000), SmallNetwork.Edge(4, 2, 3, 90_000_000, SmallNetwork.Free with { BaseFee = 1_000 }));
        var own = ImmutableSortedDictionary<Bytes32, UInt256>.Empty.Add(SmallNetwork.Id(1), 5_000_000).Add(SmallNetwork.Id(3), 5_000_000);
        var request = SmallNetwork.Request(0, 3, 1_000_000) with { Own = own, Disliked = ImmutableSortedDictionary<Bytes32, uint>.Empty.Add(SmallNetwork.Id(1), ppm) };
        Found(graph, request).Hops[0].To.Should().Be(SmallNetwork.Node(over));
        Found(graph, request with { Own = own.SetItem(SmallNetwork.Id(3), 0) }).Hops[0].To.Should().Be(SmallNetwork.Node(1), "it is the only way, whatever it is worth");
        Found(graph, request with { MostFee = 999 }).Hops[0].To.Should().Be(SmallNetwork.Node(1), "no more is paid in fees than is allowed");
        new PathFinder().Find(graph, Liquidity.Unknown(), request with { Own = own.SetItem(SmallNetwork.Id(3), 0).SetItem(SmallNetwork.Id(1), 0) }, SmallNetwork.Second)
            .Should().Be(new RouteAnswer.None(NoRoute.NoPath), "what is lent nothing carries nothing");
    }

    /// <summary>What is disliked as much as can be, where all else costs as much as can be, is used still.</summary>
    [Fact]
    public void Find_UsesWhatIsDislikedMost_WhereNothingElseGoes()
    {
        var graph = SmallNetwork.Graph(SmallNetwork.Edge(1, 0, 1, 1_000));
        var request = SmallNetwork.Request(0, 1, 1_000) with
        {
            Own = ImmutableSortedDictionary<Bytes32, UInt256>.Empty.Add(SmallNetwork.Id(1), 1_000),
            Prices = new(RoutePrices.Most, RoutePrices.Most, RoutePrices.Most),
            Disliked = ImmutableSortedDictionary<Bytes32, uint>.Empty.Add(SmallNetwork.Id(1), uint.MaxValue),
        };
        Found(graph, request).Hops.Should().ContainSingle();
    }

    [Fact]
    public void Find_KnowsOwnBalances_AndWhatIsInFlight()
    {
        var (near, far) = (SmallNetwork.Edge(1, 0, 1, 1_000), SmallNetwork.Edge(2, 1, 2, 1_000));
        var graph = SmallNetwork.Graph(near, far);
        var request = SmallNetwork.Request(0, 2, 600);
        Found(graph, request).ChancePpm.Should().BeInRange(159_000, 161_000, "401 of 1001 balances do, twice");
        Found(graph, request with { Own = Own(near, 600) }).ChancePpm.Should().BeInRange(400_000, 401_000);
        Reason(graph, request with { Own = Own(near, 599) }).Should().Be(NoRoute.NoPath);
        var held = ImmutableSortedDictionary<ChannelWay, UInt256>.Empty.Add(SmallNetwork.Way(far, 1), 401);
        Reason(graph, request with { InFlight = held }).Should().Be(NoRoute.NoPath);
        Found(graph, request with { InFlight = held.SetItem(SmallNetwork.Way(far, 1), 400) }).Should().NotBeNull();
        Found(graph, request with { InFlight = held.Clear().Add(SmallNetwork.Way(far, 2), 401) }).Should().NotBeNull("that is the other way");
    }

    [Fact]
    public void Find_SaysWhyThereIsNone()
    {
        var graph = SmallNetwork.Graph(
            SmallNetwork.Edge(1, 0, 1, 1_000), SmallNetwork.Edge(2, 1, 2, 1_000, SmallNetwork.Free with { BaseFee = 5, LockDelta = 10 }), SmallNetwork.Edge(3, 8, 9, 1_000));
        var request = SmallNetwork.Request(0, 2, 100);
        Reason(graph, request with { Amount = 0 }).Should().Be(NoRoute.AmountOutOfRange);
        Reason(graph, request with { Amount = UInt256.MaxValue }).Should().Be(NoRoute.AmountOutOfRange);
        Reason(graph, request with { MostHops = 0 }).Should().Be(NoRoute.LimitsOutOfRange);
        Reason(graph, request with { From = SmallNetwork.Node(20) }).Should().Be(NoRoute.UnknownPayer);
        Reason(graph, request with { To = default }).Should().Be(NoRoute.UnknownPayee);
        Reason(graph, request with { To = request.From }).Should().Be(NoRoute.SameNode);
        Reason(graph, request with { To = SmallNetwork.Node(8) }).Should().Be(NoRoute.NoPath);
        Reason(graph, request with { MostFee = 4 }).Should().Be(NoRoute.OverLimits);
        Reason(graph, request with { MostDelta = 109 }).Should().Be(NoRoute.OverLimits);
        Reason(graph, request with { MostHops = 1 }).Should().Be(NoRoute.OverLimits);
        Found(graph, request with { MostFee = 5, MostDelta = 110, MostHops = 2 }).Fee.Should().Be((UInt256)5);
    }

    /// <summary>The cheaper way from node 1 on asks a fee for which the payer's channel has no room.</summary>
    [Fact]
    public void Find_TakesTheDearerRest_WhereTheCheaperOnesFeesDoNotFit()
    {
        var graph = SmallNetwork.Graph(
            SmallNetwork.Edge(1, 0, 1, 1_060),
            SmallNetwork.Edge(2, 1, 2, 90_000_000), SmallNetwork.Edge(3, 2, 3, 90_000_000, SmallNetwork.Free with { BaseFee = 100 }),
            SmallNetwork.Edge(4, 1, 4, 90_000_000), SmallNetwork.Edge(5, 4, 3, 1_100));
        var request = SmallNetwork.Request(0, 3, 1_000) with { Prices = new(50_000, 0, 0) };
        Found(graph, request).Hops.Select(static hop => hop.Way.Channel).Should().Equal(SmallNetwork.Id(1), SmallNetwork.Id(4), SmallNetwork.Id(5));
        Found(graph.With([new GraphChange.Announce(SmallNetwork.Edge(1, 0, 1, 1_100))]), request).Hops[1].To.Should().Be(SmallNetwork.Node(2));
    }

    [Fact]
    public void Find_OnAPathOfMoreHopsThanTheCeiling_HasNone()
    {
        var graph = SmallNetwork.Graph([.. Enumerable.Range(0, 21).Select(static number => SmallNetwork.Edge(number, number, number + 1, 1_000))]);
        Found(graph, SmallNetwork.Request(0, 20, 1)).Hops.Should().HaveCount(20);
        Reason(graph, SmallNetwork.Request(0, 21, 1) with { MostHops = 100 }).Should().Be(NoRoute.OverLimits);
    }

    private static ImmutableSortedDictionary<Bytes32, UInt256> Own(ChannelEdge edge, UInt256 spendable) =>
        ImmutableSortedDictionary<Bytes32, UInt256>.Empty.Add(edge.Id, spendable);

    private static Route Found(ChannelGraph graph, RouteRequest request) =>
        new PathFinder().Find(graph, Liquidity.Unknown(), request, SmallNetwork.Second).Should().BeOfType<RouteAnswer.Found>().Which.Route;

    private static NoRoute Reason(ChannelGraph graph, RouteRequest request) =>
        new PathFinder().Find(graph, Liquidity.Unknown(), request, SmallNetwork.Second).Should().BeOfType<RouteAnswer.None>().Which.Reason;

    private static void Check(ChannelGraph graph, ReferenceSearch reference, RouteRequest request, Route route, int seed)
    {
        (route.Hops[0].From, route.Hops[^1].To, route.Amount, route.Hops[^1].Delta).Should().Be((request.From, request.To, request.Amount, request.FinalDelta), "seed {0}", seed);
        route.Fee.Should().BeLessThanOrEqualTo(request.MostFee, "seed {0}", seed);
        route.Delta.Should().BeLessThanOrEqualTo(request.MostDelta, "seed {0}", seed);
        route.Hops.Length.Should().BeLessThanOrEqualTo(request.MostHops, "seed {0}", seed);
        route.Hops[0].Fee.Should().Be(UInt256.Zero);
        for (var i = 0; i < route.Hops.Length; i++)
        {
            var hop = route.Hops[i];
            var edge = graph.Find(hop.Way.Channel)!;
            (hop.From, hop.To).Should().Be((edge.PartyOf(hop.Way.Payer), edge.PartyOf(hop.Way.Back.Payer)), "seed {0}", seed);
            hop.Amount.Should().BeLessThanOrEqualTo(reference.Room(hop.Way, edge), "seed {0}", seed);
            hop.Delta.Should().BeLessThanOrEqualTo(edge.PolicyOf(hop.Way.Payer)!.LongestLock, "seed {0}", seed);
            if (i == 0) continue;
            var policy = edge.PolicyOf(hop.Way.Payer)!;
            (route.Hops[i - 1].To, route.Hops[i - 1].Amount, route.Hops[i - 1].Delta)
                .Should().Be((hop.From, hop.Amount + policy.FeeOf(hop.Amount), hop.Delta + policy.LockDelta), "seed {0}", seed);
            hop.Fee.Should().Be(policy.FeeOf(hop.Amount), "seed {0}", seed);
        }
    }
}
