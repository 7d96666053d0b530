using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Payments;

/// <summary>A payment of a packet's leg tells the packet how it ended, once it has, until the packet has heard.</summary>
public sealed class PacketPaymentTests
{
    private static readonly LegRef _leg = new(new(PaymentRun.Account, "p"), "rent");

    private readonly PaymentRun _run = new();

    [Fact]
    public void Paid_IsToldUntilThePacketHasHeard()
    {
        Begin().Send(PaymentRun.Amount);
        _run.Owed.Should().BeEmpty("nothing is known yet");
        _run.Pays(1);
        var (intent, tell) = _run.Owes<Effect.TellPacket>();
        tell.Packet.Should().Be(_leg.Packet);
        var told = tell.Command.Should().BeOfType<PacketCommand.RecordLeg>().Subject;
        (told.Leg, told.Progress).Should().Be((_leg.Leg, new LegProgress.Paid(PaymentRun.Amount, 1, PaymentRun.Secret)));
        _run.Answer(intent, new EffectResult.NoAnswer("busy")).Should().BeEmpty();
        _run.Answer(intent, PacketRun.No(RejectionCode.Retry)).Should().BeEmpty();
        _run.Answer(intent, PacketRun.Done).Should().ContainSingle();
        _run.Owed.Should().BeEmpty();
        PaymentDecider.View(_run.State, 1)!.Leg.Should().Be(_leg);
    }

    /// <summary>Whatever it says of its end it says when nothing is under way any more.</summary>
    [Fact]
    public void Failed_IsToldWhenTheLastPartIsBack()
    {
        Begin().Send(600, 400);
        _run.Accept(new PaymentCommand.Stop(_run.NewId()));
        Word().Should().Be(new LegProgress.Delayed(PaymentFailure.Stopped, 1_002));
        Heard();
        _run.ComesBack(1, HopFailure.TemporaryLack);
        _run.Owed.Should().BeEmpty("a part is under way, and may pay");
        _run.ComesBack(2, HopFailure.TemporaryLack);
        Word().Should().Be(new LegProgress.Unpaid(PaymentFailure.Stopped, false));
        Heard();
        _run.Owed.Should().BeEmpty();
        _run.Accept(new PaymentCommand.RecordTold(_run.NewId(), PaymentWord.Delayed)).Should().BeEmpty("it is an older word");
    }

    [Fact]
    public void Failed_AfterARestore_MayBePaid_AndIsWhenTheSecretComes()
    {
        Begin().Send(PaymentRun.Amount);
        _run.Accept(PaymentDecider.Recover(_run.State, _run.NewId(), 7)!);
        Heard();
        _run.ComesBack(1, HopFailure.TemporaryLack);
        Word().Should().Be(new LegProgress.Unpaid(PaymentFailure.Restored, true));
        PaymentDecider.View(_run.State, 1)!.MayBePaid.Should().BeTrue();
        Heard();
        _run.Pays(9);
        Word().Should().BeOfType<LegProgress.Paid>().Which.Secret.Should().Be(PaymentRun.Secret);
        Heard();
        _run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Packet_ThatDoesNotKnowIt_IsToldNoMore()
    {
        Begin();
        _run.NoWay(PaymentFailure.NoPath);
        _run.Answer<Effect.TellPacket>(PacketRun.No(RejectionCode.NotFound)).Should().ContainSingle();
        _run.Owed.Should().BeEmpty();
    }

    [Fact]
    public void Name_OfAPacketsPayment_IsNobodyElses()
    {
        PaymentRef.OfPackets.Should().Be("packet-");
        var payment = PacketDecider.PaymentOf(_leg);
        var begin = PaymentRun.BeginOf(People.Id("begin"), PaymentRun.Content);
        PaymentDecider.Decide(PaymentDecider.Empty(payment.Key), begin, Stamp.At(People.Start)).Should().BeOfType<Decision<PaymentEvent>.Refuse>()
            .Which.Rejection.Code.Should().Be(RejectionCode.Malformed);
        PaymentDecider.Decide(PaymentDecider.Empty(payment.Key), new PaymentCommand.Pay(People.Id("begin"), PaymentRun.Content, _leg), Stamp.At(People.Start))
            .Should().BeOfType<Decision<PaymentEvent>.Accept>();
        new[] { _leg, _leg with { Leg = "other" }, _leg with { Packet = new(_leg.Packet.Owner, "q") } }.Select(PacketDecider.PaymentOf).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Payment_OfAPacket_BeginsWheneverItsVotesAreThere()
    {
        var content = PaymentRun.Content with { Until = _run.Now + Span.Hours(100) };
        _run.Refuse(new PaymentCommand.Pay(_run.NewId(), content with { Until = _run.Now }, _leg)).Code.Should().Be(RejectionCode.DeadlinePassed);
        _run.Accept(new PaymentCommand.Pay(_run.NewId(), content, _leg)).Should().ContainSingle();
        _run.Refuse(new PaymentCommand.Pay(People.Id("other"), content, _leg)).Code.Should().Be(RejectionCode.AlreadyExists);
    }

    private PaymentRun Begin()
    {
        _run.Accept(new PaymentCommand.Pay(_run.NewId(), PaymentRun.Content, _leg));
        _run.Answer<Effect.PreparePayment>(new EffectResult.PaymentPrepared(PaymentRun.Ends));
        return _run;
    }

    private LegProgress Word() => _run.Owes<Effect.TellPacket>().Effect.Command.Should().BeOfType<PacketCommand.RecordLeg>().Subject.Progress;

    private void Heard() => _run.Answer<Effect.TellPacket>(PacketRun.Done).Should().ContainSingle();
}
