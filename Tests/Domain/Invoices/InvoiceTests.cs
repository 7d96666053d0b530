using TPWallet.Domain.Channels;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Invoices;

/// <summary>An invoice takes a whole payment or nothing of it, and its secret goes out for a whole one alone.</summary>
public sealed class InvoiceTests
{
    private readonly InvoiceRun _run = new();

    [Fact]
    public void Payment_InOnePart_IsTakenAndEndsWhenItsChannelKnows()
    {
        _run.Open().Hold(InvoiceRun.Asked);
        (_run.State.Stage, _run.State.Received).Should().Be((InvoiceStage.Settling, (UInt256)InvoiceRun.Asked));
        var (intent, effect) = _run.Owes<Effect.AnswerPart>();
        effect.Should().Be(new Effect.AnswerPart(effect.Id, _run.State.Ref, _run.State.Intent, new(new(Channels.ChannelParty.Id, ChannelSide.B), 1, PacketRun.Hash("shared 1")), true));
        _run.Answer(intent, new EffectResult.NoAnswer("busy")).Should().BeEmpty();
        _run.Answer(intent, PacketRun.No(RejectionCode.Overloaded)).Should().BeEmpty("what a channel does not take is told again");
        _run.Owes<Effect.AnswerPart>().Effect.Should().Be(effect);
        _run.Tell().Should().Be((1, 0));
        (_run.State.Stage, _run.Owed.IsEmpty, InvoiceDecider.NextWake(_run.State)).Should().Be((InvoiceStage.Paid, true, null));
        _run.Refuse(_run.Part(InvoiceRun.Asked)).Should().Be(RejectionCode.WrongState, "it is paid once");
    }

    [Fact]
    public void Payment_InParts_ReleasesNothingBeforeTheLast()
    {
        _run.Open().Hold(400);
        _run.Hold(599);
        _run.Owed.Should().BeEmpty();
        (_run.State.Stage, _run.State.Held, _run.State.Received).Should().Be((InvoiceStage.Open, (UInt256)999, UInt256.Zero));
        _run.Hold(1);
        _run.Tell().Should().Be((3, 0));
        (_run.State.Stage, _run.State.Received).Should().Be((InvoiceStage.Paid, (UInt256)1_000));
    }

    [Fact]
    public void Payment_ThatDoesNotBecomeWhole_GoesBackAndAnotherIsTaken()
    {
        _run.Open().Hold(400);
        InvoiceDecider.NextWake(_run.State).Should().Be(_run.Now + InvoiceState.Patience);
        _run.Pass(Span.Seconds(59)).Should().BeEmpty();
        _run.Now += Span.Seconds(1);
        _run.Refuse(_run.Part(600)).Should().Be(RejectionCode.DeadlinePassed, "the first part waits no longer than its channel promised");
        _run.Accept(InvoiceDecider.Tick(_run.NewId())).Should().ContainSingle().Which.Should().BeOfType<InvoiceEvent.GivenBack>();
        (_run.State.Stage, _run.State.Held).Should().Be((InvoiceStage.Open, UInt256.Zero));
        _run.Hold(1_000);
        _run.Tell().Should().Be((1, 1), "what goes back of the first payment does not end the second");
        _run.State.Stage.Should().Be(InvoiceStage.Paid);
    }

    [Fact]
    public void Payment_AnsweredInAnotherOrder_EndsWhenAllThatIsTakenIsKnown()
    {
        _run.Open().Hold(400);
        _run.Pass(InvoiceState.Patience);
        _run.Hold(500);
        _run.Hold(500);
        foreach (var part in new[] { 2, 3 })
        {
            _run.State.Stage.Should().Be(InvoiceStage.Settling);
            _run.Answer($"answer|{part:D10}", PacketRun.Done);
        }

        _run.State.Stage.Should().Be(InvoiceStage.Paid);
        _run.Tell().Should().Be((0, 1), "the part that went back is still told of");
        (_run.State.Stage, _run.State.Parts.IsEmpty).Should().Be((InvoiceStage.Paid, true));
    }

    [Fact]
    public void Parts_OfAnotherKind_AreRefused()
    {
        _run.Open();
        var good = _run.Part(InvoiceRun.Asked);
        _run.Refuse(good with { Place = good.Place with { Key = "other" } }).Should().Be(RejectionCode.LegMismatch);
        _run.Refuse(good with { Place = good.Place with { Token = People.AddressOf("worthless") } }).Should().Be(RejectionCode.LegMismatch);
        _run.Refuse(good with { Target = PacketRun.Hash("another") }).Should().Be(RejectionCode.ProofInvalid);
        _run.Refuse(good with { Kind = LockKind.Point }).Should().Be(RejectionCode.ProofInvalid);
        _run.Refuse(good with { Total = 999 }).Should().Be(RejectionCode.EffectOutOfBounds);
        _run.Refuse(good with { Total = 2_001 }).Should().Be(RejectionCode.EffectOutOfBounds);
        _run.Refuse(good with { Amount = UInt256.Zero }).Should().Be(RejectionCode.EffectOutOfBounds);
        _run.Hold(1, 2_000);
        _run.Refuse(good with { Total = 1_999 }).Should().Be(RejectionCode.AllocationMismatch);
        for (var part = 2; part <= InvoiceState.MostParts; part++) _run.Hold(1, 2_000);
        _run.Refuse(good with { Total = 2_000 }).Should().Be(RejectionCode.TooLarge);
        _run.State.Stage.Should().Be(InvoiceStage.Open);
    }

    [Fact]
    public void Amount_LeftOpen_IsWhatThePayerSays()
    {
        _run.Open(null);
        _run.Refuse(_run.Part(1, 0)).Should().Be(RejectionCode.EffectOutOfBounds);
        _run.Hold(30, 70);
        _run.Hold(45, 70);
        _run.State.Received.Should().Be(75, "more than was said is the payer's gift");
    }

    [Fact]
    public void Time_Over_EndsWhatNobodyPays_AndAPaymentUnderWayIsWaitedFor()
    {
        _run.Open();
        _run.Now = InvoiceRun.Content(1).ExpiresAt - Span.Seconds(1);
        _run.Hold(400);
        _run.Pass(Span.Seconds(2)).Should().BeEmpty("its first part came in time");
        _run.Hold(600);
        _run.Tell().Should().Be((2, 0));

        var late = new InvoiceRun().Open();
        late.Now = InvoiceRun.Content(1).ExpiresAt;
        late.Refuse(late.Part(InvoiceRun.Asked)).Should().Be(RejectionCode.DeadlinePassed);
        late.Accept(InvoiceDecider.Tick(late.NewId())).Should().ContainSingle();
        late.State.Stage.Should().Be(InvoiceStage.Expired);
        late.Refuse(new InvoiceCommand.Cancel(late.NewId())).Code.Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Cancel_GivesBackWhatIsHeld_AndComesTooLateForAWholePayment()
    {
        _run.Open().Hold(400);
        _run.Accept(new InvoiceCommand.Cancel(_run.NewId()));
        _run.Tell().Should().Be((0, 1));
        _run.State.Stage.Should().Be(InvoiceStage.Cancelled);
        _run.Accept(new InvoiceCommand.Cancel(_run.NewId())).Should().BeEmpty();
        _run.Refuse(_run.Part(InvoiceRun.Asked)).Should().Be(RejectionCode.WrongState);

        var whole = new InvoiceRun().Open();
        whole.Hold(InvoiceRun.Asked);
        whole.Refuse(new InvoiceCommand.Cancel(whole.NewId())).Code.Should().Be(RejectionCode.WrongState);
    }

    [Fact]
    public void Create_WithSenselessContent_SaysWhy()
    {
        var good = InvoiceRun.Content(5);
        Refused(good with { Amount = UInt256.Zero }).Should().Be(RejectionCode.ZeroAmount);
        Refused(good with { Amount = BookRules.MostDeposited + 1 }).Should().Be(RejectionCode.TooLarge);
        Refused(good with { Place = good.Place with { Chain = ChainId.Parse("bip122:000000000019d6689c085ae165831e93") } }).Should().Be(RejectionCode.WrongChain);
        Refused(good with { ExpiresAt = _run.Now }).Should().Be(RejectionCode.DeadlinePassed);
        Refused(good with { ExpiresAt = _run.Now + InvoiceContent.MostLife + Span.Seconds(1) }).Should().Be(RejectionCode.DeadlinePassed);
        _run.Refuse(new InvoiceCommand.Cancel(_run.NewId())).Code.Should().Be(RejectionCode.NotFound);
        _run.Open();
        Refused(good).Should().Be(RejectionCode.AlreadyExists);
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat()
    {
        _run.Open().Hold(400);
        _run.Pass(InvoiceState.Patience);
        _run.Hold(InvoiceRun.Asked);
        _run.Tell();
        var (late, cancelled) = (new InvoiceRun().Open(), new InvoiceRun().Open());
        late.Pass(Span.Hours(1));
        cancelled.Accept(new InvoiceCommand.Cancel(cancelled.NewId()));
        GoldenFiles.ShouldHold("invoice", InvoiceJson.Default.InvoiceEvent, _run.Events.Concat(late.Events).Concat(cancelled.Events));
    }

    private RejectionCode Refused(InvoiceContent content) => _run.Refuse(new InvoiceCommand.Create(_run.NewId(), content)).Code;
}
