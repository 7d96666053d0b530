using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>Fees that no budget bounds.</summary>
public sealed class DearFeeTests
{
    private const ulong Budget = 1_000_000;

    /// <summary>What an L2 charges for data is bounded by no budget: the ledger follows the chain, and says so where that leaves a debt.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Leg_FeeAboveAllThatIsLeft_IsADebtThatIsTold(bool isPosted)
    {
        var run = AccountRun.Funded(new Amount(Eth, Ether + ((UInt256)Budget * 2)));
        var packet = Packet(run.Open.Id, "p", Transfer("a", Ether));
        run.Accept(run.Reserve(packet, Ana, Ben));
        var paid = ((UInt256)Budget * 5) + (isPosted ? UInt256.Zero : Ether);
        var events = run.Accept(isPosted ? run.Post(packet, "a", [new(Eth, Ether)], paid) : new AccountCommand.ReleaseLeg(Id("r"), new(packet.Ref, "a"), paid, "reverted"));
        var debt = (UInt256)(Budget * 3);
        run.Open.Ledger.Of(Book.NetworkFees, Eth).Balance.Should().Be(paid);
        ReservationTests.Balance(run, Eth).Should().Be((UInt256.Zero, UInt256.Zero));
        run.Open.Ledger.Of(Book.Available, Eth).Deficit.Should().Be(debt);
        events.OfType<AccountEvent.DeficitArose>().Select(arose => arose.Amount.Value).Should().Equal(debt);
        run.Open.Freeze.IsFrozen.Should().BeTrue();
        run.ShouldReplay();
    }
}
