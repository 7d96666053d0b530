using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>A peer that lies about orders of withdrawals.</summary>
public sealed class BadLeaveTests
{
    public static TheoryData<string, RejectionCode> BadLeaves => new()
    {
        { "more than is named", RejectionCode.PayloadMismatch }, { "nothing", RejectionCode.PayloadMismatch }, { "what only the asker signed", RejectionCode.PayloadMismatch },
        { "until no time", RejectionCode.Overflow }, { "given, of another total", RejectionCode.BadSignature }, { "given, by another", RejectionCode.BadSignature },
        { "given, beyond all totals", RejectionCode.BadSignature },
    };

    /// <summary>The peer asks for an order of what no state names, or gives a wrong signature: it is noted, and nothing is signed or withdrawn by it.</summary>
    [Theory]
    [MemberData(nameof(BadLeaves))]
    public void Leave_ThatIsWrong_IsNoted_AndNothingIsSignedOrWithdrawnByIt(string kind, RejectionCode code)
    {
        var run = new WithdrawalRun();
        var (a, b) = (run.A, run.B);
        run.Withdraw(a, 600);
        var isGiven = kind.StartsWith("given", StringComparison.Ordinal);
        while (isGiven ? b.Step(a) | a.Step(b) : a.Step(b) | b.Step(a))
        {
        }

        if (kind == "what only the asker signed")
        {
            a.Accept(new ChannelCommand.Withdraw(a.NewId(), 100));
            a.Run(b, a.Owed.First(static owed => owed.Value is Effect.SignChannelState).Key);
        }

        var (hears, until) = (isGiven ? a : b, WithdrawalRun.Start + 86_400);
        var number = hears.State.Heard + 1;
        var right = ChannelDomain.Of(ChannelParty.Facts).Withdrawal(ChannelParty.Id, ChannelParty.Facts.A, 600, until);
        hears.Hear(kind switch
        {
            "more than is named" => new ChannelMessage.AskLeave(number, 601, until),
            "nothing" => new ChannelMessage.AskLeave(number, 0, until),
            "what only the asker signed" => new ChannelMessage.AskLeave(number, 700, until),
            "until no time" => new ChannelMessage.AskLeave(number, 600, ChannelLimits.LatestSecond),
            "given, of another total" => new ChannelMessage.GiveLeave(number, 599, until, ChannelParty.Sign(ChannelSide.B, right)),
            "given, by another" => new ChannelMessage.GiveLeave(number, 600, until, ChannelParty.Sign(ChannelSide.A, right)),
            _ => new ChannelMessage.GiveLeave(number, UInt256.MaxValue, until, ChannelParty.Sign(ChannelSide.B, right)),
        }).Should().BeOfType<CommandReply.Accepted>();
        hears.Events[^1].Should().BeOfType<ChannelEvent.ProtocolBroken>().Which.Reason.Code.Should().Be(code);
        a.State.Leaves!.Own!.Theirs.Should().BeNull();
        b.Owed.Values.OfType<Effect.SignChannelOrder>().Select(static sign => ((ChannelOrder.Withdrawal)sign.Order).Total).Should().Equal(600);
    }

    /// <summary>It asks again and again and makes nothing durable that it is told: a few answers are kept for it, and the last question.</summary>
    [Fact]
    public void Leaves_ThatAreAskedForAndNeverHeard_AreFew_AndTheNextIsGivenOnceTheyAreHeard()
    {
        var run = new WithdrawalRun();
        var (a, b) = (run.A, run.B);
        run.Withdraw(a, 600);
        while (a.Step(b) | b.Step(a))
        {
        }

        for (var i = 0UL; i < 20; i++)
        {
            b.Hear(new ChannelMessage.AskLeave(b.State.Heard + 1, 1 + i, WithdrawalRun.Start + 86_400));
            b.SignOrder();
        }

        b.State.Outbox.Values.OfType<ChannelMessage.GiveLeave>().Should().HaveCount(ChannelLimits.UnheardLeaves);
        b.State.Leaves!.Peer!.Total.Should().Be(20);
        b.SignOrder().Should().BeFalse();
        b.Accept(new ChannelCommand.RecordHeard(b.NewId(), b.State.Outbox.Keys.First(), null));
        b.SignOrder().Should().BeTrue();
        b.State.Outbox.Values.OfType<ChannelMessage.GiveLeave>().Last().Total.Should().Be(20);
    }

    /// <summary>The same message again, and an order that was given before: nothing is signed or withdrawn twice.</summary>
    [Fact]
    public void Leave_ThatComesAgain_ChangesNothing()
    {
        var run = new WithdrawalRun();
        var (a, b) = (run.A, run.B);
        run.Withdraw(a, 600);
        var ask = a.Owed.Values.OfType<Effect.TellPeer>().Select(static tell => tell.Message).OfType<ChannelMessage.AskLeave>().Single();
        run.Settle();
        var give = b.Events.OfType<ChannelEvent.OrderSigned>().Single();
        var (events, owned) = (b.Events.Count, a.State.Leaves!.Own);
        b.Hear(ask).Should().BeOfType<CommandReply.Accepted>();
        b.Events.Count.Should().Be(events);
        a.Hear(new ChannelMessage.GiveLeave(a.State.Heard, 600, ask.Expiry, give.Signature)).Should().BeOfType<CommandReply.Accepted>();
        a.State.Leaves.Own.Should().Be(owned);
        run.See(WithdrawalRun.Start + 20, new(600, 0), credit: 600);
        // Under a number of its own the old order is right, and wanted by nobody.
        a.Hear(new ChannelMessage.GiveLeave(a.State.Heard + 1, 600, ask.Expiry, give.Signature)).Should().BeOfType<CommandReply.Accepted>();
        a.Events[^1].Should().BeOfType<ChannelEvent.LeaveGiven>();
        a.State.Leaves.Own.Should().BeNull();
    }
}
