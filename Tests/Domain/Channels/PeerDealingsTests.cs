using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a side tells of its peer: each dealing once, from what happens anyway.</summary>
public sealed partial class PeerDealingsTests
{
    private static readonly Bytes32 _secret = PacketRun.Hash("secret");
    private static readonly Bytes32 _target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(_secret.ToArray()));

    private readonly ChannelParty _a;
    private readonly ChannelParty _b;

    public PeerDealingsTests()
    {
        (_a, _b) = ChannelParty.Pair(peer: "other");
        _a.Reported.Should().ContainSingle("that it is open, once").Which.Should().Match<Effect.ReportDealings>(static told => told.IsOpen && told.Dealings.IsEmpty && told.Peer == "other");
        // What it did when it opened.
        Tell();
    }

    [Fact]
    public void Updates_ThatAreSignedInTime_AreToldWithTheNextLook()
    {
        for (var i = 0; i < 3; i++) Pay();
        _a.Reported.Should().BeEmpty("a payment costs no message");
        Tell().Should().Equal(new Dealing(DealingReason.UpdateSigned, 3, _a.Now, _a.State.Book.Nonce));
        Tell().Should().BeEmpty("they were told");
        _a.Pay(5);
        _a.Run(_b, _a.Owed.Keys.First());
        Pass(60_001);
        ChannelParty.Settle(_a, _b);
        Tell().Should().BeEmpty("it was late");
    }

    [Fact]
    public void Peer_ThatIsHere_IsNobodyToTellOf()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(5);
        ChannelParty.Settle(a, b);
        a.See(2_000_000);
        a.Reported.Should().BeEmpty();
        a.State.Dealings.Should().BeNull();
    }

    [Fact]
    public void Messages_ThatNobodyHonestSends_AreToldAtOnce()
    {
        _a.Pay(5);
        _a.Run(_b, _a.Owed.Keys.First());
        _a.Hear(new ChannelMessage.Acknowledge(_a.State.Heard + 1, _a.State.Ours.Single().Nonce, ChannelParty.Sign(ChannelSide.A, _a.State.Ours.Single().Book)));
        Owed().Should().Equal(new Dealing(DealingReason.BadSignature, 1, _a.Now, (ulong)_a.State.Heard));
        var first = _a.Owed.Values.OfType<Effect.ReportDealings>().Single();
        _a.Hear(new ChannelMessage.Yield(_a.State.Heard + 1));
        var second = _a.Owed.Values.OfType<Effect.ReportDealings>().Single();
        (second.Id, second.Dealings).Should().Be((first.Id, first.Dealings), "what is on its way stays the same");
        Hand(_a);
        Owed().Should().Equal(new Dealing(DealingReason.MessageRefused, 1, _a.Now, (ulong)_a.State.Heard));
        _a.Owed.Values.OfType<Effect.ReportDealings>().Single().Id.Should().NotBe(first.Id);
        Hand(_a);
        // A nonce that both use at once, or a turn that crosses, is nobody's fault.
        _a.Hear(new ChannelMessage.Propose(_a.State.Heard + 1, 77_777, _a.State.Book.Nonce, [new ChannelUpdate.Pay(1)], ChannelParty.Sign(ChannelSide.B, _a.State.Book)));
        _a.Events[^1].Should().BeOfType<ChannelEvent.ProposalRefused>();
        _a.Owed.Values.OfType<Effect.ReportDealings>().Should().BeEmpty();
    }

    [Fact]
    public void Report_IsHeardOnce_WhateverComesAgain()
    {
        _a.Hear(new ChannelMessage.Yield(_a.State.Heard + 1));
        var (intent, _) = _a.Owed.Single(static owed => owed.Value is Effect.ReportDealings);
        foreach (var busy in new[] { RejectionCode.UpgradeUnderway, RejectionCode.Malformed })
            ChannelDecider.Resume(_a.State, intent, new EffectResult.Replied(new CommandReply.Refused(new(busy, "", "")))).Should().BeNull("it stays owed");
        var heard = ChannelDecider.Resume(_a.State, intent, new EffectResult.Replied(new CommandReply.Refused(new(RejectionCode.IdempotencyMismatch, "", ""))))!;
        _a.Accept(heard).Should().ContainSingle().Which.Should().BeOfType<ChannelEvent.DealingsTold>();
        _a.Accept(heard).Should().BeEmpty();
        _a.Owed.Values.OfType<Effect.ReportDealings>().Should().BeEmpty();
        EventGenerations.Of("channel", "channel.dealings-told").Should().Be(EventGenerations.Peers);
    }

    [Fact]
    public void LostState_AndClosedTogether_AreTold()
    {
        _b.Accept(new ChannelCommand.End(_b.NewId()));
        ChannelParty.Settle(_a, _b);
        _a.State.Phase.Should().Be(ChannelPhase.Ended);
        Tell().Should().Contain(new Dealing(DealingReason.ClosedTogether, 1, _a.Now, ChannelBook.FinalNonce));
        var (one, other) = ChannelParty.Pair(peer: "other");
        one.Hear(new ChannelMessage.Lost());
        one.Owed.Values.OfType<Effect.ReportDealings>().Single().Should().Match<Effect.ReportDealings>(static told => !told.IsOpen && told.Dealings.Any(static dealing => dealing.Reason == DealingReason.StateLost));
        other.State.Phase.Should().Be(ChannelPhase.Open);
    }

    /// <summary>What a final block shows of a close that this side did not begin.</summary>
    [Theory]
    [InlineData(0, false, DealingReason.ClosedAlone)]
    [InlineData(0, true, DealingReason.None)]
    [InlineData(1, false, DealingReason.StaleClose)]
    [InlineData(1, true, DealingReason.StaleClose)]
    public void Close_ByThePeer_CountsByItsState(int older, bool held, DealingReason reason)
    {
        Pay();
        if (held) Offer();
        Tell();
        See(_a.State.Book.Nonce - (ulong)older, ChannelStage.Closing);
        Owed().Should().Equal(reason == DealingReason.None ? [] : [new(reason, 1, _a.Now, _a.State.Book.Nonce - (ulong)older)]);
        Hand(_a);
        See(_a.State.Book.Nonce, ChannelStage.Closing);
        Owed().Should().BeEmpty("it is noted once");
    }

    [Fact]
    public void Close_OfOurs_OrByWhatThePeerMayNotHaveHeard_IsNoFault()
    {
        Pay();
        _a.Accept(new ChannelCommand.Close(_a.NewId()));
        Hand(_a);
        See(_a.State.Book.Nonce - 1, ChannelStage.Closing);
        Owed().Should().BeEmpty();
        // A's last word is on its way: B may have only the state before.
        var (a, b) = ChannelParty.Pair(peer: "other");
        b.Pay(5);
        while (a.State.Theirs.IsEmpty) if (!(b.Step(a) | (a.Owed.Keys.Any(static name => name.StartsWith("send", StringComparison.Ordinal)) && a.Step(b)))) break;
        a.Step(b);
        a.State.Outbox.Values.Should().ContainItemsAssignableTo<ChannelMessage.Acknowledge>();
        Look(a, a.State.Book.Nonce - 1);
        a.State.Dealings!.Batch?.Dealings.Should().NotContain(static dealing => dealing.Reason == DealingReason.StaleClose);
    }

    [Fact]
    public void ChallengeThatTheContractTook_ShowsAStaleClose()
    {
        Pay();
        Tell();
        var stale = ChannelParty.Sight(_a.State.Second + 1, 10_001, 4_999) with { Window = 6_400, Latest = new(_a.State.Book.Nonce - 1, _a.State.Second + 6_000) };
        _a.Accept(new ChannelCommand.Look(_a.NewId()));
        _a.Accept(new ChannelCommand.RecordSight(_a.NewId(), stale));
        var act = _a.State.Act!;
        act.Kind.Should().Be(ChannelActKind.Challenge);
        Owed().Should().BeEmpty("one node said so");
        _a.Accept(new ChannelCommand.RecordAct(_a.NewId(), act.Number, null));
        _a.Accept(new ChannelCommand.Look(_a.NewId()));
        _a.Accept(new ChannelCommand.RecordSight(_a.NewId(), ChannelParty.Sight(_a.State.Second + 1, 10_001, 4_999) with
        {
            Window = 6_400,
            Stage = ChannelStage.Closing,
            Nonce = _a.State.Book.Nonce,
            ClosesAt = _a.State.Second + 6_000,
            Act = new(act.Packet, ChannelActEnd.Done, null),
        }));
        Hand(_a);
        _a.Reported.SelectMany(static told => told.Dealings).Concat(Owed()).Should().Contain(static dealing => dealing.Reason == DealingReason.StaleClose);
    }

    private void Pay()
    {
        _a.Pay(5);
        ChannelParty.Settle(_a, _b);
    }

    private void See(ulong nonce, ChannelStage stage) => Look(_a, nonce, stage);

    private static void Look(ChannelParty party, ulong nonce, ChannelStage stage = ChannelStage.Closing)
    {
        party.Accept(new ChannelCommand.Look(party.NewId()));
        party.Accept(new ChannelCommand.RecordSight(
            party.NewId(), ChannelParty.Sight(party.State.Second + 1, 10_001, 4_999) with { Window = 6_400, Stage = stage, Nonce = nonce, ClosesAt = party.State.Second + 6_000 }));
    }

    /// <summary>What is on its way.</summary>
    private ImmutableArray<Dealing> Owed() => _a.Owed.Values.OfType<Effect.ReportDealings>().SingleOrDefault()?.Dealings ?? [];

    private void Hand(ChannelParty party)
    {
        var intent = party.Owed.Single(static owed => owed.Value is Effect.ReportDealings).Key;
        party.Run(_b, intent);
    }

    /// <summary>Looks, and says what was told since this was asked last.</summary>
    private ImmutableArray<Dealing> Tell()
    {
        _a.See(_a.State.Second + 1);
        ChannelParty.Settle(_a, _b);
        ImmutableArray<Dealing> told = [.. _a.Reported.SelectMany(static told => told.Dealings)];
        _a.Reported.Clear();
        return told;
    }
}
