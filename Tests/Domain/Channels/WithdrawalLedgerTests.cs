using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Channels;

/// <summary>What a withdrawal posts, and what a close gives whether it went through or not: to the unit what is theirs.</summary>
public sealed class WithdrawalLedgerTests
{
    private const ulong Start = WithdrawalRun.Start;

    [Fact]
    public void Withdrawal_LeavesByTheState_AndIsCreditByTheContract_OnBothSides()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        Totals(run.A).Should().EndWith("Leaving 600");
        Totals(run.B).Should().EndWith("PeerLeaving 600");
        run.Settle();
        run.See(Start + 20, new(600, 0), credit: 600);
        Totals(run.A).Should().EndWith("Leaving 600, Withdrawn 600");
        Totals(run.B).Should().EndWith("PeerLeaving 600, PeerWithdrawn 600");
        run.See(Start + 40, new(600, 0), credit: 600);
        Totals(run.A).Should().EndWith("Withdrawn 600", "it is posted once");
        run.Agree();
    }

    /// <summary>The newest state names 600: the contract gives 9,400 where they were withdrawn, and 10,000 where they were not.</summary>
    [Theory]
    [InlineData(600, 9_400, "Leaving 600, Withdrawn 600")]
    [InlineData(0, 10_000, "Leaving 600, LeavingReturned 600")]
    public void Settlement_ByTheNewestState_GivesWhatIsTheirs(ulong withdrawn, ulong given, string totals)
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        Close(run, run.A.State.Book.Nonce, new(withdrawn, 0), new(given, 5_000), []);
        Totals(run.A).Should().Be($"Deposited 10001, PeerDeposited 4999, Paid 1, Settled {given}, PeerSettled 5000, {totals}");
        foreach (var party in new[] { run.A, run.B }) party.State.Settlement!.Due.Should().Be(new SidePair(given, 5_000));
        run.A.State.Ledger.Of(SubAccount.Credit).Balance.Should().Be(10_000);
        run.Agree();
    }

    /// <summary>It was withdrawn and settled between two looks: the contract's events tell.</summary>
    [Fact]
    public void Withdrawal_BetweenTheLastLookAndTheEnd_IsReadFromTheEvents()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        Close(run, run.A.State.Book.Nonce, null, new(9_400, 5_000), [new(ContractEntryKind.Withdrawn, PacketRun.Hash("w"), 0, new(600, 0))]);
        Totals(run.A).Should().EndWith("Leaving 600, Withdrawn 600");
        run.A.State.Settlement!.Due.Should().Be(new SidePair(9_400, 5_000));
        run.Agree();
    }

    /// <summary>A state from before the withdrawal wins, as nobody answered it: it gives less by what was withdrawn.</summary>
    [Fact]
    public void Settlement_ByAStateThatDoesNotNameIt_TakesItOff()
    {
        var run = new WithdrawalRun();
        var old = run.A.State.Full!;
        run.Withdraw(run.A, 600);
        run.Settle();
        foreach (var party in new[] { run.A, run.B }) WithdrawalRun.See(party, WithdrawalRun.Sight(Start + 30) with { Withdrawn = new(600, 0), Stage = ChannelStage.Closing, Nonce = old.Book.Nonce, ClosesAt = Start + 31 });
        foreach (var party in new[] { run.A, run.B }) party.Accept(new ChannelCommand.RecordRecalled(party.NewId(), old.Book.Nonce, old.Book));
        Close(run, old.Book.Nonce, new(600, 0), new(9_400, 5_000), []);
        foreach (var party in new[] { run.A, run.B })
        {
            party.State.Settlement!.Due.Should().Be(new SidePair(9_400, 5_000));
            ChannelAudit.Differences(party.State).Should().BeEmpty();
        }
    }

    /// <summary>More was given than both signed: nothing here can do that, and it is told.</summary>
    [Fact]
    public void Contract_ThatShowsLessThanBefore_IsADifference()
    {
        var run = new WithdrawalRun();
        run.Withdraw(run.A, 600);
        run.Settle();
        run.See(Start + 20, new(600, 0), credit: 600);
        run.See(Start + 40, default, credit: 600);
        ChannelAudit.Differences(run.A.State).Should().ContainSingle().Which.Should().Be(new BooksDifference("ledger.leaving", "600", "0"));
        run.See(Start + 60, new(600, 0), credit: 600);
        run.Agree();
    }

    /// <summary>Closes by a state, and settles by it with what the contract gives.</summary>
    /// <param name="withdrawn">What is withdrawn when the close is seen; null: the close is not seen before it is over.</param>
    private static void Close(WithdrawalRun run, ulong nonce, SidePair? withdrawn, SidePair given, ImmutableArray<ContractEntry> before)
    {
        foreach (var party in new[] { run.A, run.B })
        {
            if (withdrawn is { } seen)
                WithdrawalRun.See(party, WithdrawalRun.Sight(Start + 50) with { Withdrawn = seen, Stage = ChannelStage.Closing, Nonce = nonce, ClosesAt = Start + 60 });
            WithdrawalRun.See(party, ChannelParty.Sight(Start + 70, 0, 0) with
            {
                Window = WithdrawalRun.Window,
                Stage = ChannelStage.Gone,
                Entries = [.. before, new(ContractEntryKind.Settled, PacketRun.Hash("s"), nonce, given)],
                EntriesTo = Start + 70,
            });
        }
    }

    private static string Totals(ChannelParty party) => string.Join(", ", party.State.Ledger.Totals.Select(static total => $"{total.Key} {total.Value}"));
}
