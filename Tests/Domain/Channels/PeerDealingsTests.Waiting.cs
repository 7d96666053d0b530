using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>How long a peer has what it was given, as far as this side was there to hear of it.</summary>
public sealed partial class PeerDealingsTests
{
    [Theory]
    [InlineData(true, 600_000, DealingReason.ForwardFulfilled)]
    [InlineData(true, 600_001, DealingReason.LockHeld)]
    [InlineData(false, 600_000, DealingReason.None)]
    [InlineData(false, 600_001, DealingReason.LockHeld)]
    public void Lock_ThatComesBack_CountsByItsTime(bool paid, long heldMs, DealingReason reason)
    {
        Offer();
        Pass(heldMs);
        _b.Accept(paid ? new ChannelCommand.Fulfil(_b.NewId(), 1, _secret) : new ChannelCommand.Fail(_b.NewId(), 1));
        ChannelParty.Settle(_a, _b);
        Tell().Where(static dealing => dealing.Reason != DealingReason.UpdateSigned).Should().Equal(reason == DealingReason.None ? [] : [new(reason, 1, _a.Now, 1)]);
    }

    /// <summary>It is noted after ten minutes, not when it comes back at last; and once.</summary>
    [Fact]
    public void Lock_ThatIsHeld_IsNotedOnce_WhenItsTimeIsOver()
    {
        Offer();
        Pass(600_000);
        Held().Should().Be(0);
        Pass(120_000);
        Held().Should().Be(1);
        _a.State.Carries!.Values.Single().Since.Should().BeNull("it is noted");
        ChannelDecider.NextWake(_a.State).Should().Be(_a.State.NextLook, "there is nothing to be there for");
        Pass(700_000);
        _a.See(1_010_001);
        _b.Accept(new ChannelCommand.Fail(_b.NewId(), 1));
        ChannelParty.Settle(_a, _b);
        Held().Should().Be(1);
    }

    /// <summary>A process that stands still hears no answer: its own outage is no fault of the peer's, who may have answered at once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lock_ThatComesBackAfterAnOutageOfOurs_IsNoFault(bool paid)
    {
        Offer();
        Pass(240_001, isThere: false);
        Pass(480_000);
        _b.Accept(paid ? new ChannelCommand.Fulfil(_b.NewId(), 1, _secret) : new ChannelCommand.Fail(_b.NewId(), 1));
        ChannelParty.Settle(_a, _b);
        Tell().Should().NotContain(static dealing => dealing.Reason == DealingReason.LockHeld || dealing.Reason == DealingReason.ForwardFulfilled, "nobody knows when it came");
    }

    /// <summary>The time counts from when both have signed: before that this side's own signer, tower or turn may hold it up.</summary>
    [Fact]
    public void Lock_ThatOnlyWaitsHere_IsNotHeldByThePeer()
    {
        _a.Accept(new ChannelCommand.Offer(_a.NewId(), 400, 1_010_000, LockKind.Hash, _target));
        _a.State.Carries!.Values.Single().Since.Should().BeNull();
        Pass(900_000);
        ChannelParty.Settle(_a, _b);
        _a.State.Carries!.Values.Single().Since.Should().Be(_a.Now);
        _b.Accept(new ChannelCommand.Fulfil(_b.NewId(), 1, _secret));
        ChannelParty.Settle(_a, _b);
        Tell().Should().Contain(static dealing => dealing.Reason == DealingReason.ForwardFulfilled).And.NotContain(static dealing => dealing.Reason == DealingReason.LockHeld);
    }

    /// <summary>Only for what the peer itself did: a reason says who failed, what is carried for others nobody here has wrapped, and past its expiry a lock goes back without one.</summary>
    [Theory]
    [InlineData(true, false, 20_000, true)]
    [InlineData(true, true, 20_000, false)]
    [InlineData(false, false, 20_000, false)]
    [InlineData(true, false, 1_001, true)]
    [InlineData(true, false, 1_000, false)]
    public void Part_ThatComesBackWithoutAReason_IsThePeers(bool own, bool said, ulong lasts, bool counts)
    {
        var onion = HexBytes.From(new byte[Onion.Length]);
        _a.Accept(new ChannelCommand.Carry(_a.NewId(), new(_a.Side, 0, 400, _a.State.Second + lasts, LockKind.Hash, _target), onion, own ? null : new(_a.State.Ref, 7, _target))
        {
            Payer = own ? new(new(new(_target), "rent"), 1) : null,
        });
        _a.Beside = static _ => PacketRun.Done;
        _b.Beside = effect => effect is Effect.RouteLock
            ? new EffectResult.LockRouted(null, new(RejectionCode.WrongState, "", ""), said ? HexBytes.From(new byte[OnionFailure.Length]) : default(HexBytes?))
            : PacketRun.Done;
        ChannelParty.Settle(_a, _b);
        _a.State.Book.Locks.Should().BeEmpty("it came back");
        Tell().Count(static dealing => dealing.Reason == DealingReason.ForwardFailed).Should().Be(counts ? 1 : 0);
    }

    [Fact]
    public void Watch_IsKeptWhileThePeerHasSomething_AndOnlyThen()
    {
        ChannelDecider.NextWake(_a.State).Should().Be(_a.State.NextLook);
        _a.Accept(new ChannelCommand.Tick(_a.NewId())).Should().BeEmpty();
        Offer();
        ChannelDecider.NextWake(_a.State).Should().Be(_a.Now + PeerDealings.Watch);
        _a.Now += new Span(PeerDealings.Watch.Ms - 1);
        _a.Accept(new ChannelCommand.Tick(_a.NewId())).Should().BeEmpty();
        _a.Now += new Span(1);
        _a.Accept(new ChannelCommand.Tick(_a.NewId())).Should().ContainSingle().Which.Should().BeOfType<ChannelEvent.PeerAwaited>();
        _b.Now = _a.Now;
        _b.Accept(new ChannelCommand.Tick(_b.NewId())).Should().BeEmpty("it has the lock, and has given none");
        EventGenerations.Of("channel", "channel.peer-awaited").Should().Be(EventGenerations.Peers);
    }

    [Fact]
    public void Silence_IsNotedAfterTenMinutes_OncePerHour()
    {
        _a.Pay(5);
        _a.Run(_b, _a.Owed.Keys.First());
        Silent(600_000).Should().BeEmpty();
        Silent(1).Should().ContainSingle();
        Silent(3_599_999).Should().BeEmpty();
        Silent(1).Should().ContainSingle();
        ChannelParty.Settle(_a, _b);
        Silent(7_200_000).Should().BeEmpty("it has answered");

        IEnumerable<Dealing> Silent(long ms)
        {
            Pass(ms);
            _a.See(_a.State.Second + 1);
            var told = Owed().ToArray();
            if (_a.Owed.Values.Any(static effect => effect is Effect.ReportDealings)) Hand(_a);
            return told.Where(static dealing => dealing.Reason == DealingReason.Silent);
        }
    }

    [Fact]
    public void Silence_WhileThisSideIsAway_IsNotThePeers()
    {
        _a.Pay(5);
        _a.Run(_b, _a.Owed.Keys.First());
        Pass(900_000, isThere: false);
        _a.See(_a.State.Second + 1);
        Owed().Should().NotContain(static dealing => dealing.Reason == DealingReason.Silent);
        Pass(600_001);
        _a.See(_a.State.Second + 1);
        Owed().Should().Contain(static dealing => dealing.Reason == DealingReason.Silent, "now it is");
    }

    private void Offer()
    {
        _a.Accept(new ChannelCommand.Offer(_a.NewId(), 400, 1_010_000, LockKind.Hash, _target));
        ChannelParty.Settle(_a, _b);
    }

    /// <summary>Time passes, in which A is there and ticks, or is not.</summary>
    private void Pass(long ms, bool isThere = true)
    {
        for (var left = ms; left > 0; left -= 60_000)
        {
            _a.Now += new Span(Math.Min(left, 60_000));
            _b.Now = _a.Now;
            if (isThere) _a.Accept(new ChannelCommand.Tick(_a.NewId()));
        }
    }

    /// <summary>How often a held lock was noted so far.</summary>
    private long Held()
    {
        if (_a.Owed.Values.Any(static effect => effect is Effect.ReportDealings)) Hand(_a);
        return _a.Reported.SelectMany(static told => told.Dealings).Where(static dealing => dealing.Reason == DealingReason.LockHeld).Sum(static dealing => dealing.Count);
    }
}
