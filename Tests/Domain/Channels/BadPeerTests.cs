using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>A peer that lies, and sides that have lost what they stored.</summary>
public sealed class BadPeerTests
{
    public static TheoryData<string, RejectionCode> BadProposals => new()
    {
        { "old nonce", RejectionCode.NonceConflict }, { "skipped nonce", RejectionCode.NonceConflict }, { "last nonce", RejectionCode.NonceConflict },
        { "other base", RejectionCode.StaleVersion }, { "other signer", RejectionCode.BadSignature }, { "other book", RejectionCode.BadSignature },
        { "other channel", RejectionCode.BadSignature }, { "overdrawn", RejectionCode.InsufficientFunds }, { "nothing", RejectionCode.Malformed },
        { "too much", RejectionCode.Malformed }, { "deposit that is not final", RejectionCode.NotFinal }, { "deposit again", RejectionCode.StaleVersion },
        { "lock of ours", RejectionCode.Malformed }, { "lock numbered again", RejectionCode.AlreadyExists }, { "end with more", RejectionCode.Malformed },
    };

    [Theory]
    [MemberData(nameof(BadProposals))]
    public void Proposal_ThatIsWrong_IsNotSigned_AndTheChannelGoesOn(string kind, RejectionCode code)
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(ChannelTests.Offer(a, 300));
        ChannelParty.Settle(a, b);
        b.Accept(new ChannelCommand.Fail(b.NewId(), 1));
        ChannelParty.Settle(a, b);
        a.Pay(1);
        ChannelParty.Settle(a, b);
        var full = b.State.Full;
        b.Hear(Bad(kind, a, b)).Should().BeOfType<CommandReply.Accepted>("it is answered by a message");
        b.Events[^1].Should().BeOfType<ChannelEvent.ProposalRefused>().Which.Reason.Code.Should().Be(code);
        b.Owed.Values.OfType<Effect.SignChannelState>().Should().BeEmpty();
        b.State.Full.Should().Be(full);
        b.Owed.Values.OfType<Effect.TellPeer>().Select(static tell => tell.Message).Should().ContainSingle().Which.Should().BeOfType<ChannelMessage.Refuse>();
    }

    [Fact]
    public void Proposal_OutOfTurn_IsRefused()
    {
        var (a, b) = ChannelParty.Pair();
        var book = a.State.Book;
        var next = new BookRules(ChannelParty.Terms, a.State.Deposits, a.State.Second).Apply(book, ChannelSide.B, book.Nonce + 1, [new ChannelUpdate.Pay(1)]).Book!;
        a.Hear(new ChannelMessage.Propose(a.State.Heard + 1, next.Nonce, book.Nonce, [new ChannelUpdate.Pay(1)], ChannelParty.Sign(ChannelSide.B, next)));
        a.Events[^1].Should().BeOfType<ChannelEvent.ProposalRefused>().Which.Reason.Code.Should().Be(RejectionCode.WrongState);
        b.State.OurTurn.Should().BeFalse();
    }

    [Fact]
    public void Words_ThatDoNotFit_AreNoted_AndChangeNothing()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(5);
        a.Run(b, a.Owed.Keys.Single());
        var nonce = a.State.Ours.Single().Nonce;
        var before = a.State;
        foreach (var message in new ChannelMessage[]
        {
            new ChannelMessage.Acknowledge(before.Heard + 1, nonce, ChannelParty.Sign(ChannelSide.A, before.Ours.Single().Book)),
            new ChannelMessage.Acknowledge(before.Heard + 2, nonce + 1, ChannelParty.Sign(ChannelSide.B, before.Ours.Single().Book)),
            new ChannelMessage.Refuse(before.Heard + 3, nonce + 1, new(RejectionCode.Retry, "", "")),
            new ChannelMessage.Yield(before.Heard + 4),
        })
        {
            a.Hear(message);
            a.Events[^1].Should().BeOfType<ChannelEvent.ProtocolBroken>("{0}", message);
        }

        ChannelParty.Snapshot(a.State with { Heard = before.Heard, HeardLast = before.HeardLast }).Should().Be(ChannelParty.Snapshot(before));
    }

    [Fact]
    public void Message_Again_DoesNothing_AndOneTooFar_IsNotTaken()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(5);
        a.Run(b, a.Owed.Keys.Single());
        var propose = ((Effect.TellPeer)a.Owed.Single().Value).Message;
        b.Hear(propose with { Number = propose.Number + 1 }).Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.StaleVersion);
        b.Hear(propose).Should().BeOfType<CommandReply.Accepted>();
        var events = b.Events.Count;
        b.Hear(propose).Should().BeOfType<CommandReply.Accepted>();
        b.Events.Should().HaveCount(events);
    }

    [Fact]
    public void RefusedLastState_LetsNothingNewerBeSigned()
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(new ChannelCommand.End(a.NewId()));
        a.Run(b, a.Owed.Keys.Single());
        // B says no and keeps the signature: with it B can close at any time, and nothing newer would win.
        a.Hear(new ChannelMessage.Refuse(a.State.Heard + 1, ChannelBook.FinalNonce, new(RejectionCode.Retry, "", "")));
        a.Accept(new ChannelCommand.RecordHeard(a.NewId(), a.State.Said, null));
        a.Accept(new ChannelCommand.Pay(a.NewId(), 1));
        a.Owed.Should().BeEmpty();
        a.State.Ours.Should().BeEmpty();
    }

    [Fact]
    public void SideThatWasPutBack_IsShownTheNewestState_AndSignsNothingMore()
    {
        var (a, b) = ChannelParty.Pair();
        var copy = b.Events.Count;
        a.Pay(5);
        ChannelParty.Settle(a, b);
        a.Pay(6);
        ChannelParty.Settle(a, b);
        var newest = a.State.Full;
        b.Restore(copy);
        a.Pay(7);
        ChannelParty.Settle(a, b);
        a.State.Phase.Should().Be(ChannelPhase.PeerLost);
        b.State.Phase.Should().Be(ChannelPhase.LostState);
        b.State.Full.Should().Be(newest, "it was proved by its own signature");
        b.Refuse(new ChannelCommand.Pay(b.NewId(), 1)).Code.Should().Be(RejectionCode.WrongState);
        b.Owed.Should().BeEmpty();
    }

    [Fact]
    public void SideThatWasPutBack_AndSpeaksFirst_IsFoundOutByItsBytes()
    {
        var (a, b) = ChannelParty.Pair();
        var copy = a.Events.Count;
        a.Pay(5);
        ChannelParty.Settle(a, b);
        a.Restore(copy);
        a.Pay(6);
        // The key would refuse to sign another book for a nonce that it signed; here the message itself comes late, and says so.
        var said = new ChannelMessage.AskTurn(a.State.Said + 1);
        b.Hear(said);
        b.State.Phase.Should().Be(ChannelPhase.PeerLost);
        a.Hear(b.Owed.Values.OfType<Effect.TellPeer>().Single().Message);
        a.State.Phase.Should().Be(ChannelPhase.LostState);
        a.State.Full.Should().Be(b.State.Full);
    }

    /// <summary>Its signer tells a side that was put back, before it says or signs anything; it says so, and is shown the newest.</summary>
    [Fact]
    public void SideThatWasPutBack_AsItsSignerKnows_SaysSo_AndIsShownTheNewestState()
    {
        var (a, b) = ChannelParty.Pair();
        var copy = a.Events.Count;
        a.Pay(5);
        ChannelParty.Settle(a, b);
        a.Restore(copy);
        a.Accept(ChannelDecider.Recover(a.State, a.NewId(), 1)!);
        a.Pay(6);
        a.Owed.Should().ContainSingle().Which.Value.Should().BeOfType<Effect.TakeChannel>("nothing is signed before the signer has said how far it signed");
        ChannelParty.Settle(a, b);
        a.State.Phase.Should().Be(ChannelPhase.LostState);
        b.State.Phase.Should().Be(ChannelPhase.PeerLost);
        a.State.Full.Should().Be(b.State.Full, "that one has been proved");
        a.Waiting.Should().BeEmpty("what waited is refused");
    }

    [Fact]
    public void SideThatWasNotPutBack_AfterARestore_GoesOn()
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(ChannelDecider.Recover(a.State, a.NewId(), 1)!);
        ChannelDecider.Recover(a.State, a.NewId(), 1).Should().BeNull("it has been told");
        a.Pay(6);
        ChannelParty.Settle(a, b);
        b.State.Book.Balance.B.Should().Be(5_006);
    }

    /// <summary>A signer that refuses a nonce knows another state for it: the same proof that this side was put back.</summary>
    [Fact]
    public void SignerThatKnowsAnotherStateForANonce_ShowsALoss()
    {
        var (a, _) = ChannelParty.Pair();
        a.Pay(6);
        a.Accept(new ChannelCommand.RecordSignatureRefused(a.NewId(), a.State.Ours[0].Nonce, new(RejectionCode.NonceConflict, "", "")));
        a.State.Phase.Should().Be(ChannelPhase.LostState);
    }

    [Fact]
    public void SignatureRefused_OfOurs_EndsThatWishAlone_AndOfTheirs_RefusesTheirs()
    {
        var (a, b) = ChannelParty.Pair();
        var reason = new Rejection(RejectionCode.Frozen, "", "");
        a.Pay(6);
        var wish = a.Waiting.Keys.Single();
        a.Accept(new ChannelCommand.RecordSignatureRefused(a.NewId(), a.State.Ours[0].Nonce, reason));
        ChannelDecider.Standing(a.State, wish).Should().Be(new UpdateStanding.Refused(reason));
        b.Pay(4);
        while (a.State.Theirs.IsEmpty) _ = b.Step(a) || a.Step(b);
        a.Accept(new ChannelCommand.RecordSignatureRefused(a.NewId(), a.State.Theirs[0].Nonce, reason));
        ChannelParty.Settle(a, b);
        (a.State.Theirs, b.State.Ours).Should().Be((ImmutableArray<Incoming>.Empty, ImmutableArray<Proposal>.Empty));
        b.State.Burnt.Should().ContainSingle("it was signed, and the peer can still complete it");
        a.Pay(7);
        ChannelParty.Settle(a, b);
        b.State.Book.Balance.B.Should().Be(5_007);
    }

    [Fact]
    public void Message_BeforeThisSideIsOpen_IsAskedAgainLater_AndProvesNothing()
    {
        var b = new ChannelParty(ChannelSide.B);
        b.Hear(new ChannelMessage.AskTurn(1)).Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.Retry);
        b.Accept(new ChannelCommand.Open(b.NewId(), ChannelParty.OpeningOf(ChannelSide.B)));
        b.Hear(new ChannelMessage.Lost()).Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.Retry);
    }

    [Fact]
    public void ProofThatProvesNothing_IsNotBelieved()
    {
        var (a, b) = ChannelParty.Pair();
        var ahead = a.State.Book with { Nonce = a.State.Book.Nonce + 5 };
        b.Hear(new ChannelMessage.Prove(ahead, ChannelParty.Sign(ChannelSide.A, ahead), ChannelParty.Sign(ChannelSide.A, ahead)))
            .Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code.Should().Be(RejectionCode.BadSignature);
        b.Hear(new ChannelMessage.Prove(a.State.Full!.Book, a.State.Full.SignatureA, a.State.Full.SignatureB));
        b.State.Phase.Should().Be(ChannelPhase.Open, "it knows that one");
    }

    /// <summary>A proposal by A, signed as it stands unless the fault is in the signature.</summary>
    private static ChannelMessage.Propose Bad(string kind, ChannelParty a, ChannelParty b)
    {
        var (book, nonce) = (b.State.Book, b.State.Highest + 1);
        ImmutableArray<ChannelUpdate> updates = kind switch
        {
            "overdrawn" => [new ChannelUpdate.Pay(1_000_000)],
            "nothing" => [],
            "too much" => [.. Enumerable.Repeat(new ChannelUpdate.Pay(1), BookRules.MaxUpdates + 1)],
            "deposit that is not final" => [new ChannelUpdate.Count(ChannelSide.A, 10_002)],
            "deposit again" => [new ChannelUpdate.Count(ChannelSide.A, 10_001)],
            "lock of ours" => [new ChannelUpdate.Offer(new(ChannelSide.B, 2, 300, 1_050_000, LockKind.Hash, Bytes32.Zero))],
            "lock numbered again" => [new ChannelUpdate.Offer(new(ChannelSide.A, 1, 300, 1_050_000, LockKind.Hash, Bytes32.Zero))],
            "end with more" => [new ChannelUpdate.End(), new ChannelUpdate.Pay(1)],
            _ => [new ChannelUpdate.Pay(1)],
        };
        nonce = kind switch
        {
            "old nonce" => book.Nonce,
            "skipped nonce" => nonce + ChannelLimits.OpenProposals,
            "last nonce" => ChannelBook.FinalNonce,
            _ => nonce,
        };
        var next = new BookRules(ChannelParty.Terms, b.State.Deposits, b.State.Second).Apply(book, ChannelSide.A, nonce, updates).Book ?? book;
        var signature = kind switch
        {
            "other signer" => ChannelParty.Sign(ChannelSide.B, next),
            "other book" => ChannelParty.Sign(ChannelSide.A, next with { Balance = new(next.Balance.A + 1, next.Balance.B - 1) }),
            "other channel" => ChannelSignature.Sign(
                TPWallet.Crypto.PrivateKey.From(new byte[31].Append((byte)1).ToArray()), ChannelDomain.Of(ChannelParty.Facts).State(Bytes32.Zero, ContractState.Of(next, 0))),
            _ => ChannelParty.Sign(ChannelSide.A, next),
        };
        return new(b.State.Heard + 1, nonce, kind == "other base" ? book.Nonce - 1 : book.Nonce, updates, signature);
    }
}
