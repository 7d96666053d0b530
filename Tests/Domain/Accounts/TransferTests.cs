using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Payments between two accounts, by their effects; every message may come twice.</summary>
public sealed class TransferTests
{
    [Fact]
    public void Transfer_PayeeAccepts_ArrivesOnce()
    {
        var (payer, payee, leg) = Sent();
        InTransit(payer).Should().Be(Ether);
        Deliver(payer, payee);
        Available(payee).Should().Be(Ether);
        (InTransit(payer), Available(payer)).Should().Be((UInt256.Zero, Ether * 9));
        AccountDecider.Owed(payer.State).Values.Where(owed => owed is Effect.Deliver or Effect.TellPacket).Should().BeEmpty("the packet was told on the way");
        payer.Accept(new AccountCommand.CloseTransfer(Id("again"), leg, null)).Should().BeEmpty();
        Total(payer, payee).Should().Be(Ether * 10);
        payer.ShouldReplay();
        payee.ShouldReplay();
    }

    [Fact]
    public void Transfer_UnderAnyOtherCommandId_IsRefused()
    {
        var (payer, payee, leg) = Sent();
        var receive = AccountDecider.Owed(payer.State).Values.OfType<Effect.Deliver>().Single().Transfer;
        receive.CommandId.Should().Be(AccountIntent.DeliveryId(leg), "the journal takes each id once, so the leg alone must make it");
        AccountIntent.DeliveryId(leg with { Leg = "another" }).Should().NotBe(receive.CommandId);
        AccountIntent.DeliveryId(new(leg.Packet with { Owner = PayeeId }, leg.Leg)).Should().NotBe(receive.CommandId);
        payee.Refuse(receive with { CommandId = Id("forged id") }).Should().Be(RejectionCode.IdempotencyMismatch);
        new AccountRun(PayeeId).Refuse(receive with { CommandId = Id("forged id") }).Should().Be(RejectionCode.IdempotencyMismatch);
        payee.Accept(receive);
        payee.Refuse(receive with { CommandId = Id("forged id") }).Should().Be(RejectionCode.IdempotencyMismatch);
        Available(payee).Should().Be(Ether);
    }

    [Fact]
    public void Transfer_NoAnswerOrRefusalWithoutTombstone_StaysInTransit()
    {
        var (payer, _, _) = Sent();
        var (intent, _) = AccountDecider.Owed(payer.State).Single(pair => pair.Value is Effect.Deliver);
        AccountDecider.Resume(payer.State, intent, new EffectResult.NoAnswer("time-out")).Should().BeNull();
        foreach (var code in new[] { RejectionCode.Overloaded, RejectionCode.StreamUnreadable, RejectionCode.Malformed })
        {
            AccountDecider.Resume(payer.State, intent, new EffectResult.Delivered(Refused(code), null))
                .Should().BeNull("only the payee's durable word returns money");
        }
    }

    [Fact]
    public void Transfer_PacketDoesNotKnowOfIt_StaysOwed()
    {
        var (payer, payee, leg) = Sent();
        var (intent, effect) = AccountDecider.Owed(payer.State).Single(pair => pair.Value is Effect.Deliver);
        var deliver = (Effect.Deliver)effect;
        deliver.Word.Should().Be(new PacketCommand.RecordLeg(deliver.Word.CommandId, leg.Leg, new LegProgress.Delivered()));
        var arrived = Said(payee.Accept(deliver.Transfer));
        AccountDecider.Resume(payer.State, intent, new EffectResult.Delivered(arrived, null)).Should().BeNull();
        AccountDecider.Resume(payer.State, intent, new EffectResult.Delivered(arrived, Refused(RejectionCode.StreamUnreadable))).Should().BeNull();

        var close = AccountDecider.Resume(payer.State, intent, new EffectResult.Delivered(arrived, Refused(RejectionCode.WrongState)))!;
        payer.Accept(close).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.TransferClosed>()
            .Which.Refusal!.Code.Should().Be(RejectionCode.WrongState, "what was paid is paid, whatever its packet says");
        AccountDecider.Owed(payer.State).Values.Where(owed => owed is Effect.Deliver or Effect.TellPacket).Should().BeEmpty();
        payer.ShouldReplay();
    }

    /// <summary>What the packet said of it is kept; a leg's last fees are posted by the event after it.</summary>
    [Fact]
    public void Joined_CloseWithARefusalOrNothingThatCarries_IsNone()
    {
        var (payer, payee, leg) = Sent();
        var close = new AccountEvent.TransferClosed(leg);
        var received = payee.Accept(AccountDecider.Owed(payer.State).Values.OfType<Effect.Deliver>().Single().Transfer).Single();
        AccountDecider.Joined(close, received)!.AlsoClosed.Should().Equal(leg);
        AccountDecider.Joined(close with { Refusal = new(RejectionCode.WrongState, "a", "b") }, received).Should().BeNull();
        AccountDecider.Joined(close, close).Should().BeNull();
        AccountDecider.Joined(received, close).Should().BeNull();
    }

    [Fact]
    public void Transfer_PayeeDoesNotExist_ComesBackAndStaysBack()
    {
        var (payer, payee, leg) = Sent(registered: false);
        Deliver(payer, payee);
        Available(payer).Should().Be(Ether * 10);
        var tell = AccountDecider.Owed(payer.State).Values.OfType<Effect.TellPacket>().Should().ContainSingle().Subject;
        ((PacketCommand.RecordLeg)tell.Command).Progress.Should().BeOfType<LegProgress.Returned>();
        payer.Open.Windows.Buckets.Should().BeEmpty();

        payee.Accept(new AccountCommand.Register(Id("late"), PayeeGenesis, Prove(PayeeGenesis, All)));
        payee.Refuse(new AccountCommand.ReceiveTransfer(AccountIntent.DeliveryId(leg), leg, payer.Open.Id, new(Eth, Ether)))
            .Should().Be(RejectionCode.TransferTombstoned, "a tombstone is for ever");
        payer.Accept(new AccountCommand.ReturnTransfer(Id("again"), leg, new(RejectionCode.TransferTombstoned, "a", "b"))).Should().BeEmpty();
        payer.ShouldReplay();
    }

    [Fact]
    public void SendTransfer_NotAsReserved_IsRefused()
    {
        var (payer, _, leg) = Sent();
        payer.Refuse(new AccountCommand.SendTransfer(Id("s"), leg, new(Deployment), new(Eth, Ether))).Should().Be(RejectionCode.LegMismatch);
        payer.Refuse(new AccountCommand.SendTransfer(Id("t"), leg, PayeeId, new(Eth, Ether + 1))).Should().Be(RejectionCode.LegMismatch);
        payer.Accept(new AccountCommand.SendTransfer(Id("u"), leg, PayeeId, new(Eth, Ether))).Should().BeEmpty("it was sent");
        payer.Refuse(new AccountCommand.ReleaseLeg(Id("v"), leg, 0, "give up")).Should().Be(RejectionCode.WrongState, "it is in transit");
    }

    [Fact]
    public void CloseAndReturn_NotSent_AreRefused()
    {
        var (payer, _, leg) = Reserved();
        payer.Refuse(new AccountCommand.CloseTransfer(Id("c"), leg, null)).Should().Be(RejectionCode.TransferUnknown);
        payer.Refuse(new AccountCommand.ReturnTransfer(Id("r"), leg, new(RejectionCode.TransferTombstoned, "a", "b"))).Should().Be(RejectionCode.TransferUnknown);
        payer.Accept(new AccountCommand.ReleaseLeg(Id("v"), leg, 0, "cancelled")).Should().ContainSingle();
        payer.Refuse(new AccountCommand.SendTransfer(Id("s"), leg, PayeeId, new(Eth, Ether))).Should().Be(RejectionCode.ReservationEnded);
    }

    [Fact]
    public void ReceiveTransfer_InAnothersName_IsRefused()
    {
        var payee = AccountRun.Registered();
        var leg = new LegRef(new(PayeeId, "p"), "a");
        payee.Refuse(new AccountCommand.ReceiveTransfer(Id("a"), leg, new(Deployment), new(Eth, 1))).Should().Be(RejectionCode.NotAllowedCaller);
        payee.Refuse(new AccountCommand.ReceiveTransfer(Id("b"), leg, PayeeId, new(Eth, 0))).Should().Be(RejectionCode.ZeroAmount);
    }

    [Fact]
    public void SendGroup_OneOfThemCannot_SendsNone()
    {
        var payer = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(payer.Open.Id, "g", new Leg.LedgerTransfer("x", [], PayeeId, new(Eth, Ether)), new Leg.LedgerTransfer("y", [], PayeeId, new(Eth, Ether)));
        payer.Accept(payer.Reserve(packet, Ana, Ben));
        GroupTransfer Of(Name leg, UInt256 amount) => new(new(packet.Ref, leg), PayeeId, new(Eth, amount));
        payer.Refuse(new AccountCommand.SendGroup(Id("bad"), [Of("x", Ether), Of("y", Ether + 1)])).Should().Be(RejectionCode.LegMismatch);
        InTransit(payer).Should().Be(UInt256.Zero);
        payer.Accept(new AccountCommand.SendGroup(Id("good"), [Of("x", Ether), Of("y", Ether)])).Should().HaveCount(2);
        InTransit(payer).Should().Be(Ether * 2);
        payer.Accept(new AccountCommand.SendGroup(Id("again"), [Of("x", Ether), Of("y", Ether)])).Should().BeEmpty("both were sent");
        payer.ShouldReplay();
    }

    [Fact]
    public void OfferTransfer_SaysWhatTheDeliveryWouldFind()
    {
        var payee = AccountRun.Registered();
        var payer = new AccountId(Deployment);
        var leg = new LegRef(new(payer, "p"), "a");
        payee.Accept(new AccountCommand.OfferTransfer(Id("a"), leg, payer, new(Eth, 1))).Should().BeEmpty("a yes is no event");
        payee.Refuse(new AccountCommand.OfferTransfer(Id("b"), leg, payee.Open.Id, new(Eth, 1))).Should().Be(RejectionCode.NotAllowedCaller);
        payee.Accept(new AccountCommand.ReceiveTransfer(AccountIntent.DeliveryId(leg with { Leg = "f" }), leg with { Leg = "f" }, payer, new(Eth, UInt256.MaxValue)));
        payee.Refuse(new AccountCommand.OfferTransfer(Id("c"), leg, payer, new(Eth, 1))).Should().Be(RejectionCode.Overflow);
        new AccountRun(payer).Refuse(new AccountCommand.OfferTransfer(Id("d"), new(new(payee.Open.Id, "p"), "a"), payee.Open.Id, new(Eth, 1)))
            .Should().Be(RejectionCode.NotRegistered);
    }

    private static Genesis PayeeGenesis => GenesisOf(StandardPolicy, All, "payee");

    private static AccountId PayeeId => Canonical.AccountId(PayeeGenesis);

    /// <summary>Runs the owed delivery and its result, as the effect runner would.</summary>
    internal static void Deliver(AccountRun payer, AccountRun payee)
    {
        var (intent, effect) = AccountDecider.Owed(payer.State).Single(pair => pair.Value is Effect.Deliver);
        var reply = Said(payee.Accept(((Effect.Deliver)effect).Transfer));
        CommandReply? told = Effect.Deliver.HasArrived(reply) ? new CommandReply.Accepted(1, []) : null;
        payer.Accept(AccountDecider.Resume(payer.State, intent, new EffectResult.Delivered(reply, told))!);
    }

    private static CommandReply.Accepted Said(IEnumerable<AccountEvent> events) => new(1, [.. events.Select(@event => @event.GetType().Name)]);

    private static CommandReply.Refused Refused(RejectionCode code) => new(new(code, "a", "b"));

    private static (AccountRun Payer, AccountRun Payee, LegRef Leg) Reserved(bool registered = true)
    {
        var payer = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var payee = registered ? AccountRun.Registered(PayeeGenesis) : new AccountRun(PayeeId);
        var packet = Packet(payer.Open.Id, "p", new Leg.LedgerTransfer("a", [], PayeeId, new(Eth, Ether)));
        payer.Accept(payer.Reserve(packet, Ana, Ben));
        return (payer, payee, new(packet.Ref, "a"));
    }

    private static (AccountRun Payer, AccountRun Payee, LegRef Leg) Sent(bool registered = true)
    {
        var (payer, payee, leg) = Reserved(registered);
        payer.Accept(new AccountCommand.SendTransfer(Id("send"), leg, PayeeId, new(Eth, Ether)));
        return (payer, payee, leg);
    }

    private static UInt256 Available(AccountRun run) => run.Open.Ledger.Of(Book.Available, Eth).Balance;

    private static UInt256 InTransit(AccountRun run) => AccountViews.View(run.State, 1, Bytes32.Zero)!.Balances.Single().InTransit;

    /// <summary>What both hold, with what is between them.</summary>
    private static UInt256 Total(AccountRun payer, AccountRun payee) =>
        Available(payer) + Available(payee) + payer.Open.Ledger.Of(Book.Reserved, Eth).Balance
        + (payer.Open.Ledger.Of(Book.Transit, Eth).Balance - payee.Open.Ledger.Of(Book.Transit, Eth).Deficit);
}
