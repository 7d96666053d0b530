using System.Numerics;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>The double entries of a side: each update and each entry of the contract posts under its kind, and what does not agree is told.</summary>
public sealed class ChannelLedgerTests
{
    private const ulong Start = 1_000_100;
    private const ulong Window = 6_400;
    private static readonly Bytes32 _secret = PacketRun.Hash("secret");
    private static readonly Bytes32 _target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(_secret.ToArray()));

    [Fact]
    public void Updates_PostUnderTheirKinds_OnBothSides()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(500);
        b.Pay(20);
        Offer(a, 400);
        Offer(a, 300);
        ChannelParty.Settle(a, b);
        b.Accept(new ChannelCommand.Fulfil(b.NewId(), 1, _secret));
        b.Accept(new ChannelCommand.Fail(b.NewId(), 2));
        ChannelParty.Settle(a, b);

        Totals(a).Should().Be("Deposited 10001, PeerDeposited 4999, Paid 501, Received 20, Offered 700, Returned 300, LockPaid 400");
        Totals(b).Should().Be("Deposited 4999, PeerDeposited 10001, Paid 20, Received 501, LockReceived 400");
        Agree(a, b);
        a.State.Ledger.Of(SubAccount.Free).Balance.Should().Be(a.State.Book.Balance.A).And.Be(9_120);
    }

    [Fact]
    public void WhatOneSideSigned_PostsNothing_BeforeBothHave()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(500);
        a.Run(b, a.Owed.Keys.Single());
        a.Run(b, a.Owed.Keys.Single());
        (a.State.Ours.Length, b.State.Theirs.Length).Should().Be((1, 1));
        foreach (var party in new[] { a, b }) (party.State.Ledger.Of(ChannelPosting.Paid) + party.State.Ledger.Of(ChannelPosting.Received)).Should().Be(1, "that is what was paid before");
        Agree(a, b);
        ChannelParty.Settle(a, b);
        a.State.Ledger.Of(ChannelPosting.Paid).Should().Be(501);
        b.State.Ledger.Of(ChannelPosting.Received).Should().Be(501);
    }

    [Fact]
    public void ProposalThatThePeerRefuses_PostsNothing()
    {
        var (a, b) = ChannelParty.Pair();
        a.See(1_002_000);
        // By the peer's clock the lock lasts too long.
        a.Accept(new ChannelCommand.Offer(a.NewId(), 400, 1_101_000, LockKind.Hash, _target));
        ChannelParty.Settle(a, b);
        a.State.Burnt.Should().ContainSingle();
        a.State.Ledger.Of(ChannelPosting.Offered).IsZero.Should().BeTrue();
        Agree(a, b);
    }

    /// <summary>What is kept for carrying stands apart from what went on; the next channel says that its lock was carried.</summary>
    [Fact]
    public void Carrying_PostsWhatWentOnAndTheFee()
    {
        var (a, b) = ChannelParty.Pair();
        var next = new ChannelRef(PacketRun.Hash("next"), ChannelSide.A);
        b.Beside = _ => new EffectResult.LockRouted(new(next, 390, 1_005_000, HexBytes.From(new byte[Onion.Length]), default), null, null);
        a.Accept(new ChannelCommand.Offer(a.NewId(), 400, 1_010_000, LockKind.Hash, _target) { Onion = HexBytes.From(new byte[Onion.Length]) });
        while (b.State.Relays is null)
        {
            a.Step(b);
            b.Step(a);
        }

        b.Beside = static _ => new EffectResult.LockPassed(null, null);
        ChannelParty.Settle(a, b);
        b.Accept(new ChannelCommand.Answer(b.NewId(), 1, _secret, null));
        ChannelParty.Settle(a, b);
        (b.State.Ledger.Of(ChannelPosting.CarriedIn), b.State.Ledger.Of(ChannelPosting.Fee), b.State.Ledger.Of(ChannelPosting.LockReceived)).Should().Be((390, 10, 0));
        a.State.Ledger.Of(ChannelPosting.LockPaid).Should().Be(400);

        a.Beside = static _ => new EffectResult.LockRouted(null, null, null);
        b.Accept(new ChannelCommand.Carry(b.NewId(), new(ChannelSide.B, 0, 300, 1_010_000, LockKind.Hash, _target), HexBytes.From(new byte[Onion.Length]), new(next, 9, default)));
        b.Beside = static _ => new EffectResult.Replied(new CommandReply.Accepted(1, []));
        ChannelParty.Settle(a, b);
        a.Accept(new ChannelCommand.Fulfil(a.NewId(), 1, _secret));
        ChannelParty.Settle(a, b);
        (b.State.Ledger.Of(ChannelPosting.CarriedOut), b.State.Ledger.Of(ChannelPosting.LockPaid)).Should().Be((300, 0));
        Agree(a, b);
    }

    [Fact]
    public void Settlement_GivesWhatTheStateGives_AndItsLocksAreClaims()
    {
        var (a, b) = ChannelParty.Pair();
        Offer(a, 400);
        Offer(b, 150);
        Offer(a, 99);
        ChannelParty.Settle(a, b);
        var nonce = a.State.Book.Nonce;
        foreach (var party in new[] { a, b })
        {
            Close(party, nonce);
            // 99 is below the floor: its offerer's.
            See(party, Sight(ChannelStage.Settled, [new(ContractEntryKind.Settled, default, nonce, new(9_600, 4_850))]));
            party.State.Ledger.Of(SubAccount.Claims).Balance.Should().Be(550);
            ChannelAudit.Differences(party.State).Should().BeEmpty();
            LookOf(party).EntriesFrom.Should().Be(Start + 4, "there is more to come");
            See(party, Sight(ChannelStage.Gone, [new(ContractEntryKind.Resolved, default, 0, new(0, 400)), new(ContractEntryKind.Resolved, default, 0, new(0, 150))]) with { Credit = 1 });
            ChannelAudit.Differences(party.State).Should().BeEmpty();
            LookOf(party).EntriesFrom.Should().BeNull("all of it is known");
        }

        a.State.Ledger.Of(SubAccount.Credit).Balance.Should().Be(9_600);
        b.State.Ledger.Of(SubAccount.Credit).Balance.Should().Be(5_400);
        Sum(a).Should().Be(BigInteger.Zero);
        Totals(a).Should().EndWith("Claimed 400, PeerClaimed 150, Settled 9600, PeerSettled 4850, PeerResolved 550");
        ChannelAudit.View(a.State)!.SettledBy.Should().Be(nonce);
    }

    /// <summary>It took place, so the ledger follows it; that it was not the newest is told.</summary>
    [Fact]
    public void SettlementByAnOlderState_IsFollowed()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(700);
        ChannelParty.Settle(a, b);
        var stale = ChannelBook.Empty;
        Close(b, stale.Nonce);
        See(b, Sight(ChannelStage.Gone, [new(ContractEntryKind.Settled, default, stale.Nonce, new(10_001, 4_999))]) with { Credit = 4_999 });
        (b.State.Settlement!.Nonce, b.State.Settlement.Newest).Should().Be((0, b.State.Book.Nonce));
        b.State.Ledger.Of(ChannelPosting.RestatedOut).Should().Be(701);
        ChannelAudit.Differences(b.State).Should().BeEmpty();
    }

    [Fact]
    public void SettlementByAStateThatIsNotKnown_IsFollowed()
    {
        var (_, b) = ChannelParty.Pair();
        Close(b, 77);
        See(b, Sight(ChannelStage.Settled, [new(ContractEntryKind.Settled, default, 77, new(9_000, 5_700))]));
        ChannelAudit.Differences(b.State).Should().BeEmpty();
        (b.State.Ledger.Of(SubAccount.Claims).Balance, b.State.Ledger.Of(SubAccount.Credit).Balance).Should().Be((300, 5_700));
        b.State.Settlement!.Due.Should().BeNull();
    }

    /// <summary>Who closed has a signature of the other on its way; it comes when nothing is left to move (found by the three-node fuzz).</summary>
    [Fact]
    public void SignatureThatComesAfterTheEnd_PostsNothing()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(500);
        a.Run(b, a.Owed.Keys.Single());
        a.Run(b, a.Owed.Keys.Single());
        b.Step(a);
        Close(a, 0);
        See(a, Sight(ChannelStage.Gone, [new(ContractEntryKind.Settled, default, 0, new(10_001, 4_999))]) with { Credit = 1 });
        var late = b.Owed.First(static owed => owed.Value is Effect.TellPeer { Message: ChannelMessage.Acknowledge });
        b.Run(a, late.Key);
        a.State.Full!.Book.Balance.A.Should().Be(9_500, "the state is full, and of no use");
        ChannelAudit.Differences(a.State).Should().BeEmpty();
    }

    /// <summary>A deposit that came between the last look and the end is its depositor's.</summary>
    [Fact]
    public void Deposit_ThatIsSeenWithTheEnd_IsGivenBack()
    {
        var (a, b) = ChannelParty.Pair();
        a.Accept(new ChannelCommand.End(a.NewId()));
        ChannelParty.Settle(a, b);
        var deposit = new ContractEntry(ContractEntryKind.Deposited, default, 0, new(10_031, 0));
        See(a, Sight(ChannelStage.Gone, [deposit, new(ContractEntryKind.Settled, default, ChannelBook.FinalNonce, new(10_030, 5_000))]) with { Credit = 1 });
        ChannelAudit.Differences(a.State).Should().BeEmpty();
        (a.State.Ledger.Of(ChannelPosting.Deposited), a.State.Ledger.Of(SubAccount.Credit).Balance).Should().Be((10_031, 10_030));
    }

    [Fact]
    public void ContractThatGivesLess_IsADifference()
    {
        var (a, _) = ChannelParty.Pair();
        var nonce = a.State.Book.Nonce;
        Close(a, nonce);
        See(a, Sight(ChannelStage.Gone, [new(ContractEntryKind.Settled, default, nonce, new(9_990, 5_000))]) with { Credit = 9_990 });
        ChannelAudit.Differences(a.State).Should().Equal(new("ledger.free", "0", "10"), new BooksDifference("contract.given", "10000", "9990"));
    }

    [Fact]
    public void ContractThatResolvesLess_IsADifference_OnceNothingIsLeft()
    {
        var (a, b) = ChannelParty.Pair();
        Offer(a, 400);
        ChannelParty.Settle(a, b);
        Close(a, a.State.Book.Nonce);
        See(a, Sight(ChannelStage.Settled, [new(ContractEntryKind.Settled, default, a.State.Book.Nonce, new(9_600, 5_000))]));
        ChannelAudit.Differences(a.State).Should().BeEmpty();
        See(a, Sight(ChannelStage.Gone, [new(ContractEntryKind.Resolved, default, 0, new(0, 399))]) with { Credit = 1 });
        ChannelAudit.Differences(a.State).Should().Equal(new BooksDifference("ledger.claims", "0", "1"));
    }

    [Theory]
    [InlineData(10_000, 4_999, "contract.deposited-a", "10001", "10000")]
    [InlineData(10_001, 4_000, "contract.deposited-b", "4999", "4000")]
    public void DepositThatVanishes_IsADifference(ulong a, ulong b, string what, string expected, string actual)
    {
        var (side, _) = ChannelParty.Pair();
        See(side, ChannelParty.Sight(Start, a, b) with { Window = Window });
        ChannelAudit.Differences(side.State).Should().Equal(new BooksDifference(what, expected, actual));
        See(side, ChannelParty.Sight(Start + 1, 10_001, 4_999) with { Window = Window });
        ChannelAudit.Differences(side.State).Should().BeEmpty("it is there again");
    }

    [Fact]
    public void LedgerThatLeavesAPostingOut_IsADifference()
    {
        var (a, b) = ChannelParty.Pair();
        a.Pay(500);
        Offer(a, 400);
        ChannelParty.Settle(a, b);
        var totals = a.State.Ledger.Totals;
        ChannelAudit.Differences(With(totals.Remove(ChannelPosting.Paid))).Should().Equal(
            new("ledger.free", "9100", "9601"), new BooksDifference("ledger.peer", "5500", "4999"));
        ChannelAudit.Differences(With(totals.SetItem(ChannelPosting.Offered, 10_500))).Should().Equal(
            new("ledger.free", "9100", "-1000"), new BooksDifference("ledger.held", "400", "10500"));
        ChannelState With(ImmutableSortedDictionary<ChannelPosting, UInt256> other) => a.State with { Accounts = a.State.Accounts with { Ledger = new(other) } };
    }

    /// <summary>A side that was put back is shown the newest state, and its ledger follows.</summary>
    [Fact]
    public void ProvedState_IsRestated()
    {
        var (a, b) = ChannelParty.Pair();
        var known = a.Events.Count;
        a.Pay(500);
        Offer(a, 400);
        ChannelParty.Settle(a, b);
        var newest = b.State.Full!;
        a.Restore(known);
        a.Accept(ChannelDecider.Recover(a.State, a.NewId(), 1)!);
        a.Accept(new ChannelCommand.RecordTaken(a.NewId(), newest.Book.Nonce));
        a.Hear(new ChannelMessage.Prove(newest.Book, newest.SignatureA, newest.SignatureB)).Should().BeOfType<CommandReply.Accepted>();
        a.State.Phase.Should().Be(ChannelPhase.LostState);
        (a.State.Ledger.Of(ChannelPosting.RestatedOut), a.State.Ledger.Of(ChannelPosting.RestatedLock)).Should().Be((500, 400));
        ChannelAudit.Differences(a.State).Should().BeEmpty();
    }

    /// <summary>Where the contract's events cannot be read, the channel ends all the same, and they are asked for again.</summary>
    [Fact]
    public void EntriesThatCouldNotBeRead_AreAskedForAgain()
    {
        var (a, _) = ChannelParty.Pair();
        Close(a, a.State.Book.Nonce);
        See(a, Sight(ChannelStage.Gone, []) with { EntriesTo = 0, Credit = 10_000 });
        a.State.Settlement.Should().BeNull();
        ChannelAudit.Differences(a.State).Should().BeEmpty();
        LookOf(a).EntriesFrom.Should().Be(Start + 3);
    }

    private static void Agree(params ChannelParty[] parties)
    {
        foreach (var party in parties)
        {
            ChannelAudit.Differences(party.State).Should().BeEmpty();
            Sum(party).Should().Be(BigInteger.Zero);
            party.Reload();
        }
    }

    private static BigInteger Sum(ChannelParty party) => Enum.GetValues<SubAccount>().Select(party.State.Ledger.Of)
        .Aggregate(BigInteger.Zero, static (sum, of) => sum + of.Credits - of.Debits);

    private static string Totals(ChannelParty party) => string.Join(", ", party.State.Ledger.Totals.Select(static total => $"{total.Key} {total.Value}"));

    private static void Offer(ChannelParty party, ulong amount) => party.Accept(new ChannelCommand.Offer(party.NewId(), amount, Start + 10_000, LockKind.Hash, _target));

    private static void Close(ChannelParty party, ulong nonce) =>
        See(party, ChannelParty.Sight(Start + 2, 10_001, 4_999) with { Window = Window, Stage = ChannelStage.Closing, Nonce = nonce, ClosesAt = Start + Window });

    /// <summary>After the window, when the contract no longer says what was deposited.</summary>
    private static ChannelSight Sight(ChannelStage stage, ImmutableArray<ContractEntry> entries) =>
        ChannelParty.Sight(Start + 3, 0, 0) with { Window = Window, Stage = stage, Entries = entries.IsEmpty ? default : entries, EntriesTo = Start + 3 };

    private static Effect.LookAtChannel LookOf(ChannelParty party)
    {
        party.Accept(new ChannelCommand.Look(party.NewId()));
        return party.Owed.Values.OfType<Effect.LookAtChannel>().Single();
    }

    private static void See(ChannelParty party, ChannelSight sight)
    {
        party.Do(new ChannelCommand.Look(party.NewId()));
        party.Accept(new ChannelCommand.RecordSight(party.NewId(), sight));
    }
}
