using System.Text.Json;
using TPWallet.Chains.Bitcoin;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Whole;

/// <summary>Several payees in one transaction on a real Knots node: every form of address, one fee, one change.</summary>
public sealed class CoinPaymentsTests
{
    private const long Deposited = 100_000;

    private static readonly ImmutableArray<CoinPayee> _payees = CoinPaymentsFormTests.AllForms;

    [BitcoinFact]
    public async Task Payments_OfEveryForm_AreEachProvedByTheirOutput()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        var packet = scene.Content("pay", Leg(scene));
        var told = (FeePreview.Coins)(await new GrainWallet(scene.System.Cluster, "default").PreviewFeesAsync(scene.Account, new(packet.Legs, packet.SettleBefore))).Legs.Single();
        told.Total.Saving!.Payments.Should().Be(5);
        told.Total.Saving.Together.Should().BeLessThan(told.Total.Saving.Singly);
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "all", "accepted");
        (await scene.AvailableAsync()).Should().Be(Deposited - 15_000 - 5_000, "the sum and the budget are reserved");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "settled");

        var inclusion = (await scene.LegAsync(packet.Ref, "all")).Inclusion!;
        for (var i = 0; i < _payees.Length; i++)
            (await OutputAsync(scene, inclusion.TxHash, i)).Should().Be((_payees[i].Script, (long)(ulong)_payees[i].Value), "payee {0} has its own output", i);
        var left = await scene.OnChainAsync(scene.Own);
        (await OutputAsync(scene, inclusion.TxHash, _payees.Length)).ValueSat.Should().Be(left, "the change is the last output");
        inclusion.FeePaid.Should().Be((ulong)(Deposited - 15_000 - left)).And.Be(told.Total.Expected);
        (await scene.AvailableAsync()).Should().Be((ulong)left, "the ledger has what the chain has");

        var next = scene.Content("next", scene.Pay("coin", 60_000));
        await scene.ApproveAsync(next);
        await scene.System.UntilLegAsync(next.Ref, "coin", "accepted");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(next.Ref, "settled");
        (await scene.AvailableAsync()).Should().Be((ulong)await scene.OnChainAsync(scene.Own), "the change can be spent");
    }

    /// <summary>The journal is put back to before the payments: by what the signer says they are followed to their end, paid once.</summary>
    [BitcoinFact]
    public async Task Journal_PutBackBeforeThePayments_FollowsThemToTheirEnd()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        await RestoredStore.CopyFileAsync(RestoredStore.FileIn(scene.System.Folder));
        var packet = scene.Content("pay", Leg(scene));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "all", "accepted");
        await scene.RestoreAsync(CoinScene.Confirmations);
        await scene.System.UntilAsync(async () => (await scene.System.Packet(packet.Ref).Read())?.State == "settled", "the forgotten payments");
        var left = (ulong)await scene.OnChainAsync(scene.Own);
        await scene.System.UntilAsync(async () => await scene.AvailableAsync() == left, "the ledger to have what the chain has");
    }

    [BitcoinFact]
    public async Task Payments_CancelledAfterTheirBroadcast_AreAllClosedByTheNoOp()
    {
        await using var scene = await CoinScene.StartAsync(Deposited);
        var packet = scene.Content("pay", Leg(scene));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "all", "accepted");
        var first = (await scene.PoolAsync())[0];
        (await scene.System.Packet(packet.Ref).Submit(new PacketCommand.Cancel(Guid.NewGuid(), "not wanted"))).Should().BeOfType<CommandReply.Accepted>();
        await scene.System.UntilAsync(async () => await scene.PoolAsync() is [var only] && only != first, "the no-op to take the payments' place");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "cancelled");
        var left = await scene.OnChainAsync(scene.Own);
        left.Should().BeInRange(Deposited - 5_000, Deposited, "only a fee is gone");
        (await scene.AvailableAsync()).Should().Be((ulong)left);
    }

    private static Leg.CoinPayments Leg(CoinScene scene) => new("all", [], CoinScene.Chain, scene.Own, _payees, new(5_000));

    /// <summary>An output that nobody has spent, as the node has it.</summary>
    private static async Task<(HexBytes Script, long ValueSat)> OutputAsync(CoinScene scene, Bytes32 transaction, int index)
    {
        var found = await scene.Knots.CallAsync("gettxout", $"{BitcoinHash.FromShown(transaction)}", index);
        found.ValueKind.Should().Be(JsonValueKind.Object, "output {0} is there", index);
        return (Convert.FromHexString(found.GetProperty("scriptPubKey").GetProperty("hex").GetString()!), (long)(found.GetProperty("value").GetDecimal() * 100_000_000m));
    }
}
