using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;

namespace TPWallet.Tests.Domain.Towers;

/// <summary>A tower that guards a side of a channel for another operator.</summary>
public sealed class TowerTests
{
    private static readonly Rejection _full = new(RejectionCode.Overloaded, "a journal that takes it", "none");

    private readonly TowerScene _scene = new();

    [Fact]
    public void CloseByAnyOldState_IsAnsweredByTheNewest()
    {
        var books = new List<ChannelBook> { _scene.A.State.Book };
        for (var i = 0; i < 5; i++) books.Add(_scene.Pay(100).Book);
        var newest = _scene.A.State.Full!;
        _scene.Keep(TowerScene.Over(newest, books));

        foreach (var book in books.SkipLast(1))
        {
            var other = new TowerScene();
            other.Keep(TowerScene.Over(newest, books));
            other.See(TowerScene.Start + 10, TowerScene.Closing(book));
            var said = other.Challenge()!;
            said.State.Should().Be(SignedState.Of(newest, ChannelParty.Terms.LockFloor));
            said.Act.SettleBefore.Should().BeLessThanOrEqualTo(other.Tower.Now + Span.Seconds((long)TowerScene.Window * 3 / 4));
        }

        _scene.See(TowerScene.Start + 10, TowerScene.Closing(newest.Book));
        _scene.Challenge().Should().BeNull("it is the newest");
    }

    /// <summary>Until the chain shows a state that there is a trap for, what is here can be opened by nothing that is here.</summary>
    [Fact]
    public void WhatATowerHas_DoesNotOpenTheNewestState()
    {
        var old = _scene.A.State.Book;
        var newest = _scene.Pay(100);
        _scene.Keep(TowerScene.Over(newest, old, newest.Book));
        var state = _scene.Tower.State;
        foreach (var (hint, key) in state.Traps)
        {
            TowerSeal.Spring(new(hint, key), hint).Should().BeNull();
            TowerSeal.Open(state.Sealed, key.Span[..TowerSeal.KeyLength]).Should().BeNull();
        }

        TowerSeal.Spring(TowerScene.TrapOf(old), TowerScene.HashOf(newest.Book)).Should().BeNull("each state opens its own trap");
        TowerSeal.Spring(TowerScene.TrapOf(old), TowerScene.HashOf(old)).Should().Equal(TowerScene.Key);
        TowerSeal.Open(state.Sealed, TowerScene.Key)!.IsOf(ChannelParty.Facts).Should().BeTrue();
        TowerScene.Over(newest, old, newest.Book).Should().BeEquivalentTo(TowerScene.Over(newest, old, newest.Book), "what is handed over again is the same bytes");
    }

    [Fact]
    public void Challenge_ThatFails_IsMadeAgain_AndOneThatIsOnChain_Ends()
    {
        var old = _scene.A.State.Book;
        var newest = _scene.Pay(100);
        _scene.Keep(TowerScene.Over(newest, old));
        _scene.See(TowerScene.Start + 10, TowerScene.Closing(old));
        var first = _scene.Challenge()!.Act;
        _scene.Propose(_full);
        _scene.Challenge().Should().BeNull("it waits a little");
        _scene.Tower.State.Trouble.Should().Be(_full);

        _scene.See(TowerScene.Start + 60, TowerScene.Closing(old));
        var second = _scene.Challenge()!.Act;
        (second.Number, second.Packet).Should().NotBe((first.Number, first.Packet));
        _scene.Propose();
        _scene.Challenge().Should().BeNull("its packet is there");
        _scene.See(TowerScene.Start + 120, TowerScene.Closing(old), act: new(second.Packet, ChannelActEnd.Failed, _full));
        _scene.See(TowerScene.Start + 180, TowerScene.Closing(old));
        var third = _scene.Challenge()!.Act;
        third.Number.Should().Be(3);
        _scene.Propose();

        _scene.See(TowerScene.Start + 240, TowerScene.Closing(newest.Book, TowerScene.Start + (2 * TowerScene.Window)), act: new(third.Packet, ChannelActEnd.Done, null));
        (_scene.Tower.State.Act, _scene.Challenge(), _scene.Tower.State.Trouble).Should().Be((null, null, null));
        _scene.See(TowerScene.Start + (3 * TowerScene.Window), null, ChannelStage.Gone);
        TowerDecider.NextWake(_scene.Tower.State).Should().BeNull("there is nothing left");
        _scene.Refused(TowerScene.Over(newest)).Code.Should().Be(RejectionCode.WrongState);
    }

    /// <summary>What one node makes up of the newest block costs attempts. Once final blocks show a close, none of that counts.</summary>
    [Fact]
    public void Close_ThatIsFinal_IsAnsweredAtOnce_WhateverFailedOnOneNodesWordBefore()
    {
        var old = _scene.A.State.Book;
        _scene.Keep(TowerScene.Over(_scene.Pay(100), old));
        for (var i = 0; i < 8; i++)
        {
            _scene.See(TowerScene.Start + 1, TowerScene.Closing(old, ulong.MaxValue));
            if (_scene.Challenge() is not { } challenge) continue;
            challenge.Act.SettleBefore.Should().BeLessThanOrEqualTo(_scene.Tower.Now + Span.Seconds((long)TowerScene.Window * 3 / 4), "a window is as long as the contract says");
            _scene.Propose(_full);
        }

        _scene.Challenge().Should().BeNull("it waits");
        _scene.See(TowerScene.Start + 2, TowerScene.Closing(old), ChannelStage.Closing);
        _scene.Challenge().Should().NotBeNull();
    }

    [Fact]
    public void Challenge_ThatTheNewestBlockSeemsToHave_IsLeftToItsPacket()
    {
        var old = _scene.A.State.Book;
        var newest = _scene.Pay(100);
        _scene.Keep(TowerScene.Over(newest, old));
        _scene.See(TowerScene.Start + 1, TowerScene.Closing(old));
        _scene.Propose();
        var act = _scene.Tower.State.Act!;
        _scene.See(TowerScene.Start + 2, TowerScene.Closing(newest.Book));
        _scene.Tower.State.Act.Should().Be(act);
        _scene.See(TowerScene.Start + 3, TowerScene.Closing(old), ChannelStage.Closing);
        _scene.Tower.State.Act.Should().Be(act);
        _scene.See(TowerScene.Start + 4, TowerScene.Closing(newest.Book), ChannelStage.Closing);
        _scene.Tower.State.Act.Should().BeNull("it is final");
    }

    [Fact]
    public void Challenge_ThatIsNotOnChainInTime_GivesWayToAnother()
    {
        var old = _scene.A.State.Book;
        _scene.Keep(TowerScene.Over(_scene.Pay(100), old));
        _scene.See(TowerScene.Start + 10, TowerScene.Closing(old));
        var first = _scene.Challenge()!.Act;
        _scene.Propose();
        _scene.Tower.Now = first.SettleBefore;
        _scene.Tower.Accept(new TowerCommand.Tick(_scene.Tower.NewId()));
        _scene.Tower.State.Trouble!.Code.Should().Be(RejectionCode.DeadlinePassed);
        _scene.Tower.Accept(TowerDecider.Resume(_scene.Tower.State, "see", new EffectResult.TowerSeen(new(TowerScene.Start + 20, ChannelStage.Open, TowerScene.Closing(old), null)))!);
        _scene.See(TowerScene.Start + 30, TowerScene.Closing(old));
        _scene.Challenge()!.Act.Number.Should().Be(2);
    }

    [Fact]
    public void Close_WhoseWindowIsOver_OrThatAReorgTookBack_IsLeftAlone()
    {
        var old = _scene.A.State.Book;
        _scene.Keep(TowerScene.Over(_scene.Pay(100), old));
        _scene.See(TowerScene.Start + TowerScene.Window, TowerScene.Closing(old));
        _scene.Challenge().Should().BeNull("it is too late");
        _scene.See(TowerScene.Start + TowerScene.Window, TowerScene.Closing(old, TowerScene.Start + (2 * TowerScene.Window)));
        _scene.Challenge().Should().NotBeNull();
        _scene.See(TowerScene.Start + TowerScene.Window, null);
        (_scene.Challenge(), _scene.Tower.State.Act).Should().Be((null, null));
    }

    /// <summary>What came during a close, from a customer that is back, goes before what was here.</summary>
    [Fact]
    public void NewerState_ThatComesDuringAClose_IsSaidInstead()
    {
        var old = _scene.A.State.Book;
        _scene.Keep(TowerScene.Over(_scene.Pay(100), old));
        _scene.See(TowerScene.Start + 10, TowerScene.Closing(old));
        _scene.Propose();
        var newest = _scene.Pay(200);
        _scene.Keep(TowerScene.Over(newest));
        _scene.Challenge()!.State.State.Nonce.Should().Be(newest.Book.Nonce);
        _scene.Keep(TowerScene.Over(new(old, newest.SignatureA, newest.SignatureB)));
        _scene.Tower.State.Nonce.Should().Be(newest.Book.Nonce, "what is older takes nothing away");
    }

    [Fact]
    public void CloseByAStateThatThereIsNoTrapFor_OrWhoseTrapIsNone_IsToldAsTrouble()
    {
        var (old, later) = (_scene.A.State.Book, _scene.Pay(100).Book);
        var newest = _scene.Pay(100);
        _scene.Keep(TowerScene.Over(newest, old));
        _scene.See(TowerScene.Start + 10, TowerScene.Closing(later));
        (_scene.Challenge(), _scene.Tower.State.Trouble!.Code).Should().Be((null, RejectionCode.ProofInvalid));
        var events = _scene.Tower.Events.Count;
        _scene.See(TowerScene.Start + 20, TowerScene.Closing(later));
        _scene.Tower.Events.Skip(events).Should().NotContain(static e => e is TowerEvent.AnswerMissed, "it is said once");

        // A customer that sealed what both have not signed harms itself alone.
        var lying = new TowerScene();
        lying.Keep(TowerScene.Over(newest with { SignatureB = newest.SignatureA }, old));
        lying.See(TowerScene.Start + 10, TowerScene.Closing(old));
        (lying.Challenge(), lying.Tower.State.Trouble!.Code).Should().Be((null, RejectionCode.ProofInvalid));
        lying.Keep(TowerScene.Over(_scene.Pay(1), []));
        lying.Challenge().Should().NotBeNull("what is right counts from when it comes");
    }

    [Fact]
    public void HandOver_OfSomethingElse_IsRefused()
    {
        var (old, newest) = (_scene.A.State.Book, _scene.Pay(100));
        var over = TowerScene.Over(newest, old);
        _scene.Refused(over with { Facts = over.Facts with { Counter = 8 } }).Code.Should().Be(RejectionCode.PayloadMismatch);
        _scene.Refused(over with { Window = 0 }).Code.Should().Be(RejectionCode.Malformed);
        _scene.Refused(over with { Sealed = HexBytes.From(over.Sealed.Span[1..]) }).Code.Should().Be(RejectionCode.Malformed);
        _scene.Refused(over with { Traps = default }).Code.Should().Be(RejectionCode.Malformed);
        _scene.Refused(over with { Traps = [over.Traps[0], new(over.Traps[0].Hint, HexBytes.From([1]))] }).Code.Should().Be(RejectionCode.Malformed);
        _scene.Refused(over with { Traps = [.. Enumerable.Range(0, TowerHandOver.MostTraps + 1).Select(static i => Trap(i))] }).Code.Should().Be(RejectionCode.Malformed);
        _scene.Tower.Refuse(new TowerCommand.Tick(_scene.Tower.NewId())).Code.Should().Be(RejectionCode.NotFound);
        _scene.Keep(over);
        _scene.Tower.Accept(new TowerCommand.Keep(_scene.Tower.NewId(), over)).Should().BeEmpty("it is here already");
        TowerDecider.View(_scene.Tower.State, 2)!.Traps.Should().Be(1);
    }

    [Fact]
    public void Traps_BeyondTheMost_AreRefused_AndNothingOfThatMessageIsKept()
    {
        var tower = new TowerScene.TowerRun { ChecksSnapshots = false };
        var over = TowerScene.Over(_scene.Pay(100));
        for (var from = 0; from < TowerState.MostTraps; from += TowerHandOver.MostTraps)
        {
            var count = Math.Min(TowerHandOver.MostTraps, TowerState.MostTraps - from);
            tower.Accept(new TowerCommand.Keep(tower.NewId(), over with { Traps = [.. Enumerable.Range(from, count).Select(static i => Trap(i))] }));
        }

        tower.Refuse(new TowerCommand.Keep(tower.NewId(), over with { Nonce = over.Nonce + 1, Traps = [Trap(TowerState.MostTraps)] })).Code.Should().Be(RejectionCode.QuotaReached);
        (tower.State.Traps.Count, tower.State.Nonce).Should().Be((TowerState.MostTraps, over.Nonce));
        var snapshot = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(tower.State, TowerJson.Default.TowerState);
        snapshot.Length.Should().BeLessThan(TPWallet.Grains.Journal.JournalLimits.MaxSnapshotBytes);
    }

    [Fact]
    public void Looks_ComeOftenInAWindow_AndMoreOftenDuringAClose()
    {
        var old = _scene.A.State.Book;
        _scene.Keep(TowerScene.Over(_scene.Pay(100), old));
        TowerDecider.NextWake(_scene.Tower.State).Should().Be(_scene.Tower.Now, "at once");
        _scene.See(TowerScene.Start, null);
        TowerDecider.NextWake(_scene.Tower.State).Should().Be(_scene.Tower.Now + Span.Seconds((long)TowerScene.Window / 32));
        _scene.See(TowerScene.Start, TowerScene.Closing(old));
        TowerDecider.NextWake(_scene.Tower.State)!.Value.Should().BeLessThanOrEqualTo(_scene.Tower.Now + Span.Seconds(60));
        _scene.Tower.Accept(new TowerCommand.Tick(_scene.Tower.NewId())).Should().BeEmpty("it is not time yet");
    }

    [Fact]
    public void Events_OfEachType_AreStoredLikeThat()
    {
        var (old, newest) = (_scene.A.State.Book, _scene.Pay(100));
        var signed = SignedState.Of(newest, ChannelParty.Terms.LockFloor);
        var over = TowerScene.Over(newest, old);
        GoldenFiles.ShouldHold<TowerEvent>("tower", TowerJson.Default.TowerEvent,
        [
            new TowerEvent.GuardBegun(ChannelParty.Facts, 86_400),
            new TowerEvent.TrapsKept(7, over.Sealed, over.Traps),
            new TowerEvent.LookWanted(),
            new TowerEvent.ChannelSeen(new(1_900_000_000, ChannelStage.Closing, TowerScene.Closing(old), new("tower-1", ChannelActEnd.Failed, _full))),
            new TowerEvent.AnswerFound(signed),
            new TowerEvent.AnswerMissed(_full),
            new TowerEvent.ActBegun(new(3, ChannelActKind.Challenge, 7, "tower-3", People.Start, People.Start + Span.Seconds(60), false, _full)),
            new TowerEvent.ActProposed(3),
            new TowerEvent.ActEnded(3, _full),
        ]);
    }

    private static TowerTrap Trap(int number) => new(new((UInt256)(ulong)(number + 1)), HexBytes.From(new byte[TowerSeal.TrapLength]));
}
