using System.Security.Cryptography;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>Two sides that pay each other, and what one of them does not take from the other.</summary>
public sealed class ChannelTests
{
    private static readonly Bytes32 _secret = Bytes32.Parse("0x" + new string('7', 64));

    [Fact]
    public void Deposits_FinalOnBothSides_AreCountedIntoTheFirstState()
    {
        var (a, b) = ChannelParty.Pair(10_000, 5_000);
        a.State.Book.Deposited.Should().Be(new SidePair(10_001, 4_999));
        a.State.Book.Balance.Should().Be(new SidePair(10_000, 5_000));
        b.State.Full.Should().Be(a.State.Full);
    }

    [Fact]
    public void Payments_BothWays_EndInOneStateThatBothSigned()
    {
        var (a, b) = ChannelParty.Pair();
        for (var i = 0; i < 100; i++) a.Pay(3);
        b.Pay(200);
        ChannelParty.Settle(a, b);
        a.State.Book.Balance.Should().Be(new SidePair(10_000 - 300 + 200, 5_000 + 300 - 200));
        b.State.Full.Should().Be(a.State.Full);
        a.Events.OfType<ChannelEvent.StateProposed>().Should().HaveCountLessThan(10, "what waits goes together");
    }

    [Fact]
    public void Proposal_IsSaidOnlyWhenItsSignatureIsStored_AndIsTheSameBytesAgain()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(1);
        a.Owed.Should().ContainSingle().Which.Value.Should().BeOfType<Effect.SignChannelState>();
        a.Run(b, a.Owed.Keys.Single());
        var said = a.Owed.Should().ContainSingle().Which.Value;
        a.Reload();
        ((Effect.TellPeer)a.Owed.Single().Value).Message.ToString().Should().Be(((Effect.TellPeer)said).Message.ToString());
    }

    [Fact]
    public void HalfSignedProposal_IsExposed_UntilItIsFull()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(4_000);
        a.State.Least.Should().Be((UInt256)10_000, "nobody but us can sign yet");
        a.Run(b, a.Owed.Keys.Single());
        a.State.Least.Should().Be((UInt256)6_000);
        a.State.Book.Balance.A.Should().Be((UInt256)10_000, "the peer has not signed");
        ChannelParty.Settle(a, b);
        a.State.Book.Balance.A.Should().Be((UInt256)6_000);
    }

    [Fact]
    public void RefusedProposal_StaysExposed_UntilAHigherOneIsFull()
    {
        var (a, b) = ChannelParty.Pair();
        // The lock's expiry is too near by B's clock, which is ahead.
        var before = a.State.Book.Nonce;
        b.See(1_000_500);
        a.Accept(Offer(a, 2_000, expiry: 1_001_100));
        ChannelParty.Settle(a, b);
        a.Events.OfType<ChannelEvent.ProposalBurnt>().Single().Reason.Code.Should().Be(RejectionCode.DeadlinePassed);
        a.State.Least.Should().Be((UInt256)8_000, "the peer has a signature of ours");
        a.Pay(1);
        ChannelParty.Settle(a, b);
        a.State.Burnt.Should().BeEmpty();
        a.State.Least.Should().Be((UInt256)9_999);
        a.State.Book.Nonce.Should().Be(before + 2, "the refused nonce is burnt");
    }

    /// <summary>What is refused out of a row can still be completed by the peer, when one before it has become full meanwhile.</summary>
    [Fact]
    public void RefusedProposal_AboveTheOneThatIsFull_StaysExposed_AndItsNonceIsSkipped()
    {
        var (a, b) = ChannelParty.Pair();
        var before = a.State.Book.Nonce;
        b.See(1_000_500);
        for (var i = 0; i < BookRules.MaxUpdates; i++) a.Pay(1);
        a.Accept(Offer(a, 2_000, expiry: 1_001_100));
        for (var i = 0; i < BookRules.MaxUpdates; i++) a.Pay(1);
        a.State.Ours.Should().HaveCount(3, "one, then as many as fill two more");
        a.Run(b, a.Owed.Keys.Last());
        a.Run(b, a.Owed.Keys.First());
        a.Run(b, a.Owed.Keys.Last());
        a.Run(b, a.Owed.Keys.First());
        while (b.Step(a))
        {
        }

        a.State.Book.Nonce.Should().Be(before + 1, "the first is full");
        a.State.Least.Should().BeLessThan((UInt256)8_000, "the peer has our signature for the lock that it refused");
        ChannelParty.Settle(a, b);
        a.State.Book.Balance.A.Should().Be((UInt256)(10_000UL - 1 - BookRules.MaxUpdates), "what came after the refused one was proposed again");
        a.State.Book.Nonce.Should().BeGreaterThan(before + 3, "a nonce that was never said is not used again");
        a.Events.OfType<ChannelEvent.ProtocolBroken>().Should().BeEmpty();
    }

    [Fact]
    public void Lock_OpenedByItsSecret_PaysThePayee_AndFailedGoesBack()
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(Offer(a, 2_000));
        a.Accept(Offer(a, 3_000));
        ChannelParty.Settle(a, b);
        a.State.Book.Balance.A.Should().Be((UInt256)5_000);
        b.Accept(new ChannelCommand.Fulfil(b.NewId(), 1, _secret));
        b.Accept(new ChannelCommand.Fail(b.NewId(), 2));
        ChannelParty.Settle(a, b);
        b.State.Book.Locks.Should().BeEmpty();
        b.State.Book.Balance.Should().Be(new SidePair(8_000, 7_000));
    }

    /// <summary>Who pays it on may no longer get it back; what the contract registered in time pays there.</summary>
    [Fact]
    public void Lock_AfterItsExpiry_IsNotPaidHere()
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(Offer(a, 2_000, expiry: 1_002_000));
        ChannelParty.Settle(a, b);
        b.See(1_002_000);
        a.See(1_002_001);
        b.Accept(new ChannelCommand.Fulfil(b.NewId(), 1, _secret));
        ChannelParty.Settle(a, b);
        a.Events.OfType<ChannelEvent.ProposalRefused>().Single().Reason.Code.Should().Be(RejectionCode.DeadlinePassed, "by A's block it is late");
        b.See(1_002_001);
        b.Refuse(new ChannelCommand.Fulfil(b.NewId(), 1, _secret)).Code.Should().Be(RejectionCode.DeadlinePassed);
        a.State.Book.Locks.Should().ContainSingle();
    }

    [Fact]
    public void PointLock_OpenedByItsScalar_PaysThePayee()
    {
        Span<byte> scalar = stackalloc byte[32];
        _secret.CopyTo(scalar);
        Span<byte> point = stackalloc byte[TPWallet.Crypto.Secp256k1.UncompressedLength];
        TPWallet.Crypto.Secp256k1.CreatePublicKey(scalar, point);
        var target = TPWallet.Crypto.Keccak256.Hash(point[1..]);
        target.AsSpan(0, 12).Clear();
        BookRules.Opens(_secret, LockKind.Point, Bytes32.From(target)).Should().BeTrue();
        BookRules.Opens(_secret, LockKind.Hash, Bytes32.From(target)).Should().BeFalse();
        BookRules.Opens(Bytes32.Zero, LockKind.Point, Bytes32.From(target)).Should().BeFalse("zero is no scalar");
    }

    [Fact]
    public void End_WithoutLocks_IsTheLastState()
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(Offer(a, 2_000));
        ChannelParty.Settle(a, b);
        a.Refuse(new ChannelCommand.End(a.NewId())).Code.Should().Be(RejectionCode.WrongState, "a lock is open");
        b.Accept(new ChannelCommand.Fail(b.NewId(), 1));
        ChannelParty.Settle(a, b);
        b.Accept(new ChannelCommand.End(b.NewId()));
        ChannelParty.Settle(a, b);
        a.State.Phase.Should().Be(ChannelPhase.Ended);
        a.State.Book.Nonce.Should().Be(ChannelBook.FinalNonce);
        b.State.Full.Should().Be(a.State.Full);
        a.Refuse(new ChannelCommand.Pay(a.NewId(), 1)).Code.Should().Be(RejectionCode.WrongState);
    }

    /// <summary>The peer could refuse what it is built on, and keep a last state that nothing newer wins against.</summary>
    [Fact]
    public void End_WaitsUntilNoProposalIsOpen()
    {
        var (a, b) = ChannelParty.Pair();
        for (var i = 0; i < BookRules.MaxUpdates; i++) a.Pay(1);
        a.Accept(new ChannelCommand.End(a.NewId()));
        for (var i = 0; i < BookRules.MaxUpdates; i++) a.Pay(1);
        a.State.Ours.Should().OnlyContain(own => own.Nonce != ChannelBook.FinalNonce);
        ChannelParty.Settle(a, b);
        a.State.Phase.Should().Be(ChannelPhase.Ended);
        a.Waiting.Should().BeEmpty("what was asked for after the end is refused");
    }

    [Fact]
    public void Freeze_StopsWhatWaits_AndNotWhatDefends()
    {
        var (a, b) = ChannelParty.Pair();
        b.Accept(Offer(b, 1_000));
        ChannelParty.Settle(a, b);
        a.Pay(1);
        ChannelParty.Settle(a, b);
        b.Pay(1);
        b.Accept(new ChannelCommand.SetFrozen(b.NewId(), true));
        a.Accept(new ChannelCommand.SetFrozen(a.NewId(), true));
        a.Refuse(new ChannelCommand.Pay(a.NewId(), 1)).Code.Should().Be(RejectionCode.Frozen);
        a.Refuse(Offer(a, 500)).Code.Should().Be(RejectionCode.Frozen);
        a.Accept(new ChannelCommand.Fulfil(a.NewId(), 1, _secret));
        ChannelParty.Settle(a, b);
        a.State.Book.Balance.Should().Be(new SidePair(10_999, 4_001), "the lock was taken, the waiting payment was not made");
    }

    public static TheoryData<string, RejectionCode> BadWishes => new()
    {
        { "pay 0", RejectionCode.ZeroAmount }, { "pay 10001", RejectionCode.InsufficientFunds }, { "offer 0", RejectionCode.ZeroAmount },
        { "soon", RejectionCode.DeadlinePassed }, { "late", RejectionCode.DeadlinePassed }, { "kind", RejectionCode.UnsupportedKind },
        { "fulfil unknown", RejectionCode.NotFound }, { "fail unknown", RejectionCode.NotFound }, { "wrong secret", RejectionCode.ProofInvalid },
        { "own lock", RejectionCode.NotFound }, { "too much locked", RejectionCode.HardLimit }, { "too much trimmed", RejectionCode.HardLimit },
        { "too many locks", RejectionCode.HardLimit },
    };

    [Theory]
    [MemberData(nameof(BadWishes))]
    public void Wish_ThatCannotBe_IsRefusedAtOnce_AndChangesNothing(string wish, RejectionCode code)
    {
        var (a, b) = ChannelParty.Pair(2_000_000, 5_000);
        if (wish.StartsWith("pay 1", StringComparison.Ordinal)) (a, b) = ChannelParty.Pair();
        b.Accept(Offer(b, 300));
        for (var i = 0; i < (wish == "too many locks" ? 30 : wish == "too much trimmed" ? 2 : 1); i++) a.Accept(Offer(a, wish == "too much trimmed" ? 99UL : 300));
        ChannelParty.Settle(a, b);
        var before = a.Events.Count;
        ChannelCommand command = wish switch
        {
            "pay 0" => new ChannelCommand.Pay(a.NewId(), 0),
            "pay 10001" => new ChannelCommand.Pay(a.NewId(), 10_001),
            "offer 0" => Offer(a, 0),
            "soon" => Offer(a, 300, expiry: 1_000_999),
            "late" => Offer(a, 300, expiry: 1_100_001),
            "kind" => Offer(a, 300) with { Kind = (LockKind)9 },
            "fulfil unknown" => new ChannelCommand.Fulfil(a.NewId(), 2, _secret),
            "fail unknown" => new ChannelCommand.Fail(a.NewId(), 2),
            "wrong secret" => new ChannelCommand.Fulfil(a.NewId(), 1, Bytes32.Zero),
            "own lock" => new ChannelCommand.Fail(a.NewId(), 30),
            "too much locked" => Offer(a, 1_000_000),
            "too much trimmed" => Offer(a, 99),
            "too many locks" => Offer(a, 300),
            _ => throw new UnreachableException(wish),
        };
        a.Refuse(command).Code.Should().Be(code);
        a.Events.Should().HaveCount(before);
    }

    internal static ChannelCommand.Offer Offer(ChannelParty party, ulong amount, ulong expiry = 1_050_000)
    {
        Span<byte> secret = stackalloc byte[32];
        _secret.CopyTo(secret);
        return new(party.NewId(), amount, expiry, LockKind.Hash, Bytes32.From(SHA256.HashData(secret)));
    }
}
