using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a side holds for a peer of poor standing: half of the slots, of the value and of the time, in each direction.</summary>
public sealed class PeerAllowanceTests
{
    private static readonly PeerAllowance _half = new(2, 500_000);
    private static readonly HexBytes _onion = HexBytes.From(new byte[Onion.Length]);

    private readonly ChannelParty _a;
    private readonly ChannelParty _b;

    public PeerAllowanceTests()
    {
        (_a, _b) = ChannelParty.Pair(2_000_000, 2_000_000, peer: "other");
        foreach (var party in new[] { _a, _b }) party.Beside = static effect => effect is Effect.RouteLock ? new EffectResult.LockRouted(null, null, null) : PacketRun.Done;
    }

    [Fact]
    public void Allowance_IsSetOnce_AndTakenBack()
    {
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), _half)).Should().ContainSingle();
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), _half)).Should().BeEmpty();
        ChannelDecider.View(_a.State, 1)!.Room.Should().Be((UInt256)500_000);
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), null)).Should().ContainSingle();
        ChannelDecider.View(_a.State, 1)!.Room.Should().BeNull();
        EventGenerations.Of("channel", "channel.allowance-set").Should().Be(EventGenerations.Peers);
    }

    [Fact]
    public void Carry_BeyondTheSlots_GoesBack_ThoseThatOnlyWaitCountToo()
    {
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), _half));
        _a.Accept(Carry(_a, 400));
        _a.Accept(Carry(_a, 400));
        _a.Refuse(Carry(_a, 400)).Should().Match<Rejection>(static refusal => refusal.Code == RejectionCode.HardLimit && refusal.Expected == "at most 2 locks held for other, by its standing" && refusal.Actual == "3");
        ChannelParty.Settle(_a, _b);
        _a.Refuse(Carry(_a, 400)).Code.Should().Be(RejectionCode.HardLimit);
        ChannelDecider.View(_a.State, 1)!.Room.Should().Be(UInt256.Zero);
        _a.Accept(new ChannelCommand.Offer(_a.NewId(), 400, 1_010_000, LockKind.Hash, PacketRun.Hash("by hand")));
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), null));
        _a.Accept(Carry(_a, 400));
    }

    [Theory]
    [InlineData(500_000, true)]
    [InlineData(500_001, false)]
    public void Carry_BeyondHalfOfTheValue_GoesBack(ulong amount, bool goes)
    {
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), _half));
        Goes(_a, Carry(_a, amount)).Should().Be(goes);
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), null));
        Goes(_a, Carry(_a, 500_000)).Should().BeTrue("it is what the terms allow");
    }

    [Theory]
    [InlineData(50_000, true)]
    [InlineData(50_001, false)]
    public void Carry_BeyondHalfOfTheTime_GoesBack(ulong lasts, bool goes)
    {
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), _half));
        Goes(_a, Carry(_a, 400, lasts)).Should().Be(goes);
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), null));
        Goes(_a, Carry(_a, 400, 50_001)).Should().BeTrue();
        _a.Accept(new ChannelCommand.Allow(_a.NewId(), new(9, 0)));
        _a.Refuse(Carry(_a, 400)).Expected.Should().Be("at most 0 held for other, by its standing", "who is left nothing is lent nothing");
    }

    /// <summary>Which of the peer's locks go back follows from their numbers alone, however they come.</summary>
    [Fact]
    public void LocksOfThePeer_BeyondItsSlots_GoBack()
    {
        _b.Accept(new ChannelCommand.Allow(_b.NewId(), _half));
        for (var i = 0; i < 4; i++) _a.Accept(Carry(_a, 400));
        _b.Beside = static effect => effect is Effect.RouteLock route && route.IsBeyond
            ? new EffectResult.LockRouted(null, new(RejectionCode.WrongState, "", ""), HexBytes.From(new byte[OnionFailure.Length]))
            : new EffectResult.LockRouted(null, null, null);
        ChannelParty.Settle(_a, _b);
        _b.Asked.OfType<Effect.RouteLock>().DistinctBy(static route => route.Lock.Number).Select(static route => (route.Lock.Number, route.IsBeyond)).Order()
            .Should().Equal((1, false), (2, false), (3, true), (4, true));
        _b.State.Book.Locks.Should().HaveCount(2);
        _a.Accept(Carry(_a, 400));
        ChannelParty.Settle(_a, _b);
        _b.State.Book.Locks.Should().HaveCount(2, "those stand");
        _b.Accept(new ChannelCommand.Fail(_b.NewId(), 1));
        ChannelParty.Settle(_a, _b);
        _a.Accept(Carry(_a, 400));
        ChannelParty.Settle(_a, _b);
        _b.State.Book.Locks.Should().HaveCount(2, "one slot was free again");
    }

    /// <summary>While none is routed yet each is judged as if those before it were held.</summary>
    [Fact]
    public void LocksOfThePeer_ThatComeTogether_AreJudgedByTheirNumbers()
    {
        _b.Accept(new ChannelCommand.Allow(_b.NewId(), _half));
        for (var i = 0; i < 4; i++) _a.Accept(Carry(_a, 400));
        for (var steps = 0; steps < 100; steps++)
        {
            _a.Step(_b);
            if (_b.Owed.FirstOrDefault(static owed => owed.Value is not Effect.RouteLock).Key is { } intent) _b.Run(_a, intent);
        }

        _b.Owed.Values.Cast<Effect.RouteLock>().Select(static route => (route.Lock.Number, route.IsBeyond)).Order().Should().Equal((1, false), (2, false), (3, true), (4, true));
    }

    [Fact]
    public void LocksOfAPeerOfGoodStanding_AreHeldAsTheTermsAllow()
    {
        for (var i = 0; i < 5; i++) _a.Accept(Carry(_a, 400));
        ChannelParty.Settle(_a, _b);
        _b.Asked.OfType<Effect.RouteLock>().Should().NotContain(static route => route.IsBeyond);
        _b.State.Book.Locks.Should().HaveCount(5);
    }

    private static bool Goes(ChannelParty party, ChannelCommand.Carry carry) => party.Do(carry) is Decision<ChannelEvent>.Accept;

    private static ChannelCommand.Carry Carry(ChannelParty party, ulong amount, ulong lasts = 10_000) =>
        new(party.NewId(), new(party.Side, 0, amount, 1_000_000 + lasts, LockKind.Hash, PacketRun.Hash($"{amount}")), _onion, null) { Payer = new(new(new(PacketRun.Hash("payer")), "rent"), 3) };
}
