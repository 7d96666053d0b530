using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>Acts that one packet makes for several channels: a side follows that packet, and goes alone once it has failed.</summary>
public sealed class JoinedActTests
{
    private const ulong Start = 1_000_100;
    private const ulong Window = 6_400;

    [Fact]
    public void Act_ThatJoinedOthers_IsFollowedByTheirPacket_AndGoesAloneAfterItFailed()
    {
        var a = Closing();
        var (intent, effect) = Owed(a);
        effect.MayJoin.Should().BeTrue();
        a.Accept(ChannelDecider.Resume(a.State, intent, new EffectResult.ActJoined("channels-7"))!);
        a.State.Act.Should().Match<ChannelAct>(static act => act.IsProposed && act.Packet == "channels-7");
        a.Owed.Values.Should().NotContain(static owed => owed is Effect.ActOnChannel);
        Look(a).Act.Should().Be((Name)"channels-7");

        var failed = new ActSight("channels-7", ChannelActEnd.Failed, new(RejectionCode.SimulationFailed, "a call that succeeds", "one part reverts"));
        See(a, Sight(Start + Window) with { Act = failed });
        a.State.Pauses![ChannelActKind.Settle].Should().Be(new ActPause(1, null), "it may have been another's part");
        (intent, effect) = Owed(a);
        effect.MayJoin.Should().BeFalse("a part that fails must not stop the others for ever");
        effect.Act.Packet.Should().NotBe((Name)"channels-7");
        a.Accept(ChannelDecider.Resume(a.State, intent, new EffectResult.Replied(new CommandReply.Accepted(1, [])))!);
        a.State.Act!.Packet.Should().Be(effect.Act.Packet);
    }

    [Fact]
    public void ActProposed_WithAPacketOfSeveral_IsOfTheNewGeneration()
    {
        var joined = new ChannelEvent.ActProposed(3) { Packet = "channels-7" };
        ChannelDecider.GenerationOf(joined).Should().Be(EventGenerations.JoinedActs);
        ChannelDecider.GenerationOf(joined with { PeerHeard = 4 }).Should().Be(EventGenerations.JoinedActs, "what it says in passing is older");
        ChannelDecider.GenerationOf(new ChannelEvent.ActProposed(3)).Should().Be(EventGenerations.First);
    }

    /// <summary>Sides of one account are looked at by the same beat, whenever their closes began.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1_234)]
    [InlineData(59_999)]
    public void Looks_OfWhatCloses_KeepTheBeatOfTheirAccount(long laterMs)
    {
        var (first, second) = (Closing(), Closing(laterMs));
        ((second.State.NextLook!.Value - first.State.NextLook!.Value).Ms % 60_000).Should().Be(0);
        (second.State.NextLook.Value - second.Now).Ms.Should().BeInRange(1, 60_000);
    }

    [Fact]
    public void Fitting_TakesOnePullInAToken_AndNoMoreThanABlockHasRoomFor()
    {
        var token = ChannelParty.Facts.Token;
        var (calls, members) = ChannelActs.Fitting([Part(1, 2_500_000), Part(2, 2_500_000), Part(3, 2_500_000), Part(4, 500_000, token), Part(5, 500_000, token)]);
        calls.Select(static call => call.Packet).Should().Equal("p1", "p2", "p4");
        members.Should().Equal("p1", "p2", "p4", "p5");
        ChannelActs.Fitting([.. Enumerable.Range(0, 40).Select(static i => Part(i, 1))]).Members.Should().HaveCount(32);
    }

    private static ActPart Part(int number, ulong gas, Address? pulledIn = null) => new($"p{number}", HexBytes.Empty, pulledIn, gas, default, default);

    /// <summary>A side whose channel closes, and can be settled.</summary>
    private static ChannelParty Closing(long laterMs = 0)
    {
        var (a, b) = ChannelParty.Pair();
        ChannelParty.Settle(a, b);
        a.Now += new Span(laterMs);
        See(a, Sight(Start + (Window / 4)));
        return a;
    }

    private static void See(ChannelParty party, ChannelSight sight)
    {
        party.Accept(new ChannelCommand.Look(party.NewId()));
        party.Accept(new ChannelCommand.RecordSight(party.NewId(), sight));
    }

    private static ChannelSight Sight(ulong second) => ChannelParty.Sight(second, 10_001, 4_999) with
    {
        Window = Window,
        Stage = ChannelStage.Closing,
        Nonce = 2,
        ClosesAt = Start + 100,
    };

    private static (string Intent, Effect.ActOnChannel Effect) Owed(ChannelParty party)
    {
        var (intent, effect) = party.Owed.Single(static owed => owed.Value is Effect.ActOnChannel);
        return (intent, (Effect.ActOnChannel)effect);
    }

    private static Effect.LookAtChannel Look(ChannelParty party)
    {
        party.Accept(new ChannelCommand.Look(party.NewId()));
        return party.Owed.Values.OfType<Effect.LookAtChannel>().Single();
    }
}
