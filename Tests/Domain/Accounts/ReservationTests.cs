using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Reserving the worst case, and how reservations of chain legs end.</summary>
public sealed class ReservationTests
{
    private static readonly UInt256 _budget = 1_000_000;

    [Fact]
    public void Reserve_Authorised_HoldsAmountsAndWholeFeeBudgets()
    {
        var run = AccountRun.Funded(new(Eth, Ether * 10), new(Token, 500));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether), Transfer("t", 200, asset: Token));
        run.Accept(run.Reserve(packet, Ana, Ben));
        Balance(run, Eth).Should().Be(((Ether * 9) - (_budget * 2), Ether + (_budget * 2)));
        Balance(run, Token).Should().Be(((UInt256)300, (UInt256)200));
        run.ShouldReplay();
    }

    [Theory]
    [InlineData(1, RejectionCode.QuorumMissing)]
    [InlineData(2, RejectionCode.None)]
    public void Reserve_VotesOfMembers_AreCountedAgain(int votes, RejectionCode code)
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        (run.Do(run.Reserve(Packet(run.Open.Id, "p", Transfer("a", Ether)), [.. new[] { Ana, Ben }.Take(votes)]))?.Code ?? RejectionCode.None).Should().Be(code);
    }

    [Fact]
    public void Reserve_OneLegCannotBePaid_HoldsNothing()
    {
        var run = AccountRun.Funded(new(Eth, Ether * 10), new(Token, 100));
        run.Refuse(run.Reserve(Packet(run.Open.Id, "p", Transfer("a", Ether), Transfer("t", 101, asset: Token)), Ana, Ben))
            .Should().Be(RejectionCode.InsufficientFunds);
        Balance(run, Eth).Should().Be((Ether * 10, UInt256.Zero));
    }

    [Fact]
    public void Reserve_FeeBudgetIsNotCovered_IsRefused()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether));
        run.Refuse(run.Reserve(Packet(run.Open.Id, "p", Transfer("a", Ether)), Ana, Ben)).Should().Be(RejectionCode.InsufficientFunds);
    }

    [Fact]
    public void Reserve_SumBeyond256Bits_IsOverflow()
    {
        var run = AccountRun.Funded(new Amount(Token, 500));
        var packet = Packet(run.Open.Id, "p", Transfer("a", UInt256.MaxValue, asset: Token), Transfer("b", 1, asset: Token));
        run.Refuse(run.Reserve(packet, Ana, Ben)).Should().Be(RejectionCode.Overflow);
    }

    [Fact]
    public void Reserve_AgainOrWithOtherContent_MovesNothingMore()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(run.Reserve(packet, Ana, Ben) with { CommandId = Id("other") }).Should().BeEmpty();
        run.Refuse(run.Reserve(packet with { Revision = 2 }, Ana, Ben)).Should().Be(RejectionCode.ClaimTaken);
    }

    /// <summary>Field notes 40: two requests that each pass alone must not pass together.</summary>
    [Fact]
    public void Reserve_ConcurrentPackets_NeverPassTheCapTogether()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 1000));
        var reserved = 0;
        for (var index = 0; index < 30; index++)
        {
            // All judged and voted before any is reserved.
            var packet = Packet(run.Open.Id, $"p{index}", Transfer("a", Ether * 5));
            if (run.Do(run.Reserve(packet, Ana, Ben, Cleo)) is null) reserved++;
        }

        reserved.Should().Be(19, "20 × 5 ether and their fees are just above the cap of 100");
        run.Open.Windows.Used(Eth, [], Span.Hours(24), run.Stamp).Should().BeLessThanOrEqualTo(Ether * 100);
    }

    [Fact]
    public void Reserve_WindowPasses_LetsMoreOut()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 1000));
        run.Accept(run.Reserve(Packet(run.Open.Id, "p1", Transfer("a", Ether * 50)), Ana, Ben, Cleo));
        run.Accept(run.Reserve(Packet(run.Open.Id, "p2", Transfer("a", Ether * 49)), Ana, Ben, Cleo));
        run.Refuse(Later(run, "p3")).Should().Be(RejectionCode.LimitWindow);
        run.Now += Span.Hours(24);
        run.Refuse(Later(run, "p3")).Should().Be(RejectionCode.LimitWindow, "the bucket's hour has not wholly left the window");
        run.Now += Span.Seconds(3_660);
        run.Accept(Later(run, "p3"));
    }

    [Fact]
    public void Reserve_AfterOpenBefore_IsRefused()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Now = packet.OpenBefore - Span.Seconds(30);
        run.Refuse(run.Reserve(packet, Ana, Ben)).Should().Be(RejectionCode.DeadlinePassed, "the latest possible time counts");
    }

    [Fact]
    public void Reserve_TimelockOfItsRule_RunsFromTheQuorum()
    {
        var policy = StandardPolicy with { Rules = [Rule("pay", [], TwoOfThree, timelock: Span.Hours(2))] };
        var run = AccountRun.Registered(GenesisOf(policy, All));
        run.Attach("hot");
        run.Accept(AccountRun.Credit(run.Deposit(new(Eth, Ether * 10), "fund")));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        var quorumAt = run.Now;
        run.Refuse(run.Reserve(packet, Bounds.Empty, null, Ana, Ben)).Should().Be(RejectionCode.TimelockRunning);
        run.Now += Span.Hours(2);
        run.Refuse(run.Reserve(packet, Bounds.Empty, quorumAt, Ana, Ben)).Should().Be(RejectionCode.TimelockRunning, "the earliest possible time counts");
        run.Now += Span.Seconds(30);
        run.Accept(run.Reserve(packet, Bounds.Empty, quorumAt, Ana, Ben));
    }

    [Fact]
    public void PostLeg_Final_PaysTheWorldAndReturnsTheRestOfTheBudget()
    {
        var (run, packet) = Reserved();
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 400));
        Balance(run, Eth).Should().Be(((Ether * 9) - 400, UInt256.Zero));
        run.Open.Ledger.Of(Book.NetworkFees, Eth).Balance.Should().Be((UInt256)400);
        run.Open.Windows.Used(Eth, [], Span.Hours(24), run.Stamp).Should().Be(Ether + 400);
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 400)).Should().BeEmpty("it is posted already");
        run.ShouldReplay();
    }

    [Fact]
    public void UnpostLeg_Reorg_IsReservedAgainAtItsFirstWindowInstant()
    {
        var (run, packet) = Reserved();
        var before = AccountRun.Write(run.State with { });
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 400));
        run.Now += Span.Hours(5);
        var unpost = new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Hash("block tx"));
        run.Accept(unpost with { LostBlock = AccountRun.Hash("another block") }).Should().BeEmpty("the posting does not stand on it");
        run.Accept(unpost);
        run.Accept(unpost).Should().BeEmpty();
        Balance(run, Eth).Should().Be(((Ether * 9) - _budget, Ether + _budget));
        Windows(AccountRun.Write(run.State)).Should().Be(Windows(before));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 300, "tx2"));
        Balance(run, Eth).Should().Be(((Ether * 9) - 300, UInt256.Zero));
        run.ShouldReplay();
    }

    [Fact]
    public void ReleaseLeg_MinedButReverted_ReturnsTheAmountAndPostsTheFee()
    {
        var (run, packet) = Reserved();
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "a"), 21_000, "reverted"));
        Balance(run, Eth).Should().Be(((Ether * 10) - 21_000, UInt256.Zero));
        run.Open.Windows.Used(Eth, [], Span.Hours(24), run.Stamp).Should().Be((UInt256)21_000);
        run.Accept(new AccountCommand.ReleaseLeg(Id("r2"), new(packet.Ref, "a"), 21_000, "again")).Should().BeEmpty();
        run.Refuse(run.Post(packet, "a", [new(Eth, Ether)], 400)).Should().Be(RejectionCode.ReservationEnded, "a reservation ends once");
    }

    [Fact]
    public void ReleaseLeg_Posted_IsRefused()
    {
        var (run, packet) = Reserved();
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 400));
        run.Refuse(new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "a"), 0, "late")).Should().Be(RejectionCode.ReservationEnded);
    }

    [Fact]
    public void PostLeg_SpentMoreThanAgreed_IsPostedAndFreezes()
    {
        var (run, packet) = Reserved();
        run.Accept(run.Post(packet, "a", [new(Eth, Ether * 2)], _budget + 1));
        run.Open.Freeze.IsFrozen.Should().BeTrue();
        Balance(run, Eth).Should().Be(((Ether * 8) - _budget - 1, UInt256.Zero));
        run.ShouldReplay();
    }

    [Fact]
    public void PostLeg_Unknown_IsRefused()
    {
        var (run, packet) = Reserved();
        run.Refuse(run.Post(packet, "zzz", [], 0)).Should().Be(RejectionCode.ReservationUnknown);
        run.Refuse(run.Post(packet with { Ref = packet.Ref with { Id = "other" } }, "a", [], 0)).Should().Be(RejectionCode.ReservationUnknown);
    }

    [Fact]
    public void OwnMove_IsExemptFromLimitsButItsFeeIsNot()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 1000));
        run.Attach("cold", Tier.Cold);
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether * 500, to: "cold"));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Open.Windows.Used(Eth, [], Span.Hours(24), run.Stamp).Should().Be(_budget);
        run.Accept(run.Post(packet, "a", [new(Eth, Ether * 500)], 100));
        run.Accept(AccountRun.Credit(run.Deposit(new(Eth, Ether * 500), "tx", to: "cold")));
        Balance(run, Eth).Should().Be(((Ether * 1000) - 100, UInt256.Zero));
        run.Open.Windows.Used(Eth, [], Span.Hours(24), run.Stamp).Should().Be((UInt256)100);
    }

    [Fact]
    public void OperatorFee_PacketSettles_IsPostedOnce()
    {
        var (run, packet) = WithFee();
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 0));
        run.Events.OfType<AccountEvent.OperatorFeePosted>().Should().BeEmpty("one leg is still open");
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "b"), 0, "impossible"));
        run.Events.OfType<AccountEvent.OperatorFeePosted>().Single().Period.Should().Be("2027-01");
        var owed = AccountDecider.Owed(run.State).Single(pair => pair.Key.StartsWith("fee/", StringComparison.Ordinal));
        var tell = owed.Value.Should().BeOfType<TPWallet.Domain.Machines.Effect.TellRevenue>().Subject;
        ((Grains.Interfaces.Ledger.RevenueCommand.PostFee)tell.Command).Amount.Should().Be(new Amount(Eth, 77));
        Balance(run, Eth).Should().Be(((Ether * 9) - 77, UInt256.Zero));

        run.Accept(new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Hash("block tx")));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 0, "tx2"));
        run.Events.OfType<AccountEvent.OperatorFeePosted>().Should().ContainSingle();
        run.ShouldReplay();
    }

    /// <summary>Signer/Checks/README.md: what the account knows of a leg that another is to replace.</summary>
    [Fact]
    public void Reserve_InsteadOfALeg_OnlyWhenThatWasReleasedByTheNamedTransaction()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var first = Packet(run.Open.Id, "p", Transfer("a", Ether));
        var by = AccountRun.Inclusion("no-op", 7);
        PacketContent Instead(Name id, string consumedBy) =>
            Packet(run.Open.Id, id, Transfer("a", Ether) with { Replaces = new(new(first.Ref, "a"), AccountRun.Hash(consumedBy)) });
        run.Refuse(run.Reserve(Instead("q", "no-op"), Ana, Ben)).Should().Be(RejectionCode.ReservationUnknown);
        run.Accept(run.Reserve(first, Ana, Ben));
        run.Refuse(run.Reserve(Instead("q", "no-op"), Ana, Ben)).Should().Be(RejectionCode.NotFinal, "it may still be mined");
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(first.Ref, "a"), 7, "impossible", by));
        run.Refuse(run.Reserve(Instead("q", "another"), Ana, Ben)).Should().Be(RejectionCode.NotFinal);
        run.Accept(run.Reserve(Instead("q", "no-op"), Ana, Ben));
    }

    [Fact]
    public void OperatorFee_NothingWasDelivered_GoesBack()
    {
        var (run, packet) = WithFee();
        foreach (var leg in new Name[] { "a", "b" })
            run.Accept(new AccountCommand.ReleaseLeg(Id($"r {leg}"), new(packet.Ref, leg), 0, "impossible"));
        Balance(run, Eth).Should().Be((Ether * 10, UInt256.Zero));
        run.Open.Windows.Buckets.Should().BeEmpty();
        run.ShouldReplay();
    }

    internal static (UInt256 Available, UInt256 Reserved) Balance(AccountRun run, AssetId asset)
    {
        var balance = AccountViews.View(run.State, 1, Bytes32.Zero)!.Balances.Single(entry => entry.Asset == asset);
        return (balance.Available, balance.Reserved);
    }

    private static AccountCommand.Reserve Later(AccountRun run, Name id)
    {
        var packet = Packet(run.Open.Id, id, Transfer("a", Ether * 2)) with { OpenBefore = run.Now + Span.Hours(9), SettleBefore = run.Now + Span.Hours(9) };
        return run.Reserve(packet, Ana, Ben, Cleo);
    }

    private static (AccountRun Run, PacketContent Packet) Reserved()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        return (run, packet);
    }

    private static (AccountRun Run, PacketContent Packet) WithFee()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether), Transfer("b", Ether)) with
        {
            Allocations = [new(new(Eth, (Ether * 2) + 77), 77, [new("a", Ether), new("b", Ether)], "b")],
        };
        run.Accept(run.Reserve(packet, Ana, Ben));
        return (run, packet);
    }

    private static string Windows(string state)
    {
        using var json = System.Text.Json.JsonDocument.Parse(state);
        return json.RootElement.GetProperty("windows").GetRawText();
    }
}
