using TPWallet.Domain.Packets;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Risk;

/// <summary>What a profile is told of payments that it waits for.</summary>
public sealed class PaymentEndsTests
{
    private static readonly AccountId _account = RiskRun.Owner;

    [Theory]
    [InlineData("settled", "Settle")]
    [InlineData("partially-settled", "Settle")]
    [InlineData("rejected", "Drop")]
    [InlineData("expired", "Drop")]
    [InlineData("invalidated", "Drop")]
    [InlineData("cancelled", "Drop")]
    [InlineData("compensated", "Drop")]
    [InlineData("approving", null)]
    [InlineData("held", null)]
    [InlineData("broadcasting", null)]
    [InlineData("reserved", null)]
    public void Packet_InAState_EndsSo(string state, string? told)
    {
        var (pending, view) = Scored();
        var command = PaymentEnds.Of(_account, pending, view with { State = state });
        command?.GetType().Name.Should().Be(told);
        (command is null).Should().Be(told is null);
        if (command is RiskProfileCommand.Settle settle) (settle.Payment, settle.WantedAt).Should().Be((view.Risk!.Score.Payment, view.Risk.Score.At));
    }

    [Fact]
    public void Packet_GoneOrScoredAnewSince_WillNotHappen()
    {
        var (pending, view) = Scored();
        PaymentEnds.Of(_account, pending, null).Should().BeOfType<RiskProfileCommand.Drop>();
        PaymentEnds.Of(_account, pending with { Payment = People.Id("an earlier revision") }, view).Should().BeOfType<RiskProfileCommand.Drop>();
        PaymentEnds.Of(_account, pending, view)!.CommandId.Should().NotBe(PaymentEnds.Drop(_account, pending.Payment).CommandId);
    }

    [Fact]
    public void Deposit_ByWhereItStands_EndsSo()
    {
        var pending = Scored().Pending;
        PaymentEnds.Of(_account, pending, DepositStanding.Held).Should().BeNull();
        PaymentEnds.Of(_account, pending, DepositStanding.Credited).Should().BeOfType<RiskProfileCommand.Credit>().Which.Payment.Should().Be(pending.Payment);
        var gone = PaymentEnds.Of(_account, pending, DepositStanding.Gone).Should().BeOfType<RiskProfileCommand.Drop>().Subject;
        PaymentEnds.Of(_account, pending with { At = pending.At + Span.Seconds(1) }, DepositStanding.Gone)!.CommandId.Should()
            .NotBe(gone.CommandId, "it came again, was looked at again, and went again");
    }

    private static (PendingRisk Pending, PacketView View) Scored()
    {
        var run = new PacketRun().Propose().Simulated();
        var score = run.Score();
        var view = PacketDecider.View(run.State, 1)! with { Risk = new PacketRiskView(score, null, null), State = "settled" };
        return (new(score.Payment.Id, run.Content.Ref.Id, false, score.Value, score.At), view);
    }
}
