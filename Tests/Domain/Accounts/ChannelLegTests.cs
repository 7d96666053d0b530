using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>A leg over channels counts in the windows once, whichever way it is paid, and moves no book: the deposit into the channel did.</summary>
public sealed class ChannelLegTests
{
    private static readonly UInt256 _gas = 1_000_000;
    private static readonly EffectBounds _bounds = new([new(Chain, AddressOf("hot"), [new(Token, 400)], [])], [], [], []);

    [Fact]
    public void Leg_PaidOverChannels_CountsAndMovesNoBook()
    {
        var (run, packet) = Reserved(ChannelLegs.Rent, ChannelLegs.Instead);
        Books(run).Should().Be((600, 400), "what would be sent on chain is held, and nothing of the payment over channels");
        Used(run).Should().Be((420, _gas));
        run.Accept(Paid(packet, 403)).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.LegPaid>().Which.Moved.Entries.Should().BeEmpty();
        run.Accept(Release(packet, "rent-chain"));
        (Books(run), Used(run)).Should().Be(((1_000, 0), (403, UInt256.Zero)));
        run.Accept(Paid(packet, 403)).Should().BeEmpty("it is said again");
        run.Refuse(Release(packet, "rent")).Should().Be(RejectionCode.ReservationEnded);
        run.Open.UnderWay.Should().Be(0);
        run.ShouldReplay();
    }

    [Fact]
    public void Leg_PaidOnChainInstead_CountsOnce()
    {
        var (run, packet) = Reserved(ChannelLegs.Rent, ChannelLegs.Instead);
        run.Accept(Release(packet, "rent"));
        (Books(run), Used(run)).Should().Be(((600, 400), (400, _gas)));
        run.Accept(run.Post(packet, "rent-chain", [new(Token, 400)], 50));
        (Books(run), Used(run)).Should().Be(((600, 0), (400, (UInt256)50)));
        run.Refuse(run.Post(packet, "rent", [new(Token, 400)], 50)).Should().Be(RejectionCode.WrongState, "no transaction makes it");
        run.ShouldReplay();
    }

    [Fact]
    public void Leg_Unpaid_CountsNothing()
    {
        var (run, packet) = Reserved(ChannelLegs.Rent, ChannelLegs.Instead);
        run.Accept(Release(packet, "rent"));
        run.Accept(Release(packet, "rent-chain"));
        (Books(run), Used(run)).Should().Be(((1_000, 0), (0, UInt256.Zero)));
        run.Open.Windows.Buckets.Should().BeEmpty();
    }

    /// <summary>A payment that a restore had forgotten was made after all.</summary>
    [Fact]
    public void Leg_PaidAfterItWasReleased_CountsAllTheSame()
    {
        var (run, packet) = Reserved(ChannelLegs.Rent, ChannelLegs.Instead);
        run.Accept(Release(packet, "rent"));
        run.Accept(Paid(packet, 403));
        Used(run).Should().Be((803, _gas), "until what was to be made instead is let go, both count");
        run.Accept(Release(packet, "rent-chain"));
        (Books(run), Used(run)).Should().Be(((1_000, 0), (403, UInt256.Zero)));
        run.ShouldReplay();
    }

    [Fact]
    public void Leg_WithoutAnotherWay_NeedsNothingInTheLedger()
    {
        var (run, packet) = Reserved(ChannelLegs.Rent with { Invoice = TPWallet.Tests.Domain.Invoices.InvoiceScene.Sign(ChannelLegs.Invoice with { Amount = null }), Amount = new(Token, 5_000) });
        (Books(run), Used(run).Tokens).Should().Be(((1_000, 0), 5_020));
        run.Accept(Paid(packet, 5_000));
        (Books(run), Used(run).Tokens).Should().Be(((1_000, 0), 5_000));
        run.ShouldReplay();
    }

    [Fact]
    public void Fees_OfThePacket_ArePostedOnceItWasPaid()
    {
        var run = Funded();
        var packet = Packet(run.Open.Id, "p", ChannelLegs.Rent) with { Allocations = [new(new(Token, 407), 7, [new("rent", 400)], "rent")] };
        run.Accept(run.Reserve(packet, Ana, Ben));
        Books(run).Should().Be((993, 7));
        run.Accept(Paid(packet, 400)).Select(static happened => happened.GetType().Name).Should().Equal("LegPaid", "OperatorFeePosted");
        Books(run).Should().Be((993, 0));
    }

    [Fact]
    public void Window_HoldsForPaymentsOverChannels()
    {
        var run = Funded(Limit("tokens", Token, hardWindow: 900));
        run.Accept(run.Reserve(Packet(run.Open.Id, "p", ChannelLegs.Rent), Ana, Ben, Cleo));
        run.Accept(run.Reserve(Packet(run.Open.Id, "q", ChannelLegs.Next("q"), ChannelLegs.Instead), _bounds, null, Ana, Ben, Cleo));
        run.Refuse(run.Reserve(Packet(run.Open.Id, "r", ChannelLegs.Next("r") with { MostFee = 0 }), Ana, Ben, Cleo)).Should().Be(RejectionCode.LimitWindow);
        run.Refuse(run.Reserve(Packet(run.Open.Id, "s", ChannelLegs.Rent with { Key = "other" }), Ana, Ben, Cleo)).Should().Be(RejectionCode.KeyUnknown);
    }

    /// <summary>Of two packets that pay one invoice the second would fail, and be made on chain besides.</summary>
    [Fact]
    public void Invoice_IsPaidByOnePacket_UntilThatHasFailed()
    {
        var (run, packet) = Reserved(ChannelLegs.Rent, ChannelLegs.Instead);
        RejectionCode Again(string name) => run.Refuse(run.Reserve(Packet(run.Open.Id, name, ChannelLegs.Rent), Ana, Ben));
        Again("early").Should().Be(RejectionCode.ClaimTaken);
        run.Accept(Release(packet, "rent"));
        Again("meanwhile").Should().Be(RejectionCode.ClaimTaken);
        run.Accept(Release(packet, "rent-chain"));
        var next = Packet(run.Open.Id, "next", ChannelLegs.Rent, ChannelLegs.Instead);
        run.Accept(run.Reserve(next, _bounds, null, Ana, Ben));
        run.Accept(Paid(next, 403));
        Again("late").Should().Be(RejectionCode.ClaimTaken);

        var twice = Packet(run.Open.Id, "twice", ChannelLegs.Next("both"), ChannelLegs.Next("both") with { Id = "rent-2" });
        run.Refuse(run.Reserve(twice, Ana, Ben)).Should().Be(RejectionCode.ClaimTaken);
        run.ShouldReplay();
    }

    /// <summary>An account that paid a leg over channels.</summary>
    internal static AccountRun Paid()
    {
        var (run, packet) = Reserved(ChannelLegs.Rent);
        run.Accept(Paid(packet, 403));
        return run;
    }

    private static AccountRun Funded(params ImmutableArray<LimitRule> limits)
    {
        var run = AccountRun.Registered(GenesisOf(StandardPolicy with { Limits = limits, Changes = StandardChanges with { PolicyTimelock = Span.Zero } }, All));
        run.Attach("hot");
        run.Accept(AccountRun.Credit(run.Deposit(new(Token, 1_000), "tokens")));
        run.Accept(AccountRun.Credit(run.Deposit(new(Eth, _gas * 10), "gas")));
        var mandate = new ChannelMandate("channels", Chain, AddressOf("manager"), AddressOf("token"), 1_000_000, AddressOf("hot"));
        run.Carry("grant", new AccountChange.GrantChannels(mandate), Ana, Ben, Cleo);
        run.Tick();
        run.Open.Governance.Channels.Should().ContainSingle();
        return run;
    }

    private static (AccountRun Run, PacketContent Packet) Reserved(params ReadOnlySpan<Leg> legs)
    {
        var run = Funded();
        var packet = Packet(run.Open.Id, "p", legs);
        run.Accept(run.Reserve(packet, legs.Length > 1 ? _bounds : Bounds.Empty, null, Ana, Ben));
        return (run, packet);
    }

    private static AccountCommand.PostPayment Paid(PacketContent packet, ulong spent) => new(Id($"paid {packet.Ref.Id} {spent}"), new(packet.Ref, "rent"), spent);

    private static AccountCommand.ReleaseLeg Release(PacketContent packet, Name leg) => new(Id($"release {leg}"), new(packet.Ref, leg), UInt256.Zero, "unpaid");

    /// <summary>The token, available and reserved.</summary>
    private static (ulong Available, ulong Reserved) Books(AccountRun run) =>
        (run.Open.Ledger.Of(Book.Available, Token).Balance.Low, run.Open.Ledger.Of(Book.Reserved, Token).Balance.Low);

    private static (ulong Tokens, UInt256 Gas) Used(AccountRun run) =>
        (run.Open.Windows.Used(Token, [], Span.Hours(24), run.Stamp).Low, run.Open.Windows.Used(Eth, [], Span.Hours(24), run.Stamp));
}
