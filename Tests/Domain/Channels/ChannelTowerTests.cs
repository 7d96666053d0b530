using System.Security.Cryptography;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Towers;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a side hands to its tower: each state that the peer may close by, and the newest one.</summary>
public sealed class ChannelTowerTests
{
    private static readonly Bytes32 _secret = new((UInt256)91);
    private static readonly Bytes32 _target = Bytes32.From(SHA256.HashData(_secret.ToArray()));
    private static readonly EffectResult _taken = new EffectResult.Replied(new CommandReply.Accepted(0, []));

    private readonly TowerScene _scene = new();

    private ChannelParty A => _scene.A;

    [Fact]
    public void Tower_IsHandedTheHistory_AndThenWhatIsSigned()
    {
        _scene.Pay(100);
        var before = A.State.Highest;
        A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard"));
        var first = Owed();
        (first.Tower.Value, first.HistoryTo, first.Newest).Should().Be(("guard", before, A.State.Full!));
        first.Marks.Should().BeEmpty();
        Hand(_taken);
        Owes().Should().BeFalse();
        ChannelDecider.View(A.State, 1)!.Tower.Should().Be(new TPWallet.Grains.Interfaces.Towers.TowerStandingView("guard", before, 0, null));

        Step(() => A.Pay(10));
        Owed().Marks.Should().ContainSingle().Which.Should().Be(new SignedMark(before + 1, TowerScene.HashOf(A.State.Ours[0].Book)), "the peer can complete it from here on");
        ChannelParty.Settle(A, _scene.B);
        A.Asked.OfType<Effect.HandOver>().Last().Newest.Book.Nonce.Should().Be(A.State.Book.Nonce, "in the end the tower has the newest");
        Owes().Should().BeFalse();
        _scene.Pay(5, ChannelSide.B);
        A.Asked.OfType<Effect.HandOver>().SelectMany(static over => over.Marks).Select(static mark => mark.State).Should().Contain(TowerScene.HashOf(A.State.Book), "what the peer proposed is signed here too");
        (A.State.Tower!.Handed, A.State.Tower.Marks.Length).Should().Be((A.State.Book.Nonce, 0));
        A.Reload();
    }

    [Fact]
    public void History_HasEveryStateThatWasSigned_AlsoTheBurntOnes()
    {
        _scene.Pay(7, ChannelSide.B);
        for (var i = 0; i < 3; i++) _scene.Pay(100);
        // One that the peer refuses: it holds our signature all the same.
        A.Pay(50);
        A.Run(_scene.B, A.Owed.Single(static owed => owed.Value is Effect.SignChannelState).Key);
        var burnt = A.State.Ours[0].Book;
        A.Hear(new ChannelMessage.Refuse(A.State.Heard + 1, burnt.Nonce, new(RejectionCode.HardLimit, "less", "more")));
        var signed = new SignedHistory(A.State.Ref);
        var marks = A.Events.Select(@event => signed.Take(@event, People.Start)).OfType<SignedMark>().ToArray();
        marks.Select(static mark => mark.Nonce).Should().Equal(Enumerable.Range(1, marks.Length).Select(static nonce => (ulong)nonce));
        marks[^1].State.Should().Be(TowerScene.HashOf(burnt));
        marks[^2].State.Should().Be(TowerScene.HashOf(A.State.Book));
    }

    [Fact]
    public void TowerThatIsAway_HoldsUpNoPayment_AndLaterGetsAll()
    {
        A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard"));
        A.Beside = static _ => new EffectResult.NoAnswer("away");
        for (var i = 0; i < TowerStanding.MostMarks + 5; i++)
        {
            A.Pay(1);
            while (A.Owed.FirstOrDefault(static owed => owed.Value is not Effect.HandOver) is { Key: { } intent }) A.Run(_scene.B, intent);
            while (_scene.B.Step(A) || A.Owed.Any(static owed => owed.Value is not Effect.HandOver))
                if (A.Owed.FirstOrDefault(static owed => owed.Value is not Effect.HandOver) is { Key: { } next }) A.Run(_scene.B, next);
        }

        var tower = A.State.Tower!;
        tower.Marks.Length.Should().BeInRange(TowerStanding.MostBehind + 1, TowerStanding.MostMarks);
        tower.HistoryTo.Should().Be(tower.Marks[0].Nonce - 1, "what is not at hand is in the events");
        Hand(_taken);
        (A.State.Tower!.Marks.Length, A.State.Tower.HistoryTo, A.State.Tower.Handed).Should().Be((0, 0, A.State.Book.Nonce));
        A.Reload();
    }

    /// <summary>What was signed while a hand-over was on its way was not in it.</summary>
    [Fact]
    public void StatesSigned_DuringAHandOver_AreHandedNext()
    {
        A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard"));
        Hand(_taken);
        Step(() => A.Pay(10));
        var intent = Intent();
        var early = ChannelDecider.Resume(A.State, intent, _taken)!;
        A.Beside = static _ => new EffectResult.NoAnswer("slow");
        A.Run(_scene.B, A.Owed.Single(static owed => owed.Value is Effect.TellPeer).Key);
        while (_scene.B.Step(A))
        {
        }

        A.Pay(20);
        A.Run(_scene.B, A.Owed.Single(static owed => owed.Value is Effect.SignChannelState).Key);
        A.Accept(early);
        A.State.Tower!.Marks.Should().ContainSingle().Which.Nonce.Should().Be(A.State.Ours[0].Nonce);
        Owes().Should().BeTrue();
    }

    [Fact]
    public void TowerThatRefuses_IsAskedAgain_OnceThereIsMore_OrItIsNamedAgain()
    {
        var refusal = new Rejection(RejectionCode.NoRule, "a contract that this tower watches", "another");
        A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard"));
        Hand(new EffectResult.Replied(new CommandReply.Refused(refusal)));
        (A.State.Tower!.Trouble, Owes()).Should().Be((refusal, false));
        A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard"));
        (A.State.Tower!.Trouble, Owes()).Should().Be((null, true));
        Hand(new EffectResult.Failed(refusal));
        Owes().Should().BeFalse();
        Step(() => A.Pay(10));
        Owed().HistoryTo.Should().BeGreaterThan(0, "it has nothing yet");
        Hand(_taken);
        A.State.Tower!.Trouble.Should().BeNull();
    }

    [Fact]
    public void Tower_CanBeTakenAway_AndIsNeverThePeer()
    {
        A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard"));
        A.Accept(new ChannelCommand.SetTower(A.NewId(), null));
        (A.State.Tower, Owes()).Should().Be((null, false));
        A.Accept(new ChannelCommand.SetTower(A.NewId(), null)).Should().BeEmpty();
        A.Accept(new ChannelCommand.End(A.NewId()));
        ChannelParty.Settle(A, _scene.B);
        A.Refuse(new ChannelCommand.SetTower(A.NewId(), "guard")).Code.Should().Be(RejectionCode.WrongState);
        var alone = new ChannelParty(ChannelSide.A);
        alone.Accept(new ChannelCommand.Open(alone.NewId(), ChannelParty.OpeningOf(ChannelSide.A) with { Peer = "guard" }));
        alone.Refuse(new ChannelCommand.SetTower(alone.NewId(), "guard")).Code.Should().Be(RejectionCode.SeparationOfDuties);
    }

    /// <summary>Each that could cost something if this deployment were lost in that moment waits until the tower can answer for it.</summary>
    [Fact]
    public void SideThatWaits_DoesNothingOnAState_ThatItsTowerDoesNotHave()
    {
        _scene.Pay(1);
        A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard", Waits: true));
        ChannelDecider.View(A.State, 1)!.Tower!.Waits.Should().BeTrue();
        Hand(_taken);
        A.Beside = static _ => new EffectResult.NoAnswer("away");

        _scene.B.Accept(new ChannelCommand.Offer(_scene.B.NewId(), 400, TowerScene.Start + 3_000, LockKind.Hash, _target) { Onion = HexBytes.From(new byte[Onion.Length]) });
        RunAll();
        A.State.Book.Locks.Should().ContainSingle("both have signed it");
        A.Owed.Values.Should().AllBeOfType<Effect.HandOver>("it is not acknowledged, and does not go on");
        (_scene.B.State.Book.Locks.Length, _scene.B.State.Ours.Length).Should().Be((0, 1));
        A.Accept(new ChannelCommand.Fulfil(A.NewId(), 1, _secret));
        RunAll();
        A.Owed.Values.Should().AllBeOfType<Effect.HandOver>("the secret is not said");

        A.Reload();
        Hand(_taken);
        A.Owed.Values.Should().Contain(static effect => effect is Effect.TellPeer && ((Effect.TellPeer)effect).Message is ChannelMessage.Acknowledge);
        A.Owed.Values.Should().Contain(static effect => effect is Effect.RouteLock);
        A.Beside = static _ => _taken;
        RunAll();
        _scene.B.State.Book.Should().Be(A.State.Book);
        A.State.Book.Locks.Should().BeEmpty();
    }

    [Fact]
    public void SideThatWaits_IsAskedNotTo_OrItsTowerIsTakenAway_AndGoesOn()
    {
        foreach (var command in new[] { new ChannelCommand.SetTower(A.NewId(), "guard"), new ChannelCommand.SetTower(A.NewId(), null) })
        {
            A.Accept(new ChannelCommand.SetTower(A.NewId(), "guard", Waits: true));
            A.Beside = static _ => new EffectResult.NoAnswer("away");
            _scene.B.Pay(3);
            RunAll();
            A.Owed.Values.Should().AllBeOfType<Effect.HandOver>();
            A.Accept(command);
            RunAll();
            _scene.B.State.Book.Should().Be(A.State.Book);
        }

        A.Refuse(new ChannelCommand.SetTower(A.NewId(), null, Waits: true)).Code.Should().Be(RejectionCode.Malformed);
        ChannelDecider.GenerationOf(new ChannelEvent.TowerSet("guard", true)).Should().Be(EventGenerations.AwaitedTowers);
        ChannelDecider.GenerationOf(new ChannelEvent.TowerSet("guard")).Should().Be(EventGenerations.First, "its type has one");
    }

    /// <summary>All that either side owes, but for what nobody answers.</summary>
    private void RunAll()
    {
        for (var i = 0; i < 100; i++)
        {
            if (_scene.B.Step(A)) continue;
            if (A.Owed.FirstOrDefault(static owed => owed.Value is not (Effect.HandOver or Effect.RouteLock)).Key is not { } intent) return;
            A.Run(_scene.B, intent);
        }
    }

    private string Intent() => A.Owed.Single(static owed => owed.Value is Effect.HandOver).Key;

    private Effect.HandOver Owed() => A.Owed.Values.OfType<Effect.HandOver>().Single();

    private bool Owes() => A.Owed.Values.Any(static effect => effect is Effect.HandOver);

    private void Hand(EffectResult result) => A.Accept(ChannelDecider.Resume(A.State, Intent(), result)!);

    /// <summary>Asks for something, and has its own signature given, nothing more.</summary>
    private void Step(Action ask)
    {
        ask();
        A.Run(_scene.B, A.Owed.Single(static owed => owed.Value is Effect.SignChannelState).Key);
    }
}
