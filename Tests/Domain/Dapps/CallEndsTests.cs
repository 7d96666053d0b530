using TPWallet.Domain.Dapps;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Dapps;

/// <summary>Which calls contracts' records are told of.</summary>
public sealed class CallEndsTests
{
    private static readonly Inclusion _reverted = new(People.Chain, PacketRun.Hash("tx"), new(7, PacketRun.Hash("block")), false, 1);

    [Fact]
    public void Calls_ThatSettledOrReverted_AreToldByTheirLegs()
    {
        var (pending, view) = Scored();
        var told = CallEnds.Of(pending, Stands(view, new LegView("swap", "settled", null, null, null), new LegView("stake", "released", null, _reverted, null), new LegView("pay", "settled", null, null, null)));
        told.Select(one => (one.Key, one.Call.Succeeded)).Should().Equal(
            (DappKey.Of(People.Chain, People.AddressOf("dex")), true), (DappKey.Of(People.Chain, People.AddressOf("farm")), false));
        told.Select(one => one.Call.CommandId).Should().OnlyHaveUniqueItems();
        CallEnds.Of(pending, Stands(view, new LegView("swap", "settled", null, null, null)))[0].Call.CommandId.Should().Be(told[0].Call.CommandId, "a leg is one word");
    }

    [Theory]
    [InlineData("waiting")]
    [InlineData("mined")]
    [InlineData("released")]
    [InlineData("unknown")]
    public void Calls_ThatWereNotMadeOrAreUnderWay_AreNotTold(string stage)
    {
        var (pending, view) = Scored();
        CallEnds.Of(pending, Stands(view, new LegView("swap", stage, null, stage == "released" ? _reverted with { Succeeded = true } : null, null))).Should().BeEmpty();
    }

    [Fact]
    public void Calls_OfAPaymentThatWasHeldOrIsAnother_TeachNothing()
    {
        var (pending, view) = Scored();
        var settled = Stands(view, new LegView("swap", "settled", null, null, null));
        CallEnds.Of(pending, settled).Should().ContainSingle();
        CallEnds.Of(pending with { Held = true }, settled).Should().BeEmpty();
        CallEnds.Of(pending with { Payment = People.Id("an earlier revision") }, settled).Should().BeEmpty();
        CallEnds.Of(pending, settled with { Risk = null }).Should().BeEmpty();
        CallEnds.Of(pending, null).Should().BeEmpty();
    }

    private static PacketView Stands(PacketView view, params LegView[] legs) => view with { Legs = [.. legs] };

    private static (PendingRisk Pending, PacketView View) Scored()
    {
        var run = new PacketRun().Propose().Simulated();
        var score = run.Score();
        var view = PacketDecider.View(run.State, 1)!;
        var content = view.Content with { Legs = [Call("swap", "dex"), Call("stake", "farm"), People.Transfer("pay", 1)] };
        return (new(score.Payment.Id, content.Ref.Id, false, score.Value, score.At), view with { Content = content, Risk = new PacketRiskView(score, null, null), State = "settled" });
    }

    private static Leg.ContractCall Call(Name id, string to) => new(
        id, [], People.Chain, People.AddressOf("hot"), People.AddressOf(to), UInt256.Zero, new byte[] { 1, 2, 3, 4 }, [], [], new(1_000));
}
