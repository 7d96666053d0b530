using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Payments out of an account's coins on a real Bitcoin node, from the votes to the ledger.</summary>
public sealed class CoinPaymentTests
{
    private const long Deposited = 100_000;
    private const long Paid = 30_000;

    [BitcoinFact]
    public async Task Packet_OnTheBitcoinChain_IsPaidAndPostedWithItsFee()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        var packet = scene.Content("pay", scene.Pay("coin", Paid));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "coin", "accepted");
        (await scene.AvailableAsync()).Should().Be(Deposited - Paid - 5_000, "payment and budget are reserved");
        await scene.MineAsync();
        await scene.System.UntilLegAsync(packet.Ref, "coin", "mined");
        await scene.MineAsync(CoinScene.Confirmations - 1);
        await scene.System.UntilStateAsync(packet.Ref, "settled");

        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(Paid);
        var left = await scene.OnChainAsync(scene.Own);
        left.Should().BeInRange(Deposited - Paid - 300, Deposited - Paid - 100, "one satoshi per virtual byte");
        (await scene.AvailableAsync()).Should().Be((ulong)left, "the ledger has what the chain has");
        (await scene.LegAsync(packet.Ref, "coin")).Inclusion!.FeePaid.Should().Be((ulong)(Deposited - Paid - left));
        scene.System.Incidents.All.Should().BeEmpty();
    }

    /// <summary>The second leg's only coin is the change of the first, which is not mined: a parent and its child.</summary>
    [BitcoinFact]
    public async Task Packet_OfTwoLegsAndOneCoin_SpendsItsOwnChange()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        var packet = scene.Content("pay", scene.Pay("one", Paid), scene.Pay("two", Paid));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "one", "accepted");
        await scene.System.UntilLegAsync(packet.Ref, "two", "accepted");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "settled");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(2 * Paid);
        (await scene.AvailableAsync()).Should().Be((ulong)await scene.OnChainAsync(scene.Own));
    }

    [BitcoinFact]
    public async Task Packet_OutbidByTheMarket_IsReplacedByFeeAndPaidOnce()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        scene.Twist = (method, answer) =>
        {
            if (method != "sendrawtransaction" || scene.Sent != 1) return;
            answer.Remove("result");
            answer["error"] = new JsonObject { ["code"] = -26, ["message"] = "mempool min fee not met, 141 < 700" };
            scene.Twist = static (asked, estimate) =>
            {
                if (asked == "estimatesmartfee") estimate["result"] = new JsonObject { ["feerate"] = 0.00005000m, ["blocks"] = 3 };
            };
        };
        var packet = scene.Content("pay", scene.Pay("coin", Paid));
        await scene.ApproveAsync(packet);
        await scene.System.UntilAsync(async () => (await scene.LegAsync(packet.Ref, "coin")).Stage == "accepted" && scene.Sent > 1, "a second version");
        var replacement = (await scene.LegAsync(packet.Ref, "coin")).TxHash!.Value;
        (await scene.PoolAsync()).Should().Equal([$"{BitcoinHash.FromShown(replacement)}"], "the node replaced the first, which it had");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "settled");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(Paid);
        var left = await scene.OnChainAsync(scene.Own);
        (Deposited - Paid - left).Should().BeInRange(700, 715, "five satoshis per virtual byte");
        (await scene.AvailableAsync()).Should().Be((ulong)left);
    }

    /// <summary>A closed leg gives its coins back by the no-op, whose fee is posted and nothing else.</summary>
    [BitcoinFact]
    public async Task Packet_CancelledAfterItsBroadcast_IsClosedByTheNoOp()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        var packet = scene.Content("pay", scene.Pay("coin", Paid));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "coin", "accepted");
        var first = (await scene.PoolAsync())[0];
        (await scene.System.Packet(packet.Ref).Submit(new PacketCommand.Cancel(Guid.NewGuid(), "not wanted"))).Rejected().Should().BeNull();
        await scene.System.UntilAsync(async () => await scene.PoolAsync() is [var only] && only != first, "the no-op to take the payment's place");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "cancelled");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(0);
        (await scene.AvailableAsync()).Should().Be((ulong)await scene.OnChainAsync(scene.Own));
    }

    /// <summary>What moves between two own addresses is no deposit, and yet a coin that the other address can spend.</summary>
    [BitcoinFact]
    public async Task Packet_ToAnotherOwnAddress_CanBeSpentFromThere()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        var cold = await scene.System.CreateKeyAsync(scene.Account, "cold", CoinScene.Chain);
        var move = scene.Content("move", scene.Pay("coin", 60_000, to: cold));
        await scene.ApproveAsync(move);
        await scene.System.UntilLegAsync(move.Ref, "coin", "accepted");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(move.Ref, "settled");
        (await scene.AvailableAsync()).Should().Be((ulong)(await scene.OnChainAsync(scene.Own) + await scene.OnChainAsync(cold)), "only the fee is gone");

        var pay = scene.Content("pay", scene.Pay("coin", Paid) with { From = cold });
        await scene.ApproveAsync(pay);
        await scene.System.UntilLegAsync(pay.Ref, "coin", "accepted");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(pay.Ref, "settled");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(Paid);
        (await scene.AvailableAsync()).Should().Be((ulong)(await scene.OnChainAsync(scene.Own) + await scene.OnChainAsync(cold)));
    }

    /// <summary>
    /// The journal is put back to before the payment, which is mined meanwhile: its change looks like a deposit until the signer has said whose it is. Nothing is paid
    /// or counted twice.
    /// </summary>
    [BitcoinFact]
    public async Task Journal_PutBackBeforeThePayment_FollowsItToItsEnd()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        await RestoredStore.CopyFileAsync(RestoredStore.FileIn(scene.System.Folder));
        var packet = scene.Content("pay", scene.Pay("coin", Paid));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "coin", "accepted");
        await scene.RestoreAsync(CoinScene.Confirmations);
        await scene.System.UntilAsync(
            async () => (await scene.System.Packet(packet.Ref).Read())?.State == "settled", "the forgotten payment, of which nobody asked");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(Paid, "it was paid once");
        var left = (ulong)await scene.OnChainAsync(scene.Own);
        await scene.System.UntilAsync(async () => await scene.AvailableAsync() == left, "the ledger to have what the chain has");
        scene.System.Incidents.All.Should().ContainSingle("it was restored, and nothing else").Which.Code.Should().Be(TPWallet.Grains.Shell.IncidentCodes.JournalRestored);
    }

    /// <summary>What cannot be paid is refused before anything is reserved.</summary>
    [BitcoinFact]
    public async Task Packet_ThatNodesWouldNotRelay_IsRefusedBeforeItIsReserved()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        (await DraftAsync(scene, scene.Pay("dust", 200))).Should().Be(RejectionCode.EffectOutOfBounds);
        (await DraftAsync(scene, scene.Pay("cheap", Paid, budgetSat: 500))).Should().Be(RejectionCode.FeeBudgetExceeded);
        scene.Twist = static (method, answer) =>
        {
            if (method == "getmempoolinfo") answer["result"]!["mempoolminfee"] = 0.00100000m;
        };
        var view = await scene.System.ProposeAsync(scene.Content("dear", scene.Pay("coin", Paid)));
        (view.State, view.Rejection!.Code).Should().Be(("rejected", RejectionCode.FeeBudgetExceeded));
        (await scene.AvailableAsync()).Should().Be(Deposited);
    }

    private static async Task<RejectionCode> DraftAsync(CoinScene scene, Leg leg)
    {
        var content = scene.Content(leg.Id, leg);
        return (await scene.System.Packet(content.Ref).Submit(new PacketCommand.Draft(Guid.NewGuid(), content))).Rejected()!.Code;
    }
}
