using TPWallet.Domain.Channels;
using TPWallet.Domain.Gossip;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Payments;

namespace TPWallet.Tests.Domain.Gossip;

/// <summary>What operators tell each other of channels, and what they believe of it.</summary>
public sealed class GossipTests
{
    private static readonly ChannelFacts _facts = GossipScene.Facts(7, 8, 70);

    private readonly GossipRun _run = new("here");

    public GossipTests() => _run.Accept(new GossipCommand.Note(_run.NextId(), GossipScene.Network));

    /// <summary>Payer, hub, hub and payee each at an operator of their own, of which only those in a row know each other; no invoice says anything of a way.</summary>
    [Fact]
    public void FourOperatorsInARow_FindAWayFromEndToEnd()
    {
        GossipRun[] row = [new("one"), new("two"), new("three"), new("four")];
        for (var i = 0; i < 3; i++)
        {
            var facts = GossipScene.Facts(i, i + 1, (ulong)(i + 1));
            row[i].Publish(facts, i, row[i + 1].Name);
            row[i + 1].Publish(facts, i + 1, row[i].Name);
        }

        foreach (var one in row) one.Sign();
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                row[i].HearAll(row[i + 1]).Should().BeEmpty();
                row[i + 1].HearAll(row[i]).Should().BeEmpty();
            }
        }

        var map = MapOf(row[0], 0);
        map.Graph.ChannelCount.Should().Be(3);
        var content = PaymentRun.Content with { Terms = PaymentRun.Content.Terms with { OnionKey = GossipScene.OnionKeyOf(3), Node = null } };
        var ends = map.EndsOf(GossipScene.AccountOf(0), content with { Place = content.Place with { Key = "channels" } })!;
        (ends.From, ends.To, ends.FinalDelta).Should().Be((GossipScene.NodeOf(0), GossipScene.NodeOf(3), (uint)ForwardPolicy.LeastOf(500) + NetworkMap.FinalSlack), "the payee is known by the key it reads with");
        var request = new RouteRequest(ends.From, ends.To, 100, 10, ends.FinalDelta, ends.MostDelta, 10, RoutePrices.Default);
        var route = new PathFinder().Find(map.Graph, Liquidity.Unknown(), request, 0).Should().BeOfType<RouteAnswer.Found>().Subject.Route;
        route.Hops.Select(static hop => hop.To).Should().Equal(Enumerable.Range(1, 3).Select(GossipScene.NodeOf));
        route.Hops.Select(hop => map.OnionKeyOf(hop.To)).Should().Equal(Enumerable.Range(1, 3).Select(static node => (HexBytes?)GossipScene.OnionKeyOf(node)));
        route.Fee.Should().Be((UInt256)2, "a base unit for each that carries it on");

        // The payee's invoice says of its peer what that peer's operator told.
        var terms = MapOf(row[3], 3).Reached(PaymentRun.Content.Terms, GossipScene.AccountOf(3), "channels");
        var way = terms.WaysIn.Should().ContainSingle().Subject;
        (way.OnionKey, way.Capacity, way.Forwards.BaseFee, way.LongestLock).Should().Be((GossipScene.OnionKeyOf(2), (UInt256)1_000, UInt256.One, 100_000U));
        MapOf(row[0], 0).Graph.Find(way.Channel).Should().NotBeNull();
    }

    [Fact]
    public void Side_IsPrivateUntilItsAccountSaysOtherwise_AndNobodyMakesAChannelPublicAlone()
    {
        GossipRun one = new("one"), two = new("two");
        var facts = GossipScene.Facts(0, 1, 1);
        one.Publish(facts, 0, "two", isPublic: false).Should().ContainSingle().Which.Should().BeOfType<GossipEvent.NetworkNoted>("nothing is kept of a private side");
        one.Owed.Should().BeEmpty();
        one.Publish(facts, 0, "two");
        one.Sign();
        GossipDecider.Tell(one.State, "three", 0).Should().Match<GossipPage>(static page => page.Entries.IsEmpty && page.IsWhole && page.Last == 1);
        GossipDecider.Tell(one.State, "two", 0).Entries.Should().ContainSingle("the other side's operator may know");

        two.Publish(facts, 1, "one", isPublic: false);
        two.HearAll(one).Should().BeEmpty();
        GossipDecider.Tell(two.State, "three", 0).Entries.Should().BeEmpty();
        two.Publish(facts, 1, "one");
        two.Sign();
        GossipDecider.Tell(two.State, "three", 0).Entries.Should().HaveCount(2);
        GossipDecider.Tell(two.State, "three", 1).Entries.Should().HaveCount(2, "who asked before hears of the first one too");
        GossipDecider.Tell(two.State, "one", 0).Entries.Should().ContainSingle("it told the other one itself");

        var map = NetworkMap.Empty.With([new(GossipScene.Content(_facts, 7, one.Now), 1_000)]);
        map.Graph.ChannelCount.Should().Be(0, "of that channel one side has not said anything");

        two.Now += Span.Seconds(61);
        two.Publish(facts, 1, "one", isPublic: false);
        two.Sign();
        one.Now = two.Now;
        one.HearAll(two).Should().BeEmpty();
        one.Known.Should().ContainSingle().Which.Content.IsDisabled.Should().BeTrue();
        two.Pass(Span.Hours(8 * 24)).Should().BeEmpty("it need not say so again");
        two.Pass(Span.Hours(7 * 24));
        two.State.Words.Should().BeEmpty("and all is forgotten in the end");
    }

    [Theory]
    [InlineData("forged", RejectionCode.BadSignature)]
    [InlineData("future", RejectionCode.NotYetOpen)]
    [InlineData("stale", RejectionCode.Expired)]
    [InlineData("elsewhere", RejectionCode.NoRule)]
    [InlineData("parties", RejectionCode.Malformed)]
    [InlineData("side", RejectionCode.Malformed)]
    [InlineData("key", RejectionCode.Malformed)]
    [InlineData("point", RejectionCode.Malformed)]
    [InlineData("fee", RejectionCode.Malformed)]
    [InlineData("amounts", RejectionCode.Malformed)]
    [InlineData("changed", RejectionCode.BadSignature)]
    [InlineData("closed", RejectionCode.NotFound)]
    [InlineData("empty", RejectionCode.NotFound)]
    [InlineData("unseen", RejectionCode.NodeUnavailable)]
    public void Word_ThatIsNotRight_IsRefused(string what, RejectionCode code)
    {
        var content = GossipScene.Content(_facts, 7, _run.Now);
        var word = what switch
        {
            "forged" => GossipScene.Sign(content, 9),
            "future" => GossipScene.Sign(content with { Second = content.Second + 31 }),
            "stale" => GossipScene.Sign(content with { Second = content.Second - (14 * 86_400) - 1 }),
            "elsewhere" => GossipScene.Sign(content with { Facts = _facts with { Token = People.AddressOf("junk") } }),
            "parties" => GossipScene.Sign(content with { Facts = _facts with { A = _facts.B, B = _facts.A }, Side = content.Side.Other() }),
            "side" => new(content with { Side = (ChannelSide)7 }, GossipScene.Sign(content).Signature),
            "key" => GossipScene.Sign(content with { OnionKey = HexBytes.From(new byte[33]) }),
            "point" => GossipScene.Sign(content with { OnionKey = HexBytes.From([2, .. Enumerable.Repeat(byte.MaxValue, 32)]) }),
            "fee" => GossipScene.Sign(content with { Forwards = content.Forwards with { FeePpm = 1_000_001 } }),
            "amounts" => GossipScene.Sign(content with { Least = 2_000_000 }),
            "changed" => GossipScene.Sign(content) with { Content = content with { Forwards = content.Forwards with { FeePpm = 2 } } },
            _ => GossipScene.Sign(content),
        };
        var sight = what switch
        {
            "closed" => new FundingSight(ChannelStage.Closing, 1_000),
            "empty" => new(ChannelStage.Open, UInt256.Zero),
            "unseen" => null,
            _ => GossipScene.Open,
        };
        _run.Refuse(_run.Heard("other", word) with { Sight = sight }).Code.Should().Be(code);
        GossipDecider.Weigh(_run.State, "other", [word], Stamp.At(_run.Now)).Single().IsNew
            .Should().Be(what is "closed" or "empty" or "unseen", "nothing is asked of a chain for what is wrong by itself");
        _run.Known.Should().BeEmpty();
    }

    [Fact]
    public void Word_AtTheEdges_IsTaken()
    {
        _run.Accept(_run.Heard("other", GossipScene.Sign(GossipScene.Content(_facts, 7, _run.Now + Span.Seconds(30))))).Should().ContainSingle();
        _run.Accept(_run.Heard("other", GossipScene.Sign(GossipScene.Content(_facts, 8, _run.Now - Span.Hours(14 * 24))))).Should().ContainSingle();
        _run.Known.Should().HaveCount(2);
    }

    [Fact]
    public void Word_OnceHeard_CountsUntilANewerOne()
    {
        var word = GossipScene.Sign(GossipScene.Content(_facts, 7, _run.Now));
        _run.Accept(_run.Heard("other", word)).Should().ContainSingle();
        _run.Accept(_run.Heard("third", word)).Should().BeEmpty("it is known, whoever tells it");
        GossipDecider.Weigh(_run.State, "third", [word], Stamp.At(_run.Now)).Single().Should().Be(new WordVerdict(false, null));
        _run.Refuse(_run.Heard("other", At(-1))).Code.Should().Be(RejectionCode.StaleVersion, "a replay of what was said before");
        _run.Refuse(_run.Heard("other", GossipScene.Sign(word.Content with { IsDisabled = true }))).Code.Should().Be(RejectionCode.StaleVersion, "two words of one second: the first counts");
        _run.Now += Span.Seconds(59);
        _run.Refuse(_run.Heard("other", At(59))).Code.Should().Be(RejectionCode.LimitWindow, "nobody says more than one in a minute");
        _run.Now += Span.Seconds(1);
        _run.Accept(_run.Heard("other", At(60))).Should().ContainSingle();
        _run.Known.Should().ContainSingle().Which.Content.Should().Be(At(60).Content);
        _run.Refuse(_run.Heard("other", word)).Code.Should().Be(RejectionCode.StaleVersion);

        SignedAnnouncement At(int seconds) => GossipScene.Sign(word.Content with { Second = (ulong)((long)word.Content.Second + seconds) });
    }

    [Fact]
    public void Side_OfThisDeployment_IsNotHeardFromOthers()
    {
        _run.Publish(_facts, 7, "other");
        _run.Sign();
        _run.Now += Span.Hours(1);
        _run.Refuse(_run.Heard("other", GossipScene.Sign(GossipScene.Content(_facts, 7, _run.Now)))).Code.Should().Be(RejectionCode.WrongState, "what it says comes from here alone");
        _run.Accept(_run.Heard("other", GossipScene.Sign(GossipScene.Content(_facts, 8, _run.Now)))).Should().ContainSingle();
        _run.Accept(new GossipCommand.Drop(_run.NextId(), ChannelDomain.Id(_facts))).Should().ContainSingle();
        _run.State.Find(GossipScene.Ref(_facts, 7)).Should().NotBeNull("a side here looks at the chain itself");
        _run.State.Find(GossipScene.Ref(_facts, 8)).Should().BeNull();
    }

    [Fact]
    public void Channels_ThatCloseOrFallSilent_LeaveTheMap()
    {
        foreach (var node in new[] { 7, 8 }) _run.Accept(_run.Heard("other", GossipScene.Sign(GossipScene.Content(_facts, node, _run.Now))));
        var epoch = _run.State.Epoch;
        NetworkMap.Empty.With(_run.Known).Graph.ChannelCount.Should().Be(1);
        _run.Accept(new GossipCommand.Drop(_run.NextId(), ChannelDomain.Id(_facts))).Should().ContainSingle();
        (_run.Known.Length, _run.State.Epoch).Should().Be((0, epoch + 1), "who read it before reads all anew");
        _run.Accept(new GossipCommand.Drop(_run.NextId(), ChannelDomain.Id(_facts))).Should().BeEmpty();

        foreach (var node in new[] { 7, 8 }) _run.Accept(_run.Heard("other", GossipScene.Sign(GossipScene.Content(_facts, node, _run.Now))));
        GossipDecider.NextWake(_run.State).Should().Be(_run.Now + GossipRules.Lasts + Span.Seconds(1));
        _run.Pass(GossipRules.Lasts).Should().BeEmpty();
        _run.Pass(Span.Seconds(1)).Should().ContainSingle().Which.Should().BeOfType<GossipEvent.SidesForgotten>();
        (_run.Known.Length, _run.State.Numbers.Count, GossipDecider.NextWake(_run.State)).Should().Be((0, 0, null));
    }

    /// <summary>It says nothing twice for nothing, again once a week, and what has changed at most once a minute.</summary>
    [Fact]
    public void Side_SaysWhatHasChanged_AndItselfEveryWeek()
    {
        _run.Publish(_facts, 7, "other");
        _run.Sign();
        var first = _run.State.Find(GossipScene.Ref(_facts, 7))!.Content;
        first.Should().Be(GossipScene.Content(_facts, 7, _run.Now));
        _run.Publish(_facts, 7, "other").Should().BeEmpty();
        _run.Accept(new GossipCommand.SetFees(_run.NextId(), new(5, 70, 9_000))).Should().ContainSingle().Which.Should().BeOfType<GossipEvent.FeesSet>("a minute is not over");
        GossipDecider.NextWake(_run.State).Should().Be(_run.Now + GossipRules.LeastPause);
        _run.Pass(GossipRules.LeastPause).Should().ContainSingle().Which.Should().BeOfType<GossipEvent.WordWanted>();
        _run.Pass(Span.Hours(1)).Should().BeEmpty("its key is asked once at a time");
        _run.Sign();
        var second = _run.State.Find(GossipScene.Ref(_facts, 7))!.Content;
        second.Forwards.Should().Be(new ForwardTerms(5, 70, 9_000, 1_000_000));
        _run.Now = GossipRules.SaidAt(second);
        _run.Pass(GossipRules.Refresh).OfType<GossipEvent.WordWanted>().Should().ContainSingle().Which.Content.Should().Be(second with { Second = (ulong)(_run.Now.UnixMs / 1000) });
        _run.Answer(_run.Owed.Keys.Single(), new EffectResult.Failed(new(RejectionCode.NotFound, "expected", "actual")));
        _run.Owed.Should().BeEmpty();
        GossipDecider.View(_run.State, []).Unsigned.Should().ContainSingle();
        _run.Pass(Span.Hours(1)).Should().ContainSingle("it is asked again");
        _run.Answer(_run.Owed.Keys.Single(), new EffectResult.ChannelSigned(GossipScene.Sign(first).Signature)).Should().ContainSingle()
            .Which.Should().BeOfType<GossipEvent.WordRefused>().Which.Reason.Code.Should().Be(RejectionCode.BadSignature);
    }

    [Fact]
    public void Pages_FollowEachOther_AndOneThatIsAskedForTooFarBeginsAnew()
    {
        var run = new GossipRun("here") { ChecksSnapshots = false };
        for (var i = 1; i <= GossipPage.Most; i++)
        {
            run.Publish(GossipScene.Facts(1, 2, (ulong)i), 1, null);
            run.Publish(GossipScene.Facts(1, 2, (ulong)i), 2, null);
        }

        run.Sign();
        var first = GossipDecider.Tell(run.State, "other", 0);
        (first.Entries.Length, first.IsWhole).Should().Be((GossipPage.Most, false));
        var second = GossipDecider.Tell(run.State, "other", first.Last);
        (second.Entries.Length, second.IsWhole, second.Last).Should().Be((GossipPage.Most, true, run.State.Count));
        GossipDecider.Tell(run.State, "other", second.Last).Entries.Should().BeEmpty();
        GossipDecider.Tell(run.State, "other", second.Last + 1).Entries.Should().HaveCount(GossipPage.Most, "it has seen a journal that was put back");
    }

    [Fact]
    public void OneOperator_FillsAHalfAtMost()
    {
        var words = ImmutableSortedDictionary.CreateBuilder<long, KnownWord>();
        for (var i = 1; i <= GossipRules.MostSidesOfOne; i++) words.Add(i, new(GossipScene.Sign(GossipScene.Content(_facts, 7, _run.Now)), "greedy", 1));
        var state = _run.State with { Words = words.ToImmutable() };
        var word = GossipScene.Sign(GossipScene.Content(_facts, 7, _run.Now));
        GossipRules.Judge(state, "greedy", word, Stamp.At(_run.Now))!.Code.Should().Be(RejectionCode.HardLimit);
        GossipRules.Judge(state, "other", word, Stamp.At(_run.Now)).Should().BeNull();
        for (var i = GossipRules.MostSidesOfOne + 1; i <= GossipRules.MostSides; i++) words.Add(i, words[1] with { From = "third" });
        GossipRules.Judge(state with { Words = words.ToImmutable() }, "other", word, Stamp.At(_run.Now))!.Code.Should().Be(RejectionCode.HardLimit);
    }

    /// <summary>What is signed is read by nobody as anything else: the digest is of a domain that no contract has.</summary>
    [Fact]
    public void Digest_IsOfADomainOfItsOwn()
    {
        var content = GossipScene.Content(_facts, 7, _run.Now);
        AnnouncementDigest.Name.Should().NotBe(ChannelDomain.Name);
        ChannelAnnouncement[] others =
        [
            content with { Second = content.Second + 1 }, content with { IsDisabled = true }, content with { Least = 2 }, content with { ShortestLock = 501 }, content with { LongestLock = 99_999 },
            content with { LockFloor = 99 }, content with { OnionKey = GossipScene.OnionKeyOf(9) }, content with { Side = content.Side.Other() }, content with { Facts = _facts with { Counter = 71 } },
            content with { Facts = _facts with { Manager = People.AddressOf("other manager") } }, content with { Forwards = content.Forwards with { BaseFee = 2 } },
            content with { Forwards = content.Forwards with { FeePpm = 2 } }, content with { Forwards = content.Forwards with { LockDelta = 2 } }, content with { Forwards = content.Forwards with { Most = 2 } },
        ];
        others.Select(AnnouncementDigest.Of).Append(AnnouncementDigest.Of(content)).Distinct().Should().HaveCount(others.Length + 1, "all that it says is signed");
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat()
    {
        var word = GossipScene.Sign(GossipScene.Content(_facts, 7, People.Start));
        var side = GossipScene.Ref(_facts, 7);
        GoldenFiles.ShouldHold<GossipEvent>("gossip", GossipJson.Default.GossipEvent,
        [
            new GossipEvent.NetworkNoted(GossipScene.Network),
            new GossipEvent.SideNoted(GossipScene.OpeningOf(_facts, 7, "other"), GossipScene.SideOf(_facts, 7), true),
            new GossipEvent.FeesSet(new(5, 70, 9_000)),
            new GossipEvent.FeesSet(new(0, 1_000, null)),
            new GossipEvent.WordWanted(side, word.Content),
            new GossipEvent.WordRefused(side, new(RejectionCode.NotFound, "expected", "actual")),
            new GossipEvent.WordKept(word, "other", 1_000),
            new GossipEvent.WordKept(word with { Content = word.Content with { IsDisabled = true } }, null, UInt256.Zero),
            new GossipEvent.SidesForgotten([side, side.Peer]),
        ]);
    }

    /// <summary>What an operator with a side in the network makes of what it heard.</summary>
    private static NetworkMap MapOf(GossipRun run, int node)
    {
        var own = run.State.Own.Values.SelectMany(static pair => new[] { pair.A, pair.B }).OfType<OwnSide>().Where(own => own.Opening.Account == GossipScene.AccountOf(node)).ToArray();
        return NetworkMap.Empty.With(new RouterPage([.. own.Select(static side => side.Side)], own.Length, true)).With(run.Known);
    }
}
