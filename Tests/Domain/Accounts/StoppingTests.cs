using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>An operator's stop: new spending waits (field note 27), defence and the end of what is under way do not.</summary>
public sealed class StoppingTests
{
    private static readonly AccountCommand.StopByOperator Stop = new(Id("stop"), "ops", "odd withdrawals");

    [Fact]
    public void Stop_OfAnAccount_HoldsReservationsTransfersAndAdmissionsBack()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var other = new AccountId(AccountRun.Hash("payee"));
        var before = Packet(run.Open.Id, "before", AccountGoldenTests.Pay("l", other));
        run.Accept(run.Reserve(before, Ana, Ben));
        run.Accept(Stop);
        AccountViews.View(run.State, 1, default)!.Stop.Should().Be(new OperatorStop("ops", "odd withdrawals", run.Now), "it is seen");
        var send = new AccountCommand.SendTransfer(Id("s"), new(before.Ref, "l"), other, new(Eth, Ether));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        var admit = new AccountCommand.AdmitSpend(Id("a"), new(packet.Ref, "a"));
        foreach (var held in new AccountCommand[] { run.Reserve(packet, Ana, Ben), send, admit }) run.Refuse(held).Should().Be(RejectionCode.OperatorStopped);
        run.Accept(new AccountCommand.ResumeByOperator(Id("go"), "ops-2")).Should().Equal(new AccountEvent.OperatorResumed("ops-2"));
        run.Accept(admit).Should().BeEmpty("a yes is no event");
        run.Accept(send).Should().NotBeEmpty();
        run.Accept(run.Reserve(packet, Ana, Ben)).Should().NotBeEmpty();
        run.ShouldReplay();
    }

    [Fact]
    public void Stop_OfAnAccount_TouchesNoDefence()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether), Transfer("b", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(Stop);
        run.Accept(AccountRun.Credit(run.Deposit(new(Eth, 9), "in"))).Should().NotBeEmpty("deposits are recorded");
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 7)).Should().NotBeEmpty("what was sent settles");
        run.Accept(new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Hash("block tx"))).Should().NotBeEmpty();
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "b"), UInt256.Zero, "closed")).Should().NotBeEmpty();
        run.Accept(FreezeTests.Freeze(run, Olga)).Should().NotBeEmpty("members freeze all the same");
        run.Open.Stop.Should().NotBeNull();
    }

    [Fact]
    public void Stop_Twice_KeepsTheFirstOnRecord()
    {
        var run = AccountRun.Registered();
        run.Accept(Stop).Should().Equal(new AccountEvent.OperatorStopped("ops", "odd withdrawals"));
        run.Accept(Stop with { CommandId = Id("again"), Operator = "other" }).Should().BeEmpty();
        run.Open.Stop!.Operator.Should().Be((Name)"ops");
        run.Accept(new AccountCommand.ResumeByOperator(Id("go"), "ops"));
        run.Accept(new AccountCommand.ResumeByOperator(Id("go again"), "ops")).Should().BeEmpty();
        run.ShouldReplay();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(OperatorStop.MaxReason + 1)]
    public void Stop_WithoutAReasonOrWithABook_IsRefused(int length) =>
        AccountRun.Registered().Refuse(Stop with { Reason = new('x', length) }).Should().Be(RejectionCode.Malformed);
}
