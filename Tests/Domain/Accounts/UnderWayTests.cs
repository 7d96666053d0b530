using TPWallet.Domain.Accounts;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>How many packets of an account may be under way.</summary>
public sealed class UnderWayTests
{
    private const int MaxUnderWay = 4_096;

    [Fact]
    public void Reserve_AsManyUnderWayAsThereMayBe_WaitsUntilOneIsOver()
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether * 10));
        var (first, next) = (Packet(run.Open.Id, "p", Transfer("a", 5)), Packet(run.Open.Id, "q", Transfer("a", 5)));
        run.Accept(run.Reserve(first, Ana, Ben));
        run.Open.UnderWay.Should().Be(1);
        var full = run.Open with { UnderWay = MaxUnderWay };
        AccountDecider.Decide(full, run.Reserve(next, Ana, Ben), run.Stamp).Should().BeOfType<Decision<AccountEvent>.Refuse>()
            .Which.Rejection.Should().BeEquivalentTo(
                new Rejection(RejectionCode.QuotaExceeded, "at most 4096 packets of an account under way", "4096 under way"));
        AccountDecider.Decide(full, run.Reserve(first, Ana, Ben), run.Stamp).Should().BeOfType<Decision<AccountEvent>.Accept>("it is one of them");
        AccountDecider.Decide(full with { UnderWay = MaxUnderWay - 1 }, run.Reserve(next, Ana, Ben), run.Stamp)
            .Should().BeOfType<Decision<AccountEvent>.Accept>();
        run.Accept(run.Post(first, "a", [new(Eth, 5)], 7, "tx"));
        run.Open.UnderWay.Should().Be(0, "what is over stays in the state, and takes no room");
        run.Open.Packets.Should().ContainSingle();
    }
}
