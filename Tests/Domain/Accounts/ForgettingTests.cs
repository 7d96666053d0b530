using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>The state is as large as what is under way, whatever the account lived through; what left it cannot come back.</summary>
public sealed class ForgettingTests
{
    private static readonly Amount _one = new(Eth, Ether);
    private static readonly AccountId _payee = new(Deployment);

    [Fact]
    public void State_AfterMonthsOfTheSame_IsNoLargerThanAfterWeeks()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 50));
        var sizes = new List<int>();
        for (var day = 0; day < 90; day++)
        {
            for (var n = 0; n < 2; n++) Pay(run, $"p{day}-{n}", 1_000);
            run.Accept(AccountRun.Credit(run.Deposit(new(Eth, 3_000), $"d{day}") with { Block = new((ulong)(100 + day), AccountRun.Hash($"block {day}")) }));
            var leg = new LegRef(new(new(Deployment), $"in{day}"), "l");
            run.Accept(new AccountCommand.ReceiveTransfer(AccountIntent.DeliveryId(leg), leg, new(Deployment), new(Eth, 5)));
            run.Now += Span.Hours(24);
            sizes.Add(AccountRun.Write(run.State).Length);
        }

        run.Open.Packets.Should().HaveCountLessThan(2 * 11);
        run.Open.Deposits.Should().HaveCountLessThan(11);
        run.Open.Ended.At.Should().HaveCountLessThan(3 * 11);
        sizes[^1].Should().BeLessThan((int)(sizes[35] * 1.1), "windows reach back 31 days; nothing else grows");
        run.ShouldReplay();
    }

    [Fact]
    public void Packet_Forgotten_IsNeverReservedOrPostedAgain()
    {
        var run = AccountRun.Funded(_one);
        var packet = Pay(run, "old", 5);
        run.Now += Span.Hours(24 * 9);
        Pay(run, "new", 5);
        run.Open.Packets.Keys.Should().Equal("new");
        run.Refuse(run.Reserve(packet, Ana, Ben)).Should().Be(RejectionCode.DeadlinePassed);
        run.Refuse(run.Post(packet, "a", [new(Eth, 5)], 7, "another")).Should().Be(RejectionCode.ReservationUnknown);
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be(Ether - 10 - 14, "what was posted stays posted");
    }

    [Fact]
    public void Packet_TakenBackByAReorg_StaysUntilItEndedAnew()
    {
        var run = AccountRun.Funded(_one);
        var packet = Pay(run, "old", 5);
        run.Now += Span.Hours(24 * 6);
        run.Accept(new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Inclusion("tx old", 0).Block.Hash));
        run.Now += Span.Hours(24 * 9);
        Pay(run, "p1", 5);
        run.Open.Packets.Should().ContainKey("old", "it is under way");
        run.Accept(run.Post(packet, "a", [new(Eth, 5)], 7, "tx again"));
        run.Now += Span.Hours(24 * 7);
        Pay(run, "p2", 5);
        run.Open.Packets.Should().ContainKey("old", "a reorg may still come back to it");
        run.Now += Span.Hours(24 * 2);
        Pay(run, "p3", 5);
        run.Open.Packets.Should().NotContainKey("old");
        run.ShouldReplay();
    }

    [Fact]
    public void Packet_OpenForLonger_StaysUntilItsContentCannotComeAgain()
    {
        var run = AccountRun.Funded(_one);
        var packet = Pay(run, "long", 5, open: Span.Hours(24 * 40));
        run.Now += Span.Hours(24 * 30);
        Pay(run, "p1", 5);
        run.Accept(run.Reserve(packet, Ana, Ben)).Should().BeEmpty("it is known");
        run.Now += Span.Hours(24 * 11);
        Pay(run, "p2", 5);
        run.Open.Packets.Should().NotContainKey("long");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packet_OfLedgerLegsThatIsOver_LeavesAtOnceAndNeverComesBack(bool returned)
    {
        var run = AccountRun.Funded(_one);
        var (packet, leg) = Send(run, "theirs", 5);
        run.Open.Packets.Should().ContainKey("theirs", "its money is on its way");
        End(run, leg, returned);
        run.Open.Packets.Should().BeEmpty();
        run.Open.UnderWay.Should().Be(0);
        run.Refuse(run.Reserve(packet, Ana, Ben)).Should().Be(RejectionCode.ReservationEnded);
        run.Refuse(new AccountCommand.SendTransfer(Id("again"), leg, _payee, new(Eth, 5))).Should().Be(RejectionCode.ReservationEnded);
        run.Accept(new AccountCommand.CloseTransfer(Id("close again"), leg, null)).Should().BeEmpty();
        run.Accept(new AccountCommand.ReturnTransfer(Id("return again"), leg, new(RejectionCode.TransferTombstoned, "a", "b"))).Should().BeEmpty();
        run.Refuse(new AccountCommand.ReleaseLeg(Id("release"), leg, 0, "late", null)).Should().Be(RejectionCode.ReservationEnded);
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be(returned ? Ether : Ether - 5);
        run.Now += Span.Hours(25);
        End(run, Send(run, "next", 7).Leg, returned: false);
        run.Open.Ended.At.Keys.Should().NotContain(StateKey.Of("packet", "theirs")).And.Contain(StateKey.Of("packet", "next"));
        run.ShouldReplay();
    }

    [Fact]
    public void Packet_OfALedgerLegAndOneOnAChain_StaysForTheReorg()
    {
        var run = AccountRun.Funded(_one);
        var packet = Packet(run.Open.Id, "both", Transfer("a", 5), new Leg.LedgerTransfer("l", [], _payee, new(Eth, 6)));
        run.Accept(run.Reserve(packet, Ana, Ben));
        End(run, SendLeg(run, packet, 6), returned: false);
        run.Accept(run.Post(packet, "a", [new(Eth, 5)], 7, "tx"));
        run.Open.Packets.Should().ContainKey("both");
        run.Accept(new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Inclusion("tx", 0).Block.Hash));
        run.Open.UnderWay.Should().Be(1);
    }

    [Fact]
    public void State_OfAnAccountThatPaysOthersAllDay_GrowsByLittle()
    {
        var run = AccountRun.Funded(_one);
        End(run, Send(run, "n100", 5).Leg, returned: false);
        var size = AccountRun.Write(run.State).Length;
        for (var n = 101; n < 200; n++) End(run, Send(run, $"n{n}", 5).Leg, returned: false);
        ((AccountRun.Write(run.State).Length - size) / 99).Should().BeLessThan(60, "an id and when it may go");
    }

    [Fact]
    public void Deposit_Forgotten_IsNotCreditedAgain()
    {
        var run = AccountRun.Funded(_one);
        var old = run.Deposit(_one, "fund 0");
        run.Now += Span.Hours(24 * 9);
        run.Accept(AccountRun.Credit(run.Deposit(new(Eth, 1), "new") with { Block = new(9, AccountRun.Hash("b9")) })).Should().HaveCount(2);
        run.Open.Deposits.Should().ContainSingle();
        run.Refuse(AccountRun.Credit(old) with { CommandId = Id("forged") }).Should().Be(RejectionCode.StaleVersion);
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be(Ether + 1);
        run.Accept(AccountRun.Credit(run.Deposit(new(Eth, 2), "next") with { Block = new(2, AccountRun.Hash("b2")) }));
    }

    [Fact]
    public void Deposit_Reversed_LeavesNoFloor()
    {
        var run = AccountRun.Funded(_one);
        var deposit = run.Deposit(_one, "fund 0");
        run.Accept(new AccountCommand.ReverseDeposit(Id("r"), deposit, deposit.Block.Hash));
        run.Now += Span.Hours(24 * 9);
        run.Accept(AccountRun.Credit(deposit with { Block = new(1, AccountRun.Hash("b1 again")) })).Should().ContainSingle("it came back late");
        run.Open.Floors.Should().BeEmpty();
    }

    /// <summary>A packet of one payment to another account, sent.</summary>
    private static (PacketContent Packet, LegRef Leg) Send(AccountRun run, Name id, UInt256 amount)
    {
        var until = run.Now + Span.Hours(24);
        var packet = Packet(run.Open.Id, id, new Leg.LedgerTransfer("l", [], _payee, new(Eth, amount))) with { OpenBefore = until, SettleBefore = until };
        run.Accept(run.Reserve(packet, Ana, Ben));
        return (packet, SendLeg(run, packet, amount));
    }

    private static LegRef SendLeg(AccountRun run, PacketContent packet, UInt256 amount)
    {
        var leg = new LegRef(packet.Ref, "l");
        run.Accept(new AccountCommand.SendTransfer(Id($"send {leg}"), leg, _payee, new(Eth, amount)));
        return leg;
    }

    private static void End(AccountRun run, LegRef leg, bool returned) => run.Accept(returned
        ? new AccountCommand.ReturnTransfer(Id($"return {leg}"), leg, new(RejectionCode.TransferTombstoned, "a", "b"))
        : new AccountCommand.CloseTransfer(Id($"close {leg}"), leg, null));

    /// <summary>A packet of one transfer, posted at once.</summary>
    private static PacketContent Pay(AccountRun run, Name id, UInt256 amount, Span? open = null)
    {
        var until = run.Now + (open ?? Span.Hours(24));
        var packet = Packet(run.Open.Id, id, Transfer("a", amount)) with { OpenBefore = until, SettleBefore = until + Span.Hours(24) };
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(run.Post(packet, "a", [new(Eth, amount)], 7, $"tx {id}"));
        return packet;
    }
}
