using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>An account whose journal lost its tail: what was signed is held again, and its windows are full until they pass.</summary>
public sealed class RestoreTests
{
    [Fact]
    public void HoldLeg_Forgotten_IsHeldOnceAndPostedLikeAnyOther()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(Hold(packet, "h1"));
        run.Accept(Hold(packet, "h2")).Should().BeEmpty();
        run.Open.Ledger.Of(Book.Reserved, Eth).Balance.Should().Be(Ether + FeeOf(packet));
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 7));
        run.Accept(Hold(packet, "h3")).Should().BeEmpty("it is posted");
        run.Open.Ledger.Of(Book.Available, Eth).Balance.Should().Be((Ether * 9) - 7);
        run.Open.Ledger.Of(Book.Reserved, Eth).Balance.Should().Be(UInt256.Zero);
        run.ShouldReplay();
    }

    [Fact]
    public void HoldLeg_MoneyThatIsNotThere_IsADebtThatStopsWhatGoesOut()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether * 3));
        run.Accept(Hold(packet, "h")).Should().ContainSingle(@event => @event is AccountEvent.DeficitArose);
        run.Open.InDeficit().Should().Be(Eth);
        run.Refuse(run.Reserve(Packet(run.Open.Id, "q", Transfer("a", 1)), Ana, Ben)).Should().Be(RejectionCode.Deficit);
    }

    [Fact]
    public void HoldLeg_ReleasedSinceTheRestore_IsHeldAgain()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        var held = run.Open.Ledger.Of(Book.Reserved, Eth).Balance;
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "a"), 0, "refused", null));
        run.Accept(Hold(packet, "h"));
        run.Open.Ledger.Of(Book.Reserved, Eth).Balance.Should().Be(held);
        run.Accept(run.Post(packet, "a", [new(Eth, Ether)], 7)).Should().NotBeEmpty();
    }

    [Fact]
    public void HoldLeg_MadeImpossibleOnTheChain_StaysReleased()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Accept(new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "a"), 21_000, "impossible", AccountRun.Inclusion("no-op", 21_000)));
        run.Accept(Hold(packet, "h")).Should().BeEmpty();
    }

    [Fact]
    public void HoldLeg_AnotherContentUnderTheSameId_IsRefused()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        run.Refuse(Hold(Packet(run.Open.Id, "p", Transfer("a", 7)), "h")).Should().Be(RejectionCode.ClaimTaken);
    }

    [Fact]
    public void Used_WindowThatReachesBeyondARestore_IsFullUntilItHasPassed()
    {
        var restored = Start;
        UInt256 At(Span after, Span window) => LimitWindows.Empty.Used(Eth, [], window, Stamp.At(restored + after) with { RestoredAt = restored });
        At(Span.Hours(1), Span.Hours(24)).Should().Be(UInt256.MaxValue);
        At(Span.Hours(24), Span.Hours(24)).Should().Be(UInt256.MaxValue, "an hour counts until all of it is out");
        At(Span.Hours(25), Span.Hours(24)).Should().Be(UInt256.Zero);
        At(Span.Hours(25), Span.Hours(24 * 31)).Should().Be(UInt256.MaxValue);
        LimitWindows.Empty.Used(Eth, [], Span.Hours(24), Stamp.At(restored)).Should().Be(UInt256.Zero);
    }

    private static UInt256 FeeOf(PacketContent packet) => ((Leg.ChainTransfer)packet.Legs[0]).Fee.Max;

    private static AccountCommand.HoldLeg Hold(PacketContent packet, string id) =>
        new(Id(id), new(packet.Ref, "a"), packet.Legs[0], Canonical.Hash(packet), packet.OpenBefore);
}
