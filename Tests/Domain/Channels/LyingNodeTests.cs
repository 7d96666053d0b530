using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Channels.ActScene;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a node says of the newest block is one node's word: it may bring a challenge about, and hold nothing up that final blocks ask for.</summary>
public sealed class LyingNodeTests
{
    /// <summary>What the newest block shows one node alone says. Final blocks, on which two organisations agree, show the stale close.</summary>
    [Theory]
    [InlineData(ChannelBook.FinalNonce - 1, ulong.MaxValue)]
    [InlineData(5, Start + Window)]
    [InlineData(0, Start)]
    public void StaleClose_InFinalBlocks_IsChallenged_WhateverANodeSaysOfTheNewest(ulong nonce, ulong closesAt)
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        var closing = Sight(Start + 1) with { Stage = ChannelStage.Closing, Nonce = 1, ClosesAt = Start + Window };
        See(a, closing with { Latest = new(nonce, closesAt) });
        Began(a).Should().BeOfType<ChannelCall.Challenge>();
        a.State.Act!.SettleBefore.Should().BeLessThanOrEqualTo(a.Now + Span.Seconds((long)Window * 3 / 4), "the window is the contract's");
        Propose(a);
        var act = a.State.Act;
        See(a, closing with { Second = Start + 10, Latest = new(nonce, closesAt) });
        a.State.Act.Should().BeSameAs(act);

        See(a, closing with { Second = Start + Window + 1, Nonce = a.State.Book.Nonce, Latest = new(nonce, closesAt), Act = new(act!.Packet, ChannelActEnd.Done, null) });
        See(a, closing with { Second = Start + (Window * 9 / 8), Nonce = a.State.Book.Nonce, Latest = new(nonce, closesAt) });
        Began(a).Should().BeOfType<ChannelCall.Settle>();
    }

    /// <summary>A challenge that a node says to have seen is not made again for that, and not forgotten either.</summary>
    [Fact]
    public void Challenge_ThatTheNewestBlockSeemsToHave_IsLeftToItsPacket_UntilAFinalOneSays()
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        See(a, Sight(Start + 1) with { Latest = new(1, Start + Window) });
        Propose(a);
        var act = a.State.Act!;
        var answered = new ClosingSight(a.State.Book.Nonce, Start + Window);
        See(a, Sight(Start + 2) with { Latest = answered });
        a.State.Act.Should().BeSameAs(act);
        See(a, Sight(Start + 3) with { Stage = ChannelStage.Closing, Nonce = 1, ClosesAt = Start + Window, Latest = answered });
        a.State.Act.Should().BeSameAs(act, "it is the same challenge");
        See(a, Sight(Start + 4) with { Stage = ChannelStage.Closing, Nonce = a.State.Book.Nonce, ClosesAt = Start + Window, Act = new(act.Packet, ChannelActEnd.Done, null) });
        (a.State.Act, a.State.Acts).Should().Be((null, 1));
    }

    /// <summary>A close that one node makes up is answered in vain, and soon believed no more: this side's own close goes on.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(ChannelBook.FinalNonce - 1)]
    public void Close_ThatOneNodeMakesUp_HoldsUpOurs_NoLongerThanItCouldTakeToBeFinal(ulong nonce)
    {
        var (a, b) = Pair();
        a.Pay(500);
        ChannelParty.Settle(a, b);
        var lie = new ClosingSight(nonce, ulong.MaxValue);
        See(a, Sight(Start + 1) with { Latest = lie });
        a.Accept(new ChannelCommand.Close(a.NewId()));
        a.Owed.Values.Should().NotContain(static effect => effect is Effect.SignChannelOrder);
        See(a, Sight(Start + (Window / 2)) with { Latest = lie });
        a.Owed.Values.Should().NotContain(static effect => effect is Effect.SignChannelOrder);
        See(a, Sight(Start + (Window / 2) + 1) with { Latest = lie });
        Sign(a).Should().BeOfType<ChannelOrder.Demand>();
        Began(a).Should().BeOfType<ChannelCall.Close>();
    }

    /// <summary>Answering what one node made up is tried and tried: a secret whose time comes does not wait for that.</summary>
    [Fact]
    public void Act_ThatFails_KeepsNoOtherWaiting()
    {
        var (a, b) = Pair();
        var secret = new Bytes32((UInt256)79);
        a.Accept(new ChannelCommand.Offer(a.NewId(), 400, Start + 3_000, LockKind.Hash, Bytes32.From(System.Security.Cryptography.SHA256.HashData(secret.ToArray()))));
        ChannelParty.Settle(a, b);
        b.Accept(new ChannelCommand.Answer(b.NewId(), 1, secret, null));
        var seen = Sight(Start + 2_500) with { Latest = new(0, ulong.MaxValue) };
        See(b, seen);
        Began(b).Should().BeOfType<ChannelCall.Challenge>();
        Propose(b);
        See(b, seen with { Act = new(b.State.Act!.Packet, ChannelActEnd.Failed, new(RejectionCode.SimulationFailed, "a close", "none")) });
        Began(b).Should().BeOfType<ChannelCall.Register>();
        Propose(b);
        b.Now += Span.Seconds(29);
        See(b, seen);
        b.State.Act!.Kind.Should().Be(ChannelActKind.Register);
        b.Now += Span.Seconds(1);
        See(b, seen);
        Began(b).Should().BeOfType<ChannelCall.Challenge>("it may be true after all");
    }
}
