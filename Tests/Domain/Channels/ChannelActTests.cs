using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Channels.ActScene;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What one side does on chain follows from what the chain shows and from its newest state.</summary>
public sealed class ChannelActTests
{
    [Fact]
    public void Open_WithNothingOnChain_ActsNotAndLooksAgain()
    {
        var (a, _) = Pair();
        a.State.Act.Should().BeNull();
        a.Owed.Should().BeEmpty();
        ChannelDecider.NextWake(a.State).Should().Be(a.Now + Span.Seconds((long)Window / 8));
        a.Now += Span.Seconds((long)Window / 8);
        a.Accept(new ChannelCommand.Tick(a.NewId()));
        a.Owed.Values.Single().Should().BeOfType<Effect.LookAtChannel>();
        ChannelDecider.NextWake(a.State).Should().BeNull("the look is owed");
    }

    [Fact]
    public void Close_GoesFromTheDemandToThePayout_EachByWhatTheChainShows()
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        a.Accept(new ChannelCommand.Close(a.NewId()));
        a.Refuse(new ChannelCommand.Pay(a.NewId(), 1)).Code.Should().Be(RejectionCode.WrongState);
        var nonce = a.State.Book.Nonce;
        var demand = Sign(a).Should().BeOfType<ChannelOrder.Demand>().Subject;
        demand.Should().Be(new ChannelOrder.Demand(a.State.Book, Start + 86_400));
        Began(a).Should().Be(new ChannelCall.Close(demand, Signature, ChannelSide.A, a.State.Full!.SignatureB));
        Propose(a);

        See(a, Sight(Start + 10) with { Stage = ChannelStage.Closing, Nonce = nonce, ClosesAt = Start + Window });
        a.State.Act.Should().BeNull("it closes");
        See(a, Sight(Start + Window - 1) with { Stage = ChannelStage.Closing, Nonce = nonce, ClosesAt = Start + Window });
        a.State.Act.Should().BeNull("its window is not over");
        See(a, Sight(Start + Window) with { Stage = ChannelStage.Closing, Nonce = nonce, ClosesAt = Start + Window });
        Began(a).Should().Be(new ChannelCall.Settle(a.State.Book));
        Propose(a);

        See(a, Sight(Start + Window + 10) with { Stage = ChannelStage.Gone, Credit = 9_500, Pulls = 3 });
        var pull = Sign(a).Should().BeOfType<ChannelOrder.Pull>().Subject;
        pull.Should().Be(new ChannelOrder.Pull(9_500, 3, Start + Window + 10 + 86_400));
        Began(a).Should().Be(new ChannelCall.Pull(pull, Signature, ChannelSide.A));
        Propose(a);
        See(a, Sight(Start + Window + 20) with { Stage = ChannelStage.Gone, Pulls = 4 });
        (a.State.Phase, a.State.Act).Should().Be((ChannelPhase.Closed, null));
        a.Owed.Values.Should().ContainSingle().Which.Should().BeOfType<Effect.AnnounceSide>().Which.IsOpen.Should().BeFalse();
        ChannelDecider.NextWake(a.State).Should().BeNull();
    }

    /// <summary>A peer that does not know it closed with settles; a key of this side that signed it may have lost its state.</summary>
    [Fact]
    public void StateThatIsNotKnown_IsNotSettled()
    {
        var (a, _) = Pair();
        See(a, Sight(Start + Window) with { Stage = ChannelStage.Closing, Nonce = 77, ClosesAt = Start });
        (a.State.Phase, a.State.Act).Should().Be((ChannelPhase.Closing, null));
    }

    [Theory]
    [InlineData(-1, 0, true)]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, false)]
    [InlineData(-1, Window, false)]
    public void Close_ByAnOlderState_IsChallengedAtItsFirstSight_WhileThereIsTime(int nonce, ulong later, bool isChallenged)
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        var closing = new ClosingSight((ulong)((long)a.State.Book.Nonce + nonce), Start + Window);
        See(a, Sight(Start + later) with { Latest = closing });
        a.State.Phase.Should().Be(ChannelPhase.Open, "what is not final moves nothing");
        if (!isChallenged)
        {
            a.State.Act.Should().BeNull();
            return;
        }

        Began(a).Should().Be(new ChannelCall.Challenge(SignedState.Of(a.State.Full!, ChannelParty.Terms.LockFloor)));
        a.State.Act!.SettleBefore.Should().BeLessThanOrEqualTo(a.Now + Span.Seconds((long)Window * 3 / 4));
    }

    /// <summary>Nothing is signed within half a minute of its deadline (the clocks' doubt): a challenge that was given less was never made.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(1)]
    public void Challenge_InTheLastMoments_IsGivenTheTimeToBeSigned_AndIsSoonTriedAgain(ulong left)
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        See(a, Sight(Start + Window - left) with { Latest = new(a.State.Book.Nonce - 1, Start + Window) });
        a.State.Act!.OpenBefore.Should().BeGreaterThanOrEqualTo(a.Now + Span.Seconds(60));
        a.Accept(new ChannelCommand.RecordAct(a.NewId(), a.State.Act.Number, new(RejectionCode.Overloaded, "a journal that takes it", "none")));
        a.State.Act.Should().BeNull();
        var after = a.State.Pauses![ChannelActKind.Challenge].TryAfter!.Value;
        after.Should().BeLessThanOrEqualTo(a.Now + Span.Seconds(30));
        a.State.NextLook!.Value.Should().Be(after);
    }

    [Fact]
    public void Close_ThatAReorgTakesBack_LeavesTheChannelOpen()
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        See(a, Sight(Start) with { Latest = new(1, Start + Window) });
        Propose(a);
        See(a, Sight(Start + 5));
        (a.State.Phase, a.State.Act).Should().Be((ChannelPhase.Open, null));
        a.Pay(1);
        ChannelParty.Settle(a, b);
        b.State.Book.Balance.Of(ChannelSide.B).Should().Be(5_501);
    }

    [Fact]
    public void Act_ThatFails_IsMadeAgain_AfterAPauseThatGrows()
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        var seen = Sight(Start) with { Latest = new(1, Start + Window) };
        See(a, seen);
        foreach (var pause in new[] { 30, 60, 120 })
        {
            var act = a.State.Act!;
            Propose(a);
            See(a, seen with { Act = new(act.Packet, ChannelActEnd.Failed, new(RejectionCode.InsufficientFunds, "fees", "none")) });
            (a.State.Act, a.State.ActTrouble!.Code).Should().Be((null, RejectionCode.InsufficientFunds));
            a.Now += Span.Seconds(pause - 1);
            See(a, seen);
            a.State.Act.Should().BeNull("it pauses");
            a.Now += Span.Seconds(1);
            See(a, seen);
            a.State.Act!.Number.Should().Be(act.Number + 1, "each is a packet of its own");
        }
    }

    [Fact]
    public void Act_ThatIsNotOnChainInTime_GivesWayToAnother()
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        var seen = Sight(Start) with { Latest = new(1, Start + Window) };
        See(a, seen);
        Propose(a);
        var first = a.State.Act!;
        a.Now = first.SettleBefore;
        See(a, seen);
        a.Now += Span.Seconds(30);
        See(a, seen);
        a.State.Act!.Number.Should().Be(first.Number + 1);
    }

    [Fact]
    public void End_IsBroughtByWhoProposedIt_AndByTheOtherWhenThatDoesNotComeAbout()
    {
        var (a, b) = Pair();
        a.Accept(new ChannelCommand.End(a.NewId()));
        ChannelParty.Settle(a, b);
        Began(a).Should().Be(new ChannelCall.CloseTogether(a.State.Full!));
        b.State.Phase.Should().Be(ChannelPhase.Ended);
        b.State.Act.Should().BeNull();
        See(b, Sight(Start + (Window / 4) - 1));
        b.State.Act.Should().BeNull();
        See(b, Sight(Start + (Window / 4)));
        Began(b).Should().Be(new ChannelCall.CloseTogether(b.State.Full!));
    }

    /// <summary>A register that gives way has registered nothing: its secret is worth the lock's amount.</summary>
    [Fact]
    public void Secret_WhoseActGivesWay_IsRegisteredAfterwards()
    {
        var (a, b) = Pair();
        var secret = new Bytes32((UInt256)77);
        a.Accept(new ChannelCommand.Offer(a.NewId(), 400, Start + 3_000, LockKind.Hash, Bytes32.From(System.Security.Cryptography.SHA256.HashData(secret.ToArray()))));
        ChannelParty.Settle(a, b);
        b.Accept(new ChannelCommand.Answer(b.NewId(), 1, secret, null));
        var seen = Sight(Start + 2_500);
        See(b, seen);
        Began(b).Should().Be(new ChannelCall.Register(new(1, LockKind.Hash, secret)));
        Propose(b);
        See(b, seen with { Latest = new(0, Start + Window) });
        Began(b).Should().BeOfType<ChannelCall.Challenge>("there is an older close");
        Propose(b);
        See(b, seen);
        Began(b).Should().Be(new ChannelCall.Register(new(1, LockKind.Hash, secret)), "it was never registered");
        Propose(b);
        See(b, seen with { Act = new(b.State.Act!.Packet, ChannelActEnd.Done, null) });
        b.State.Act.Should().BeNull();
        b.State.Secrets.Should().ContainSingle().Which.IsRegistered.Should().BeTrue();
    }

    /// <summary>A lock's time hurries the looks only while there is something to be done in it.</summary>
    [Fact]
    public void Look_AfterALocksTimeIsOver_HasNoHurry()
    {
        var (a, b) = Pair();
        var secret = new Bytes32((UInt256)78);
        a.Accept(new ChannelCommand.Offer(a.NewId(), 400, Start + 3_000, LockKind.Hash, Bytes32.From(System.Security.Cryptography.SHA256.HashData(secret.ToArray()))));
        ChannelParty.Settle(a, b);
        See(b, Sight(Start + 1));
        var usual = b.State.NextLook!.Value;
        b.Accept(new ChannelCommand.Answer(b.NewId(), 1, secret, null));
        See(b, Sight(Start + 1_990));
        b.State.NextLook.Should().Be(b.Now + Span.Seconds(10), "ten seconds later it has to be registered");
        See(b, Sight(Start + 3_001));
        b.State.NextLook.Should().Be(b.Now + Span.Seconds(60), "the registry is to be asked whether it was");
        See(b, Sight(Start + 3_002) with { Registry = [new(LockKind.Hash, b.State.Book.Locks.Single().Target, 0, null)] });
        See(b, Sight(Start + 3_003));
        b.State.NextLook.Should().Be(usual, "it is too late for this one");
    }

    /// <summary>Nothing is newer than the last state, whatever else a side has lost.</summary>
    [Fact]
    public void SideThatLostItsState_AnswersAStaleClose_ByTheLastStateThatThePeerProved()
    {
        var (a, b) = Pair();
        a.Accept(new ChannelCommand.End(a.NewId()));
        ChannelParty.Settle(a, b);
        var last = a.State.Full!;
        var (lost, _) = Pair();
        lost.Accept(new ChannelCommand.Hear(lost.NewId(), new ChannelMessage.Prove(last.Book, last.SignatureA, last.SignatureB)));
        lost.State.Phase.Should().Be(ChannelPhase.LostState);
        See(lost, Sight(Start + 1) with { Stage = ChannelStage.Closing, Nonce = 1, ClosesAt = Start + Window });
        Began(lost).Should().Be(new ChannelCall.CloseTogether(last));
    }

    [Fact]
    public void SideThatLostItsState_NeverCloses()
    {
        var (a, _) = Pair();
        a.Accept(new ChannelCommand.Recover(a.NewId(), 5));
        a.Accept(new ChannelCommand.RecordTaken(a.NewId(), 99));
        a.State.Phase.Should().Be(ChannelPhase.LostState);
        a.Refuse(new ChannelCommand.Close(a.NewId())).Code.Should().Be(RejectionCode.WrongState);
        a.State.Act.Should().BeNull();
    }

    [Fact]
    public void Order_OfAnotherTime_OrOfAnotherKind_ChangesNothing()
    {
        var (a, _) = Pair();
        a.Accept(new ChannelCommand.RecordOrder(a.NewId(), new ChannelOrder.Demand(a.State.Book, 5), Signature)).Should().BeEmpty();
        a.Accept(new ChannelCommand.Close(a.NewId()));
        a.Accept(new ChannelCommand.RecordOrder(a.NewId(), new ChannelOrder.Demand(a.State.Book, 5), Signature)).Should().BeEmpty();
        a.Accept(new ChannelCommand.RecordOrderRefused(a.NewId(), new(RejectionCode.NoRule, "a mandate", "none")));
        a.Owed.Values.OfType<Effect.SignChannelOrder>().Should().BeEmpty("it is asked again after the next look");
        See(a, Sight(Start + 1));
        a.Owed.Values.OfType<Effect.SignChannelOrder>().Should().ContainSingle();
    }
}
