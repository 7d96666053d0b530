using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>What deep reorgs take back: postings and releases, to the wei and at their first window instant.</summary>
public sealed class ReorgTests
{
    /// <summary>Design: posted and released end a reservation once; a deep reorg takes either back, at its first window instant.</summary>
    [Fact]
    public void UnreleaseLeg_NoOpReorganisedAway_ReservesAgainToTheWei()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether)) with { Allocations = [new(new(Eth, Ether + 5), 5, [new("a", Ether)], "a")] };
        run.Accept(run.Reserve(packet, Ana, Ben));
        var (reserved, windows) = (Json(run.Open.Ledger.Of(Book.Reserved, Eth).Balance), Json(run.Open.Windows.Buckets.Values.Select(b => b.Values)));
        run.Now += Span.Hours(3);
        var by = AccountRun.Inclusion("no-op", 21_000);
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "a"), 21_000, "impossible", by));
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be((Ether * 10) - 21_000);
        run.Accept(new AccountCommand.UnreleaseLeg(Id("u0"), new(packet.Ref, "a"), AccountRun.Hash("another"))).Should().BeEmpty();
        run.Accept(new AccountCommand.UnreleaseLeg(Id("u1"), new(packet.Ref, "a"), by.Block.Hash)).Should().HaveCount(2, "leg and operator's fee");
        run.Accept(new AccountCommand.UnreleaseLeg(Id("u2"), new(packet.Ref, "a"), by.Block.Hash)).Should().BeEmpty();
        Json(run.Open.Ledger.Of(Book.Reserved, Eth).Balance).Should().Be(reserved);
        Json(run.Open.Windows.Buckets.Values.Select(b => b.Values)).Should().Be(windows, "it counts from its first window instant");
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 9)).Should().HaveCount(2, "it settled after all, and the operator earned the fee");
        run.Open.Ledger.Of(Book.Reserved, Eth).Balance.Should().Be(UInt256.Zero);
        run.ShouldReplay();
    }

    [Fact]
    public void UnreleaseLeg_SpentMeanwhile_IsADeficitThatStopsWhatGoesOut()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 3));
        var (first, second) = (Packet(run.Open.Id, "p", Transfer("a", Ether * 2)), Packet(run.Open.Id, "q", Transfer("a", Ether * 2)));
        run.Accept(run.Reserve(first, Ana, Ben));
        var by = AccountRun.Inclusion("no-op", 0);
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(first.Ref, "a"), 0, "impossible", by));
        run.Accept(run.Reserve(second, Ana, Ben));
        var events = run.Accept(new AccountCommand.UnreleaseLeg(Id("u"), new(first.Ref, "a"), by.Block.Hash));
        events.OfType<AccountEvent.DeficitArose>().Should().ContainSingle().Which.Amount.Should().Be(new Amount(Eth, Ether + 2_000_000));
        run.Refuse(run.Reserve(Packet(run.Open.Id, "z", Transfer("a", 1)), Ana, Ben)).Should().Be(RejectionCode.Deficit);
        run.ShouldReplay();
    }

    private static string Json<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value);

    [Fact]
    public void PostLeg_MoveBetweenOwnAddresses_TakesOnlyTheFee()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 2));
        run.Attach("cold", Tier.Cold);
        var packet = Packet(run.Open.Id, "own", Transfer("a", Ether, to: "cold"));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 21_000));
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be((Ether * 2) - 21_000, "the chain still holds it at an own address");
        run.Accept(new AccountCommand.UnpostLeg(Id("u"), new(packet.Ref, "a"), AccountRun.Inclusion("tx", 0).Block.Hash));
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be(Ether - 1_000_000, "reserved again");
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 21_000, "tx 2"));
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be((Ether * 2) - 21_000);
        run.ShouldReplay();
    }
}
