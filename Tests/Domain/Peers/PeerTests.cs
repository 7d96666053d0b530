using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Peers;

/// <summary>What a peer's standing comes to, and what follows from it.</summary>
public sealed class PeerTests
{
    private readonly PeerRun _run = new();

    /// <summary>The closed list, with what each weighs in thousandths of a point.</summary>
    [Theory]
    [InlineData(DealingReason.ForwardFulfilled, 1_000)]
    [InlineData(DealingReason.UpdateSigned, 10)]
    [InlineData(DealingReason.ClosedTogether, 20_000)]
    [InlineData(DealingReason.LockHeld, -20_000)]
    [InlineData(DealingReason.BadSignature, -100_000)]
    [InlineData(DealingReason.MessageRefused, -25_000)]
    [InlineData(DealingReason.Silent, -10_000, -10_000)]
    [InlineData(DealingReason.StateLost, -50_000)]
    [InlineData(DealingReason.ClosedAlone, -50_000)]
    [InlineData(DealingReason.StaleClose, -1_000_000)]
    [InlineData(DealingReason.ForwardFailed, -1_000)]
    public void Dealing_CountsWithItsWeight_AndIsListed(DealingReason reason, long weight, long most = 0)
    {
        _run.Report(1, true, (reason, 1));
        _run.View.Score.Should().Be(weight);
        _run.View.Counts.Should().Equal(new DealingCount(reason, 1));
        _run.View.Latest.Should().Equal(new PeerNote(PeerRun.SideOf(1), new(reason, 1, People.Start, 1)));
        _run.Report(2, true, (reason, 1_000_000_000));
        _run.View.Score.Should().Be(most != 0 ? most : weight > 0 ? PeerRules.MostGood : -PeerRules.MostBad, "neither grows without bounds");
        _run.View.Counts.Should().Equal(new DealingCount(reason, 1_000_000_001));
    }

    /// <summary>One outage silences all channels with a peer: forty of them must not bar it for ten minutes.</summary>
    [Fact]
    public void Silence_OfAllChannelsAtOnce_CountsOncePerHour()
    {
        for (ulong channel = 1; channel <= 40; channel++) _run.Report(channel, true, (DealingReason.Silent, 1));
        (_run.View.Level, _run.View.Score).Should().Be((PeerLevel.Full, -10_000L));
        _run.View.Counts.Should().Equal(new DealingCount(DealingReason.Silent, 40));
        _run.Now += new Span(PeerDealings.SilentAgain.Ms - 1);
        _run.Report(7, true, (DealingReason.Silent, 1));
        _run.View.Bad.Should().BeLessThan(10_000);
        _run.Now += new Span(1);
        _run.Report(8, true, (DealingReason.Silent, 1));
        _run.View.Bad.Should().BeInRange(19_900, 20_000);
    }

    [Fact]
    public void Peer_ThatNothingIsKnownOf_IsNoOne()
    {
        PeerDecider.View(_run.State, PeerPolicy.Default, _run.Now).Should().BeNull();
        PeerRules.JudgeOpening(null).Should().BeNull();
        _run.Refuse(new PeerCommand.Forgive(_run.NextId(), "ops", "ticket 7")).Should().Match<Rejection>(static refusal => refusal.Code == RejectionCode.NotFound && refusal.Actual == "other");
        _run.Report(1, true);
        _run.View.Level.Should().Be(PeerLevel.Full);
    }

    [Fact]
    public void Reasons_AllButNone_HaveAWeight() => Enum.GetValues<DealingReason>().Where(static reason => reason != DealingReason.None).Should().OnlyContain(static reason => PeerRules.IsKnown(reason));

    [Fact]
    public void Report_OfNothingKnown_IsRefused()
    {
        foreach (var dealing in new Dealing[] { new(DealingReason.None, 1, People.Start, 1), new((DealingReason)99, 1, People.Start, 1), new(DealingReason.Silent, 0, People.Start, 1) })
            _run.Refuse(new PeerCommand.Report(_run.NextId(), PeerRun.SideOf(1), true, [dealing])).Code.Should().Be(RejectionCode.Malformed);
        _run.Refuse(new PeerCommand.Report(_run.NextId(), PeerRun.SideOf(1), true, [.. Enumerable.Repeat(new Dealing(DealingReason.Silent, 1, People.Start, 1), PeerRules.MostDealings + 1)])).Code
            .Should().Be(RejectionCode.Malformed);
        _run.State.Latest.Should().BeEmpty();
    }

    [Theory]
    [InlineData(100, PeerLevel.Full)]
    [InlineData(110, PeerLevel.Watched)]
    [InlineData(200, PeerLevel.Watched)]
    [InlineData(210, PeerLevel.Halved)]
    [InlineData(400, PeerLevel.Halved)]
    [InlineData(410, PeerLevel.Barred)]
    public void Level_FollowsFromThePoints_BelowItsThreshold(long points, PeerLevel level)
    {
        _run.Owe(points);
        (_run.State.Level, _run.View.Level, _run.View.Score).Should().Be((level, level, -points * PeerRules.Point));
        PeerRules.LevelOf(PeerPolicy.Default, -(100 * PeerRules.Point) - 1).Should().Be(PeerLevel.Watched, "a thousandth is below");
        var refusal = PeerRules.JudgeOpening(_run.View);
        if (level == PeerLevel.Barred) refusal.Should().Be(new Rejection(RejectionCode.PoorStanding, "a standing of other of at least -400.000", "-410.000", refusal!.Reasons));
        else refusal.Should().BeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Bad_IsHalvedAfterAHalfLife_AndLevelsEndByThemselves(long good)
    {
        if (good > 0) _run.Report(1, true, (DealingReason.ForwardFulfilled, good));
        _run.Owe(500 + good);
        // log2 of 500/400, 500/200, 500/100 half-lives of 168 hours, in minutes.
        foreach (var (level, minutes) in new[] { (PeerLevel.Halved, 3_245), (PeerLevel.Watched, 13_325), (PeerLevel.Full, 23_405) })
        {
            var at = PeerDecider.NextWake(_run.State)!.Value;
            _run.Now = at - Span.Seconds(1);
            _run.Accept(new PeerCommand.Tick(_run.NextId())).Should().BeEmpty("it is not time yet");
            _run.Now = at;
            _run.Accept(new PeerCommand.Tick(_run.NextId())).Should().ContainSingle().Which.Should().BeOfType<PeerEvent.LevelChanged>().Which.Level.Should().Be(level);
            ((at - People.Start).Ms / 60_000).Should().BeInRange(minutes - 11, minutes + 11, "it goes in steps of ten minutes");
        }

        PeerDecider.NextWake(_run.State).Should().BeNull();
        _run.Now = People.Start + Span.Hours(3 * 168);
        _run.View.Score.Should().BeInRange(-62_540, -62_480, "an eighth is left");
    }

    [Fact]
    public void Latest_AreBounded_AndWhatIsBadStaysLonger()
    {
        _run.Report(1, true, (DealingReason.StateLost, 1));
        for (var i = 0; i < 40; i++) _run.Report(2, true, (DealingReason.UpdateSigned, 7));
        _run.View.Latest.Should().HaveCount(PeerState.MostLatest);
        _run.View.Latest[^1].Dealing.Reason.Should().Be(DealingReason.StateLost);
        for (var i = 0; i < 40; i++) _run.Report(3, true, (DealingReason.Silent, 1));
        _run.View.Latest.Should().HaveCount(PeerState.MostLatest).And.OnlyContain(static note => note.Dealing.Reason == DealingReason.Silent);
        _run.View.Counts.Should().Contain(new DealingCount(DealingReason.UpdateSigned, 280));
    }

    [Fact]
    public void Forgiven_WhatIsBadCountsNoMore_AndWhoAndWhyStays()
    {
        _run.Owe(500);
        _run.Report(1, true, (DealingReason.ForwardFulfilled, 3));
        _run.Refuse(new PeerCommand.Forgive(_run.NextId(), "ops", "")).Code.Should().Be(RejectionCode.Malformed);
        _run.Accept(new PeerCommand.Forgive(_run.NextId(), "ops", "ticket 7")).Should().HaveCount(2);
        _run.View.Should().Match<PeerView>(static view => view.Level == PeerLevel.Full && view.Score == 3_000 && view.Latest.Length == 2);
        _run.View.Forgiven.Should().Be(new Forgiveness(People.Start, "ops", "ticket 7", 500_000));
    }

    /// <summary>A reason that came later: a silo that does not know it must not read it.</summary>
    [Fact]
    public void Report_OfANewerReason_IsWrittenWhenAllReadIt()
    {
        PeerDecider.GenerationOf(_run.Report(1, true, (DealingReason.ForwardFailed, 1)).Single()).Should().Be(EventGenerations.UnsaidFailures);
        PeerDecider.GenerationOf(_run.Report(1, true, (DealingReason.LockHeld, 1)).Single()).Should().BeLessThan(EventGenerations.Peers);
    }

    /// <summary>Who took one allowance under an id would take no other under it.</summary>
    [Fact]
    public void Level_ThatComesAgain_IsToldUnderAnotherId()
    {
        _run.Report(1, true);
        var ids = new HashSet<Guid>();
        for (var i = 0; i < 3; i++)
        {
            _run.Owe(210);
            Tell();
            _run.Accept(new PeerCommand.Forgive(_run.NextId(), "ops", "ticket 7"));
            Tell();
        }

        void Tell()
        {
            var (intent, effect) = _run.Owed.Single();
            var told = (Effect.AllowForPeer)effect;
            ids.Add(told.Id).Should().BeTrue("{0} is said anew", told.Allowance);
            _run.Answer(intent, new EffectResult.PeerAllowed(told.Allowance));
            _run.Owed.Should().BeEmpty();
        }
    }

    [Fact]
    public void Sides_AreToldWhatTheyMayHold_OnceAndAgainWhenItChanges()
    {
        _run.Report(1, true);
        _run.Report(2, true);
        _run.Owed.Should().BeEmpty("they hold what their terms allow");
        _run.Owe(210);
        _run.Owed.Values.Cast<Effect.AllowForPeer>().Select(static told => (told.Side, told.Allowance))
            .Should().Equal((PeerRun.SideOf(1), new(15, 500_000)), (PeerRun.SideOf(2), new(15, 500_000)));
        var ids = _run.Owed.Values.Cast<Effect.AllowForPeer>().Select(static told => told.Id).ToArray();
        foreach (var (intent, effect) in _run.Owed) _run.Answer(intent, new EffectResult.PeerAllowed(((Effect.AllowForPeer)effect).Allowance));
        _run.Owed.Should().BeEmpty();
        _run.Accept(new PeerCommand.Forgive(_run.NextId(), "ops", "ticket 7"));
        _run.Owed.Values.Cast<Effect.AllowForPeer>().Should().HaveCount(2).And.OnlyContain(static told => told.Allowance == null);
        _run.Report(2, false);
        _run.Owed.Values.Cast<Effect.AllowForPeer>().Should().ContainSingle("one has closed").Which.Side.Should().Be(PeerRun.SideOf(1));
        _run.Owe(210);
        _run.Owed.Should().BeEmpty("it knows that, and was told nothing else for certain");
        _run.Accept(new PeerCommand.Forgive(_run.NextId(), "ops", "ticket 8"));
        _run.Owed.Values.Cast<Effect.AllowForPeer>().Should().ContainSingle().Which.Id.Should().NotBe(ids[0], "who took one under an id takes no other");
    }

    /// <summary>Over all of its channels a peer has so many slots, and each side its share: nobody is asked when a lock comes.</summary>
    [Theory]
    [InlineData(PeerLevel.Full, 1, 0)]
    [InlineData(PeerLevel.Watched, 16, 0)]
    [InlineData(PeerLevel.Full, 17, 15)]
    [InlineData(PeerLevel.Full, 32, 15)]
    [InlineData(PeerLevel.Full, 33, 7)]
    [InlineData(PeerLevel.Halved, 1, 15)]
    [InlineData(PeerLevel.Halved, 16, 15)]
    [InlineData(PeerLevel.Halved, 17, 7)]
    [InlineData(PeerLevel.Barred, 1, 3)]
    [InlineData(PeerLevel.Barred, 17, 1)]
    [InlineData(PeerLevel.Barred, 10_000, 1)]
    public void Slots_OfAllSidesTogether_AreBounded(PeerLevel level, int sides, int slots)
    {
        var allowance = PeerRules.AllowanceOf(PeerPolicy.Default, level, sides);
        (allowance?.Slots ?? 0).Should().Be(slots, "0: as many as the contract allows");
        var ppm = level switch { PeerLevel.Halved => 500_000u, PeerLevel.Barred => 100_000u, _ => PeerPolicy.Whole };
        (allowance?.Ppm ?? PeerPolicy.Whole).Should().Be(ppm);
        (sides * (slots == 0 ? LockLeaf.Most : slots)).Should().BeLessThanOrEqualTo(Math.Max((int)(PeerPolicy.Default.Slots * (long)ppm / PeerPolicy.Whole), sides));
    }

    /// <summary>What stands below zero makes ways dearer, by the thousandth of a point.</summary>
    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(0, 0)]
    [InlineData(-49, 0)]
    [InlineData(-50, 1)]
    [InlineData(-100_000, 2_000)]
    [InlineData(-2_000_000, 40_000)]
    public void Price_OfAPeer_FollowsFromWhatItIsBelowZero(long score, uint ppm)
    {
        _run.Report(1, true);
        StandingPrice.Default.Of(_run.View with { Score = score }).Should().Be(ppm);
        StandingPrice.Default.Of(null).Should().Be(0u);
        new StandingPrice(StandingPrice.Most).Of(_run.View with { Score = -PeerRules.MostBad }).Should().Be(PeerPolicy.Whole, "never more than the amount");
    }

    [Fact]
    public void Policy_ThatChanges_HoldsAtOnce()
    {
        _run.Owe(100);
        _run.Accept(new PeerCommand.SetPolicy(_run.NextId(), PeerPolicy.Default with { WatchBelow = -99 })).Should().HaveCount(2);
        _run.State.Level.Should().Be(PeerLevel.Watched);
        _run.Accept(new PeerCommand.SetPolicy(_run.NextId(), PeerPolicy.Default with { WatchBelow = -99 })).Should().BeEmpty();
    }

    [Fact]
    public void Policy_ThatCannotBe_IsRefused()
    {
        var known = PeerPolicy.Default;
        PeerRules.Judge(known).Should().BeNull();
        foreach (var wrong in new[]
        {
            known with { HalfLife = new Span(3_599_999) }, known with { HalfLife = Span.Hours(8_761) }, known with { WatchBelow = 1 }, known with { HalveBelow = -99 },
            known with { BarBelow = -199 }, known with { BarBelow = -2_001 }, known with { Slots = 0 }, known with { Slots = 65_537 }, known with { HalvedPpm = 1_000_001 }, known with { BarredPpm = 500_001 },
        })
            _run.Refuse(new PeerCommand.SetPolicy(_run.NextId(), wrong)).Code.Should().Be(RejectionCode.Malformed, "{0}", wrong);
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat() => GoldenFiles.ShouldHold<PeerEvent>("peer", PeerJson.Default.PeerEvent,
    [
        new PeerEvent.PolicySet(PeerPolicy.Default),
        new PeerEvent.DealingsNoted(PeerRun.SideOf(7), true, [new(DealingReason.LockHeld, 2, People.Start, 9), new(DealingReason.UpdateSigned, 70, People.Start, 80)]),
        new PeerEvent.DealingsNoted(PeerRun.SideOf(7), false, []),
        new PeerEvent.LevelChanged(PeerLevel.Barred, -410_000),
        new PeerEvent.SideAllowed(PeerRun.SideOf(7), new(15, 500_000)),
        new PeerEvent.SideAllowed(PeerRun.SideOf(7), null),
        new PeerEvent.BadForgiven("ops", "ticket 7"),
    ]);
}
