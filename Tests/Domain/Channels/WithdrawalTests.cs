using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>A side withdraws from the open channel: a state takes it, both sign the contract's order for it, and the channel goes on.</summary>
public sealed class WithdrawalTests
{
    private const ulong Start = WithdrawalRun.Start;

    [Fact]
    public void Withdrawal_IsSpentByAState_ThenOrdered_Withdrawn_AndPaidOut_WhileTheChannelGoesOn()
    {
        var run = new WithdrawalRun();
        var (a, b) = (run.A, run.B);
        run.Withdraw(a, 600);
        foreach (var party in new[] { a, b })
            (party.State.Book.Withdrawn, party.State.Book.Balance).Should().Be((new SidePair(600, 0), new SidePair(9_400, 5_000)));
        (a.State.Leaves!.Own!.Total, a.State.Leaves.Own.Expiry).Should().Be(((UInt256)600, Start + 86_400));
        run.Agree();

        run.Settle();
        var call = WithdrawalRun.Began(a).Should().BeOfType<ChannelCall.Withdraw>().Subject;
        (call.Total, call.Expiry, call.Us).Should().Be(((UInt256)600, Start + 86_400, ChannelSide.A));
        var digest = ChannelDomain.Of(ChannelParty.Facts).Withdrawal(ChannelParty.Id, ChannelParty.Facts.A, 600, Start + 86_400);
        ChannelSignature.IsBy(ChannelParty.Facts.A, digest, call.SignatureA).Should().BeTrue();
        ChannelSignature.IsBy(ChannelParty.Facts.B, digest, call.SignatureB).Should().BeTrue();
        b.Owed.Values.OfType<Effect.ActOnChannel>().Should().BeEmpty("it is not the one who withdraws");
        a.Pay(50);
        run.Settle();

        run.See(Start + 20, new(600, 0), credit: 600);
        a.State.Leaves!.Own.Should().BeNull("the contract has paid it");
        var pull = WithdrawalRun.Began(a, run).Should().BeOfType<ChannelCall.Pull>().Subject;
        pull.Order.Should().Be(new ChannelOrder.Pull(600, 0, Start + 20 + 86_400));
        run.See(Start + 40, new(600, 0), credit: 0, pulls: 1);
        (a.State.Act, a.State.Leaves.IsUnpulled, a.State.Phase).Should().Be((null, false, ChannelPhase.Open));
        run.Agree();
        a.State.Ledger.Of(SubAccount.Credit).Balance.Should().Be(600);
        a.Pay(70);
        run.Settle();
        b.State.Book.Balance.Should().Be(new SidePair(9_280, 5_120));
    }

    [Fact]
    public void SecondWithdrawal_IsOneOrderForTheSum_OnceTheFirstCallIsOver()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        WithdrawalRun.Propose(run.A);
        run.Withdraw(run.A, 100);
        run.Settle();
        run.A.State.Leaves!.Own!.Total.Should().Be(600, "a call rests on it");
        run.See(Start + 20, new(600, 0), credit: 600);
        run.A.State.Leaves!.Own!.Total.Should().Be(700);
        run.Settle();
        WithdrawalRun.Began(run.A).Should().BeOfType<ChannelCall.Withdraw>().Which.Total.Should().Be(700);
        run.Agree();
    }

    public static TheoryData<ulong, ulong, RejectionCode> Refusals => new()
    {
        { 0, 0, RejectionCode.ZeroAmount }, { 10_001, 0, RejectionCode.InsufficientFunds }, { 10_000, 5_000, RejectionCode.HardLimit },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Withdrawal_ThatCannotBe_IsRefusedAtOnce_AndTheChannelGoesOn(ulong amount, ulong paidBefore, RejectionCode code)
    {
        var run = new WithdrawalRun();
        if (paidBefore > 0)
        {
            run.Withdraw(run.B, paidBefore);
            run.Settle();
        }

        run.A.Refuse(new ChannelCommand.Withdraw(run.A.NewId(), amount)).Code.Should().Be(code);
        run.A.Pay(1);
        run.Settle();
        run.B.State.Book.Balance.A.Should().Be(9_999);
    }

    /// <summary>What is asked for twice at once is there once: the second is judged by what the first leaves.</summary>
    [Fact]
    public void WithdrawalsThatTogetherAreTooMuch_TheSecondIsRefused()
    {
        var run = new WithdrawalRun();
        run.A.Pay(1);
        var (first, second) = (run.A.NewId(), run.A.NewId());
        run.A.Accept(new ChannelCommand.Withdraw(first, 6_000));
        run.A.Accept(new ChannelCommand.Withdraw(second, 6_000));
        run.Settle();
        ChannelDecider.Standing(run.A.State, first).Should().BeOfType<UpdateStanding.Done>();
        ChannelDecider.Standing(run.A.State, second).Should().BeOfType<UpdateStanding.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.InsufficientFunds);
        run.B.State.Book.Withdrawn.A.Should().Be(6_000);
    }

    /// <summary>The peer is silent: the order runs out unused, and another is asked for. The amount stays spent.</summary>
    [Fact]
    public void Order_ThatExpiredUnused_IsAskedForAgain_ForTheSameTotal()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        var (first, number) = (run.A.State.Leaves!.Own!, run.A.State.Said);
        run.See(Start + 86_400, default);
        run.A.State.Leaves.Own.Should().Be(first, "it is good for this second");
        run.See(Start + 86_401, default);
        var again = run.A.State.Leaves.Own!;
        (again.Total, again.Expiry, again.Number).Should().Be((first.Total, Start + 86_401 + 86_400, 2));
        run.A.State.Said.Should().Be(number + 1);
        run.A.Refuse(new ChannelCommand.Withdraw(run.A.NewId(), 9_401)).Code.Should().Be(RejectionCode.InsufficientFunds, "it stays spent");
        run.Settle();
        WithdrawalRun.Began(run.A).Should().BeOfType<ChannelCall.Withdraw>().Which.Expiry.Should().Be(again.Expiry);
        run.Agree();
    }

    /// <summary>A call that was too late is given up with its order.</summary>
    [Fact]
    public void Call_WhoseOrderExpires_EndsWithIt()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        WithdrawalRun.Propose(run.A);
        run.See(Start + 86_401, default);
        run.A.State.Act.Should().BeNull();
        run.See(Start + 86_402, default);
        run.Settle();
        WithdrawalRun.Began(run.A).Should().BeOfType<ChannelCall.Withdraw>().Which.Number.Should().Be(2);
    }

    /// <summary>The withdrawal was mined, and a reorg took it back before it was final: its packet sends it again, and nothing here has moved.</summary>
    [Fact]
    public void Withdrawal_ThatAReorgTakesBack_CountsOnlyOnceItIsFinal()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        WithdrawalRun.Propose(run.A);
        run.See(Start + 20, default);
        run.See(Start + 40, default);
        (run.A.State.Act!.Kind, run.A.State.Leaves!.Own!.Total).Should().Be((ChannelActKind.Withdraw, (UInt256)600));
        run.A.State.Ledger.Of(SubAccount.Leaving).Balance.Should().Be(600);
        run.See(Start + 60, new(600, 0), credit: 600);
        run.A.State.Ledger.Of(SubAccount.Leaving).Balance.Should().Be(UInt256.Zero);
        run.Agree();
    }

    /// <summary>A failed attempt to bring something home keeps no defence waiting.</summary>
    [Fact]
    public void StaleClose_WhileWithdrawingFails_IsChallengedAtOnce()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        for (var i = 0; i < 6; i++)
        {
            run.A.Now = run.A.State.Pauses?[ChannelActKind.Withdraw].TryAfter ?? run.A.Now;
            run.See(Start + 10 + (ulong)i, default);
            run.A.Accept(new ChannelCommand.RecordAct(run.A.NewId(), run.A.State.Act!.Number, new(RejectionCode.NoRule, "most fees", "none")));
        }

        run.A.State.Pauses![ChannelActKind.Withdraw].TryAfter!.Value.Should().BeGreaterThan(run.A.Now + Span.Seconds(600));
        run.See(Start + 30, default, closing: new(1, Start + WithdrawalRun.Window));
        WithdrawalRun.Began(run.A).Should().BeOfType<ChannelCall.Challenge>();
    }

    [Fact]
    public void Close_StopsTheWithdrawal_AndAsksForNoMoreOrders()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        run.A.Accept(new ChannelCommand.Close(run.A.NewId()));
        run.A.State.Act.Should().BeNull();
        run.A.Owed.Values.OfType<Effect.SignChannelOrder>().Single().Order.Should().BeOfType<ChannelOrder.Demand>();
        run.A.Refuse(new ChannelCommand.Withdraw(run.A.NewId(), 1)).Code.Should().Be(RejectionCode.WrongState);
    }

    /// <summary>A freeze stops spending; this brings home what is the account's.</summary>
    [Fact]
    public void Freeze_DoesNotStopAWithdrawal()
    {
        var run = new WithdrawalRun();
        run.A.Accept(new ChannelCommand.SetFrozen(run.A.NewId(), true));
        run.Withdraw(run.A, 600);
        run.Settle();
        WithdrawalRun.Began(run.A).Should().BeOfType<ChannelCall.Withdraw>();
    }

    /// <summary>A peer elsewhere that does not read the messages is sent none.</summary>
    [Fact]
    public void PeerElsewhere_ThatHasNotSaidThatItKnowsWithdrawals_IsLeftInPeace()
    {
        var (a, _) = ChannelParty.Pair(peer: "other");
        WithdrawalRun.See(a, WithdrawalRun.Sight(Start));
        a.Accept(new ChannelCommand.Look(a.NewId()));
        a.Owed.Values.OfType<Effect.LookAtChannel>().Single().AsksForm.Should().BeTrue();
        var said = a.State.Said;
        a.Refuse(new ChannelCommand.Withdraw(a.NewId(), 5)).Code.Should().Be(RejectionCode.UnsupportedKind);
        a.State.Said.Should().Be(said);
        WithdrawalRun.See(a, WithdrawalRun.Sight(Start + 1) with { PeerForm = ChannelMessage.Form });
        a.Accept(new ChannelCommand.Withdraw(a.NewId(), 5));
        a.Accept(new ChannelCommand.Look(a.NewId()));
        a.Owed.Values.OfType<Effect.LookAtChannel>().Single().AsksForm.Should().BeFalse();
    }

    /// <summary>The contract pays nothing that this side has not signed a state for: whoever does not know it has lost it.</summary>
    [Fact]
    public void WithdrawalOnChain_ThatNoStateHereNames_IsALostState()
    {
        var run = new WithdrawalRun();
        var events = run.B.Events.Count;
        run.Withdraw(run.A, 600);
        run.Settle();
        run.B.Restore(events);
        run.See(Start + 20, new(600, 0), credit: 600);
        run.B.State.Phase.Should().Be(ChannelPhase.LostState);
        run.B.Owed.Values.OfType<Effect.TellPeer>().Select(static tell => tell.Message).Should().ContainSingle().Which.Should().BeOfType<ChannelMessage.Lost>();
    }
}
