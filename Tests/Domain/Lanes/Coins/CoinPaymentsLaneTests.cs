using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>A leg that pays several: one transaction, whose change is its last output.</summary>
public sealed class CoinPaymentsLaneTests
{
    private static readonly ImmutableArray<CoinPayee> _payees = CoinPaymentsFormTests.AllForms;

    [Fact]
    public void VirtualBytes_OfAnyPayees_AreThoseOfTheCodec()
    {
        var change = OutputScript.Witness(0, new byte[20]);
        for (var count = 1; count <= Leg.CoinPayments.MaxPayees; count++)
        {
            ImmutableArray<CoinPayee> payees = [.. Enumerable.Range(0, count).Select(i => _payees[i % _payees.Length])];
            var weight = TransactionSize.Weight([.. Enumerable.Repeat(InputSize.WitnessPubKeyHash, 3)], [.. payees.Select(payee => new Script(payee.Script)), change]);
            CoinFees.VirtualBytes(3, payees).Should().Be((int)TransactionSize.VirtualBytes(weight));
        }
    }

    [Fact]
    public void Payments_OfOneLeg_AreOneTransactionAndItsChangeIsSpentNext()
    {
        var run = Submitted("a").Coin("x", 100_000).Market().Choose();
        var spend = run.Requested("a").Spend;
        (spend.PaySat, spend.MorePayees, spend.FeeSat).Should().Be((15_000, 4, 2 * CoinFees.VirtualBytes(1, _payees)));
        spend.ChangeSat.Should().Be(100_000 - 15_000 - spend.FeeSat);
        run.Sign("a").Watch().Sent("a");
        run.Submit("b").Choose();
        run.Requested("b").Spend.Inputs.Single().Output.Should().Be(new SpentOutput(run.Newest("a").TxHash, 5), "the change is the last of six outputs");
        run.Mined("a");
        run.Final("a");
        run.State.Coins.Values.Should().Contain(coin => coin.Output == new SpentOutput(run.Newest("a").TxHash, 5) && coin.ValueSat == spend.ChangeSat);
        run.State.Gifts.Should().BeEmpty("payees are others");
    }

    [Fact]
    public void Payments_Closed_GiveAllBackInOneOutput()
    {
        var run = Submitted("a").Coin("x", 100_000).Market().Choose().Sign("a").Watch().Sent("a");
        run.Close("a");
        var noOp = run.Requested("a").Spend;
        (noOp.PaySat, noOp.MorePayees, noOp.ChangeIndex).Should().Be((0, 0, 0u));
        noOp.FeeSat.Should().BeGreaterThan(run.Newest("a").Spend.FeeSat);
    }

    [Fact]
    public void Spend_OfOnePayee_IsStoredAsItAlwaysWas()
    {
        var spend = CoinFees.Spend([], [_payees[0]], 100);
        System.Text.Json.JsonSerializer.Serialize(new CoinLaneEvent.CoinsReserved(1, spend), CoinLaneJson.Default.CoinLaneEvent).Should().NotContain("morePayees");
        var more = CoinFees.Spend([], _payees, 100);
        var text = System.Text.Json.JsonSerializer.Serialize(new CoinLaneEvent.CoinsReserved(1, more), CoinLaneJson.Default.CoinLaneEvent);
        ((CoinLaneEvent.CoinsReserved)System.Text.Json.JsonSerializer.Deserialize(text, CoinLaneJson.Default.CoinLaneEvent)!).Spend.Should().Be(more);
        more.Should().NotBe(more with { MorePayees = 0 });
    }

    private static CoinRun Submitted(string leg)
    {
        var run = new CoinRun();
        var content = CoinPaymentsFormTests.Pay([.. _payees]) with { Id = leg };
        var intent = CoinRun.Intent(leg) with { Content = content, FeeBudget = content.Fee.Max };
        run.Accept(new LaneCommand.Submit(Id("submit " + leg), intent));
        return run;
    }
}
