using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Domain.Payments;

namespace TPWallet.Tests.Domain.Routing;

/// <summary>Who follows the announcements of a network, in pages or at once, knows the same channels.</summary>
public sealed class RouterTests
{
    private static readonly RouterRef _network = new(ChannelParty.Facts.Chain, ChannelParty.Facts.Manager, ChannelParty.Facts.Token);
    private static readonly ForwardTerms _forwards = new(0, 1_000, 2_000, 1_000_000);

    private readonly RouterRun _run = new();

    [Fact]
    public void Channel_IsKnownByEitherSide_AndGoneWhenOneHasClosed()
    {
        _run.Say(Side(1, 0, 1));
        var half = Map();
        half.Graph.Find(SmallNetwork.Id(1))!.PolicyOf(SideOf(0, 1)).Should().Be(new HopPolicy(0, 1_000, 2_000, 1, 1_000_000) { LongestLock = 50_000 });
        half.Graph.Find(SmallNetwork.Id(1))!.PolicyOf(SideOf(1, 0)).Should().BeNull("its other side is not here, and carries nothing on that is known");
        _run.Say(Side(1, 1, 0) with { Capacity = 900 });
        var whole = Map(half);
        whole.Graph.Find(SmallNetwork.Id(1))!.PolicyOf(SideOf(1, 0)).Should().NotBeNull();
        whole.Graph.Find(SmallNetwork.Id(1))!.Capacity.Should().Be(900, "the lesser word counts");
        _run.Say(Side(1, 0, 1) with { IsOpen = false, Capacity = UInt256.Zero });
        Map(whole).Graph.Find(SmallNetwork.Id(1)).Should().BeNull();
        _run.Say(Side(1, 0, 1));
        Map().Graph.Find(SmallNetwork.Id(1)).Should().NotBeNull();
        (_run.State.Count, _run.State.Sides.Count).Should().Be((4, 2), "only the newest word of each is kept");
    }

    [Fact]
    public void Word_ThatIsKnown_ChangesNothing()
    {
        _run.Say(Side(1, 0, 1));
        _run.Accept(new RouterCommand.Announce(_run.NewId(), Side(1, 0, 1))).Should().BeEmpty();
        RouterDecider.PageAfter(_run.State, 1).Should().Match<RouterPage>(static page => page.Sides.IsEmpty && page.IsWhole && page.Last == 1);
    }

    [Fact]
    public void Pages_FollowEachOther_AndLeaveNothingOut()
    {
        var run = new RouterRun { ChecksSnapshots = false };
        for (var i = 0; i < RouterPage.MostSides + 5; i++) run.Say(Side(i, i, i + 1));
        var first = RouterDecider.PageAfter(run.State, 0);
        (first.Sides.Length, first.IsWhole).Should().Be((RouterPage.MostSides, false));
        var second = RouterDecider.PageAfter(run.State, first.Last);
        (second.Sides.Length, second.IsWhole, second.Last).Should().Be((5, true, RouterPage.MostSides + 5));
        var map = NetworkMap.Empty.With(first).With(second);
        (map.Graph.ChannelCount, map.Last).Should().Be((RouterPage.MostSides + 5, RouterPage.MostSides + 5));
        map.With(first).Should().BeSameAs(map, "an older page says nothing new");
    }

    [Fact]
    public void Ends_AreThoseOfTheKeys_WithTimesAndLeastAmountsOfTheirChannels()
    {
        _run.Say(Side(1, 0, 1));
        _run.Say(Side(1, 1, 0));
        _run.Say(Side(2, 1, 2) with { LockFloor = 7 });
        _run.Say(Side(2, 2, 1) with { LockFloor = 7, ShortestLock = 1_000 });
        var content = PaymentRun.Content with { Terms = PaymentRun.Content.Terms with { OnionKey = PaymentRun.KeyOf(3), Node = null } };
        Map().EndsOf(AccountOf(0), content with { Place = content.Place with { Key = "channels" } })
            .Should().Be(new PaymentEnds(SmallNetwork.Node(0), SmallNetwork.Node(2), (uint)ForwardPolicy.LeastOf(500) + NetworkMap.FinalSlack, 50_000, 5));
        Map().EndsOf(AccountOf(5), content).Should().BeNull("that account has no channel");
        Map().EndsOf(AccountOf(0), content with { Terms = content.Terms with { OnionKey = PaymentRun.KeyOf(9) } }).Should().BeNull("nobody reads with that key");
        Map().SidesOf(AccountOf(1), "channels").Should().Equal(new ChannelRef(SmallNetwork.Id(1), SideOf(1, 0)), new ChannelRef(SmallNetwork.Id(2), SideOf(1, 2)));
        Map().OnionKeyOf(SmallNetwork.Node(2)).Should().Be(PaymentRun.KeyOf(3));
    }

    /// <summary>The way back into one's own channel ends at a node that stands for oneself; nobody else's way leads there or over it.</summary>
    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    public void Round_LeadsFromOneOwnChannelIntoTheOther(int self, int peer, int other)
    {
        foreach (var (id, one, two) in new[] { (1, self, peer), (2, self, other), (3, peer, other) })
        {
            _run.Say(Side(id, one, two));
            _run.Say(Side(id, two, one));
        }

        var ring = new PaymentRing(new(SmallNetwork.Id(1), SideOf(self, peer)), new(SmallNetwork.Id(2), SideOf(self, other)));
        var content = PaymentRun.Content with { Place = PaymentRun.Content.Place with { Key = "channels" }, Ring = ring };
        var map = Map().Round(ring, AccountOf(self), content);
        var ends = map.EndsOf(AccountOf(self), content)!;
        ends.From.Should().Be(SmallNetwork.Node(self));
        map.OnionKeyOf(ends.To).Should().Be(content.Terms.OnionKey);
        var request = new RouteRequest(ends.From, ends.To, 100, 10, 600, 50_000, 10, RoutePrices.Default);
        var route = new PathFinder().Find(map.Graph, Liquidity.Unknown(), request, 0).Should().BeOfType<RouteAnswer.Found>().Subject.Route;
        route.Hops.Select(static hop => hop.Way.Channel).Should().Equal(SmallNetwork.Id(1), SmallNetwork.Id(3), SmallNetwork.Id(2));
        route.Hops[^1].Way.Payer.Should().Be(SideOf(other, self), "the peer pays in by it");

        Map().EndsOf(AccountOf(self), content).Should().BeNull("that map does not lead round");
        Map().Round(ring, AccountOf(other), content).EndsOf(AccountOf(other), content).Should().BeNull("neither is that account's");
        var foreign = content with { Ring = ring with { Out = new(SmallNetwork.Id(3), SideOf(peer, other)) } };
        Map().Round(foreign.Ring!, AccountOf(self), foreign).EndsOf(AccountOf(self), foreign).Should().BeNull("it is not paid from somebody else's");
        var elsewhere = content with { Ring = ring with { Into = new(SmallNetwork.Id(3), SideOf(peer, other)) } };
        Map().Round(elsewhere.Ring!, AccountOf(self), elsewhere).EndsOf(AccountOf(self), elsewhere).Should().BeNull("nor into somebody else's");
    }

    [Fact]
    public void Invoice_SaysHowItsMakerIsReached_AndAPayerElsewhereFindsThere()
    {
        _run.Say(Side(2, 1, 2));
        _run.Say(Side(2, 2, 1));
        for (var i = 3; i < 9; i++)
        {
            _run.Say(Side(i, i, 2) with { Capacity = 900 });
            _run.Say(Side(i, 2, i) with { Capacity = 900 });
        }

        var terms = Map().Reached(PaymentRun.Content.Terms with { OnionKey = PaymentRun.KeyOf(3) }, AccountOf(2), "channels");
        (terms.Node, terms.LeastSeconds).Should().Be((SmallNetwork.Node(2), (uint)ForwardPolicy.LeastOf(500)));
        terms.WaysIn.Select(static way => way.Channel).Should().Equal(new[] { 2, 3, 4, 5 }.Select(SmallNetwork.Id), "the largest come first, and no more than a few");
        terms.WaysIn[0].OnionKey.Should().Be(PaymentRun.KeyOf(2), "it is the peer who reads it");
        terms.WaysIn[0].LongestLock.Should().Be(100_000, "as the channel's terms say");
        Map().Reached(terms, AccountOf(77), "channels").Should().BeSameAs(terms, "that account has no channel");

        // The payer's operator knows the payer's channel with that peer, and nothing of the payee.
        var elsewhere = NetworkMap.Empty.With(new RouterPage([Side(1, 0, 1)], 1, true));
        var content = PaymentRun.Content with { Terms = terms };
        var found = elsewhere.With(terms);
        found.EndsOf(AccountOf(0), content).Should().Be(new PaymentEnds(
            SmallNetwork.Node(0), SmallNetwork.Node(2), (uint)ForwardPolicy.LeastOf(500) + NetworkMap.FinalSlack, 50_000, 5));
        var way = new PathFinder().Find(found.Graph, Liquidity.Unknown(), SmallNetwork.Request(0, 2, 100), SmallNetwork.Second).Should().BeOfType<RouteAnswer.Found>().Subject.Route;
        way.Hops.Select(static hop => hop.Way.Channel).Should().Equal(SmallNetwork.Id(1), SmallNetwork.Id(2));
        way.Hops.Select(hop => found.OnionKeyOf(hop.To)).Should().Equal(PaymentRun.KeyOf(2), PaymentRun.KeyOf(3));
        found.Graph.Find(SmallNetwork.Id(2))!.PolicyOf(SideOf(1, 2))!.LongestLock.Should().Be(50_000, "half is left for a block that is old");
        var unsaid = elsewhere.With(terms with { WaysIn = [.. terms.WaysIn.Select(static way => way with { LongestLock = 0 })] });
        unsaid.Graph.Find(SmallNetwork.Id(2))!.PolicyOf(SideOf(1, 2))!.LongestLock.Should().Be(uint.MaxValue);
        elsewhere.EndsOf(AccountOf(0), content with { Terms = terms with { Node = null, LeastSeconds = 0, WaysIn = default } }).Should().BeNull();
    }

    [Fact]
    public void Invoice_ThatSaysMoreThanItKnows_ReplacesNothing()
    {
        _run.Say(Side(1, 0, 1));
        _run.Say(Side(1, 1, 0));
        var known = Map();
        var edge = known.Graph.Find(SmallNetwork.Id(1))!;
        var lie = new WayIn(edge.Id, edge.A, edge.B, 1_000_000, _forwards with { FeePpm = 0 }, PaymentRun.KeyOf(9));
        var terms = PaymentRun.Content.Terms with { Node = SmallNetwork.Node(5), LeastSeconds = 1, WaysIn = [lie, lie with { Channel = SmallNetwork.Id(2), A = SmallNetwork.Node(5), B = SmallNetwork.Node(1) }] };
        var map = known.With(terms);
        map.Graph.Find(SmallNetwork.Id(1)).Should().BeSameAs(known.Graph.Find(SmallNetwork.Id(1)));
        map.OnionKeyOf(SmallNetwork.Node(1)).Should().Be(PaymentRun.KeyOf(2), "its own word counts");
        map.SidesOf(AccountOf(0), "channels").Should().ContainSingle();
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat()
    {
        _run.Say(Side(1, 0, 1));
        GoldenFiles.ShouldHold("router", RouterJson.Default.RouterEvent, _run.Events);
    }

    private NetworkMap Map(NetworkMap? before = null) => (before ?? NetworkMap.Empty).With(RouterDecider.PageAfter(_run.State, before?.Last ?? 0));

    private static AccountId AccountOf(int node) => new(PacketRun.Hash($"account {node}"));

    private static ChannelSide SideOf(int node, int peer) => SmallNetwork.Node(node).CompareTo(SmallNetwork.Node(peer)) < 0 ? ChannelSide.A : ChannelSide.B;

    /// <summary>What a node says of its channel with another.</summary>
    private static AnnouncedSide Side(int channel, int node, int peer)
    {
        var side = SideOf(node, peer);
        var (a, b) = side == ChannelSide.A ? (SmallNetwork.Node(node), SmallNetwork.Node(peer)) : (SmallNetwork.Node(peer), SmallNetwork.Node(node));
        return new(new(SmallNetwork.Id(channel), side), AccountOf(node), "channels", a, b, true, 1_000, _forwards, 500, 100_000, 5, PaymentRun.KeyOf((node % 200) + 1));
    }

    private sealed class RouterRun() : MachineRun<RouterDecider, RouterState, RouterCommand, RouterEvent>(_network.Key, RouterJson.Default.RouterEvent, RouterJson.Default.RouterState)
    {
        private int _said;

        internal void Say(AnnouncedSide side) => Accept(new RouterCommand.Announce(People.Id($"say {++_said}"), side)).Should().ContainSingle();
    }
}
