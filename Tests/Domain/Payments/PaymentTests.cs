using TPWallet.Domain.Machines;
using TPWallet.Domain.Payments;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Domain.Routing;

namespace TPWallet.Tests.Domain.Payments;

/// <summary>A payment never has more under way than is to be paid, tries again what came back, and ends when nothing is under way.</summary>
public sealed class PaymentTests
{
    private readonly PaymentRun _run = new();

    [Fact]
    public void Payment_InOnePart_IsPaidByItsSecret()
    {
        _run.Begin().Plan(PaymentRun.Amount);
        _run.State.InFlight.Should().Be(1_001, "it counts before its channel is asked");
        _run.Owed.Values.Should().NotContain(effect => effect is Effect.FindWays, "all is under way");
        var (intent, send) = _run.Owes<Effect.SendPart>();
        send.Should().Be(new Effect.SendPart(send.Id, new(_run.State.Ref, 1), _run.State.Intent, _run.State.Content!, PaymentRun.Way(PaymentRun.Amount)));
        _run.Answer(intent, new EffectResult.NoAnswer("busy")).Should().BeEmpty();
        _run.Answer(intent, PacketRun.Done).Should().ContainSingle();
        _run.Owed.Should().BeEmpty("its channel says how it ends");
        _run.Pays(1).Select(_run.NameOf).Should().Equal("payment.part-paid", "payment.ended");
        var view = PaymentDecider.View(_run.State, 9)!;
        (view.Stage, view.Delivered, view.FeePaid, view.InFlight, view.Secret, view.Failure)
            .Should().Be((PaymentStage.Paid, (UInt256)PaymentRun.Amount, UInt256.One, UInt256.Zero, PaymentRun.Secret, null));
        (_run.Owed.IsEmpty, PaymentDecider.NextWake(_run.State)).Should().Be((true, null));
        _run.Refuse(new PaymentCommand.Stop(_run.NewId())).Code.Should().Be(RejectionCode.WrongState);
        _run.Refuse(PaymentRun.BeginOf(_run.NewId(), PaymentRun.Content)).Code.Should().Be(RejectionCode.AlreadyExists);
    }

    [Fact]
    public void Parts_ThatComeBack_AreTriedAgainByWhatWasLearnt()
    {
        _run.Begin().Send(PaymentRun.Amount);
        _run.ComesBack(1, HopFailure.TemporaryLack).Should().ContainSingle();
        _run.State.InFlight.Should().Be(UInt256.Zero);
        var find = _run.Owes<Effect.FindWays>().Effect;
        find.Lacks.Should().Equal(new Observation.Lacked(PaymentRun.Way(1).Route.Hops[1].Way, PaymentRun.Amount));
        _run.Send(600, 400);
        _run.Owed.Should().BeEmpty("all is under way");
        _run.ComesBack(3, HopFailure.FeeTooLow).Should().ContainSingle();
        _run.State.Plan!.Without.Should().Equal(PaymentRun.Way(1).Route.Hops[1].Way);
        _run.Owes<Effect.FindWays>().Effect.Plan.Remaining.Should().Be(400);
        _run.Send(400);
        _run.Pays(4).Should().ContainSingle("another part is under way");
        _run.Owed.Should().BeEmpty();
        _run.Pays(2).Should().HaveCount(2);
        (_run.State.Stage, _run.State.Plan!.Delivered).Should().Be((PaymentStage.Paid, (UInt256)1_000));
    }

    [Theory]
    [InlineData(999, 1, 0, 0)]
    [InlineData(1_001, 1, 0, 0)]
    [InlineData(1_000, PaymentRun.MostFee + 1, 0, 0)]
    [InlineData(600, 25, 400, 26)]
    [InlineData(600, 25, 401, 25)]
    [InlineData(600, 25, 399, 25)]
    public void Ways_ThatDoNotMakeUpThePayment_AreNotTaken(ulong first, ulong fee, ulong second, ulong secondFee)
    {
        _run.Begin();
        (second == 0 ? _run.Plan(first, fee) : _run.Plan((first, fee), (second, secondFee))).Select(_run.NameOf).Should().Equal("payment.given-up", "payment.ended");
        (_run.State.Stage, _run.State.Failure).Should().Be((PaymentStage.Failed, PaymentFailure.OverLimits));
    }

    [Fact]
    public void Ways_OfAnotherMoment_AreNotTaken()
    {
        _run.Begin();
        var (intent, _) = _run.Owes<Effect.FindWays>();
        _run.Send(1_000);
        _run.ComesBack(1, HopFailure.Unreadable);
        _run.Answer(intent, new EffectResult.WaysFound([PaymentRun.Way(1_000)], null)).Should().BeEmpty("those were the ways of the part before");
        _run.State.Plan!.Attempts.Should().Be(1);
    }

    [Fact]
    public void Secret_OnceOut_EndsTheSending()
    {
        _run.Begin().Send(600, 400);
        _run.ComesBack(2, HopFailure.Unreadable);
        _run.Owes<Effect.FindWays>();
        _run.Pays(1).Select(_run.NameOf).Should().Equal("payment.part-paid", "payment.ended");
        _run.Owed.Should().BeEmpty("who gives the proof for less is content with less");
        (_run.State.Stage, _run.State.Plan!.Delivered).Should().Be((PaymentStage.Paid, (UInt256)600));
    }

    [Fact]
    public void Secret_OnceOut_LeavesAloneWhatComesBackLater()
    {
        _run.Begin().Send(400, 300, 300);
        _run.Pays(1).Should().ContainSingle();
        _run.ComesBack(2, HopFailure.Unreadable).Should().ContainSingle();
        (_run.State.Stage, _run.Owed.IsEmpty).Should().Be((PaymentStage.Going, true));
        _run.Pays(3).Select(_run.NameOf).Should().Equal("payment.part-paid", "payment.ended");
    }

    [Fact]
    public void Channel_ThatDoesNotTakeAPart_IsLeftOut()
    {
        _run.Begin().Plan(1_000);
        var (intent, _) = _run.Owes<Effect.SendPart>();
        _run.Answer(intent, PacketRun.No(RejectionCode.WrongState)).Select(_run.NameOf).Should().Equal("payment.part-failed");
        _run.State.Plan!.Without.Should().Equal(PaymentRun.Way(1).Route.Hops[0].Way);
        _run.NoWay(PaymentFailure.NoPath).Should().HaveCount(2);
        (_run.State.Stage, _run.State.Failure).Should().Be((PaymentStage.Failed, PaymentFailure.NoPath));
    }

    [Fact]
    public void End_ThatOvertakesTheChannelsAnswer_Counts()
    {
        _run.Begin().Plan(1_000);
        var (intent, _) = _run.Owes<Effect.SendPart>();
        _run.Accept(new PaymentCommand.RecordEnd(People.Id("end"), 1, null, PaymentRun.Reason));
        _run.Answer(intent, PacketRun.Done).Should().BeEmpty();
        _run.Answer<Effect.ReadCause>(new EffectResult.CauseRead(new(0, HopFailure.Unreadable))).Should().ContainSingle();
        _run.Plan(1_000).Should().ContainSingle();
        _run.Accept(new PaymentCommand.RecordEnd(People.Id("end two"), 2, null, null)).Should().ContainSingle("nobody said why");
        _run.Plan(1_000);
        _run.Pays(3);
        _run.State.Stage.Should().Be(PaymentStage.Paid);
    }

    [Theory]
    [InlineData(PaymentFailure.Stopped)]
    [InlineData(PaymentFailure.TooLate)]
    [InlineData(PaymentFailure.Restored)]
    [InlineData(PaymentFailure.RefusedByPayee)]
    public void Payment_ThatIsGivenUp_SendsNoPartMore_AndWaitsForThoseUnderWay(PaymentFailure why)
    {
        _run.Begin().Send(300, 700);
        if (why == PaymentFailure.TooLate) _run.Pass(Span.Hours(1));
        else if (why == PaymentFailure.RefusedByPayee) _run.ComesBack(1, HopFailure.RefusedByPayee, 2).Should().HaveCount(2);
        else _run.Accept(why == PaymentFailure.Stopped ? new PaymentCommand.Stop(_run.NewId()) : PaymentDecider.Recover(_run.State, _run.NewId(), 5)!);
        (_run.State.Stage, _run.State.Failure).Should().Be((PaymentStage.Going, why));
        _run.Owed.Values.Should().NotContain(effect => effect is Effect.FindWays);
        PaymentDecider.NextWake(_run.State).Should().BeNull();
        PaymentDecider.Recover(_run.State, _run.NewId(), 5)?.Should().NotBeNull().And.Match(_ => why != PaymentFailure.Restored, "it has been told");
        if (why != PaymentFailure.RefusedByPayee) _run.ComesBack(1, HopFailure.Unreadable).Should().ContainSingle();
        _run.ComesBack(2, HopFailure.Unreadable).Select(_run.NameOf).Should().Equal("payment.part-failed", "payment.ended");
        (_run.State.Stage, _run.State.Failure).Should().Be((PaymentStage.Failed, why));
    }

    [Fact]
    public void Part_ThatARestoreForgot_ProvesThePaymentAllTheSame()
    {
        _run.Begin();
        _run.Accept(PaymentDecider.Recover(_run.State, _run.NewId(), 5)!).Should().HaveCount(3);
        _run.State.Stage.Should().Be(PaymentStage.Failed);
        _run.Pays(1).Select(_run.NameOf).Should().Equal("payment.part-paid", "payment.ended");
        (_run.State.Stage, _run.State.Secret).Should().Be((PaymentStage.Paid, PaymentRun.Secret));
        _run.Accept(new PaymentCommand.RecordEnd(People.Id("another"), 2, PaymentRun.Secret, null)).Should().BeEmpty();
    }

    [Fact]
    public void Begin_OfSenselessContent_IsRefused()
    {
        var content = PaymentRun.Content;
        Refused(content with { Amount = UInt256.Zero }).Should().Be(RejectionCode.ZeroAmount);
        Refused(content with { Amount = TPWallet.Domain.Channels.BookRules.MostDeposited + UInt256.One }).Should().Be(RejectionCode.TooLarge);
        Refused(content with { MostFee = UInt256.MaxValue }).Should().Be(RejectionCode.TooLarge);
        Refused(content with { MostParts = 0 }).Should().Be(RejectionCode.Malformed);
        Refused(content with { Ring = new(new(default, TPWallet.Grains.Interfaces.Channels.ChannelSide.A), new(default, TPWallet.Grains.Interfaces.Channels.ChannelSide.B)) })
            .Should().Be(RejectionCode.Malformed, "balance is moved between two channels");
        Refused(content with { MostParts = PaymentContent.PartCeiling + 1 }).Should().Be(RejectionCode.Malformed);
        Refused(content with { Place = content.Place with { Chain = ChainId.Parse("bip122:000000000019d6689c085ae165831e93") } }).Should().Be(RejectionCode.WrongChain);
        Refused(content with { Until = _run.Now }).Should().Be(RejectionCode.DeadlinePassed);
        _run.Refuse(PaymentRun.BeginOf(_run.NewId(), content with { Until = _run.Now + PaymentContent.MostLife + Span.Seconds(1) })).Code.Should().Be(RejectionCode.DeadlinePassed);
        _run.Refuse(new PaymentCommand.Stop(_run.NewId())).Code.Should().Be(RejectionCode.NotFound);
        _run.Events.Should().BeEmpty();
    }

    [Fact]
    public void Payee_WithoutAKnownChannel_IsSaidAtOnce()
    {
        _run.Accept(PaymentRun.BeginOf(_run.NewId(), PaymentRun.Content));
        _run.Answer<Effect.PreparePayment>(new EffectResult.PaymentPrepared(null)).Should().HaveCount(2);
        (_run.State.Stage, _run.State.Failure).Should().Be((PaymentStage.Failed, PaymentFailure.Unreachable));
    }

    /// <summary>What another payment pays is not paid twice, and no packet makes it in another way.</summary>
    [Fact]
    public void Invoice_ThatAnotherPaymentHas_IsSaidAtOnce()
    {
        _run.Accept(PaymentRun.BeginOf(_run.NewId(), PaymentRun.Content));
        var said = _run.Answer<Effect.PreparePayment>(new EffectResult.PaymentPrepared(null, PaymentFailure.InvoiceTaken));
        said.Should().HaveCount(2);
        PaymentDecider.GenerationOf(said[0]).Should().Be(EventGenerations.InvoiceClaims);
        (_run.State.Stage, _run.State.Failure, _run.Owed.IsEmpty).Should().Be((PaymentStage.Failed, PaymentFailure.InvoiceTaken, true));
        PaymentDecider.View(_run.State, 1)!.MayBePaid.Should().BeFalse();
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat()
    {
        _run.Begin().Send(1_000);
        _run.ComesBack(1, HopFailure.TemporaryLack);
        _run.Send(1_000);
        _run.Accept(PaymentDecider.Recover(_run.State, _run.NewId(), 1_900_000_000_000)!);
        _run.Pays(2);
        GoldenFiles.ShouldHold("payment", PaymentJson.Default.PaymentEvent, [.. _run.Events, new PaymentEvent.Told(PaymentWord.Paid)]);
    }

    private RejectionCode Refused(PaymentContent content) => _run.Refuse(new PaymentCommand.Pay(_run.NewId(), content, new(new(PaymentRun.Account, "p"), "leg"))).Code;
}
