using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// Payments on a real Bitcoin node out of a deposit that was final, and that goes with a reorg and a double spend after the payment was signed and sent.
/// </summary>
public sealed class CoinLossTests
{
    private const long Paid = 50_000;

    [BitcoinFact]
    public async Task Payment_WhoseOnlyDepositIsDoubleSpent_EndsWhenThatIsFinal_AndIsClosedWhenItComesBack()
    {
        await using var scene = await CoinScene.StartAsync(100_000);
        var (packet, lost) = await SentAsync(scene);
        var deposit = (await scene.Knots.Node().BlockAsync(lost, CancellationToken.None)).Value!.Transactions[1];
        var rival = await DoubleSpendAsync(scene, lost, index: 0);
        (await BalanceAsync(scene)).Reserved.Should().Be(Paid + 5_000, "a block that is not final proves nothing");
        await scene.RestartAsync();
        await FinishAsync(scene);

        await scene.System.UntilStateAsync(packet, "invalidated");
        var leg = await scene.LegAsync(packet, "coin");
        (await scene.System.Packet(packet).Read())!.Rejection!.Actual.Should().Contain(rival.Txid().Shown.ToString(), "it says why");
        leg.Stage.Should().Be("released");
        var balance = await BalanceAsync(scene);
        (balance.Available, balance.Reserved, balance.Deficit).Should().Be((UInt256.Zero, UInt256.Zero, UInt256.Zero), "the ledger is the chain");
        var incidents = scene.System.Incidents.All.Select(incident => incident.Code).ToArray();
        incidents.Should().NotContain(IncidentCodes.LaneStopped, "nobody has used the key");

        // A reorg below what was final: the deposit is there again, and so could the payment be.
        await scene.Knots.InvalidateAsync(await BlockAsync(scene, back: CoinScene.Confirmations - 1));
        await scene.MineExactlyAsync(deposit);
        for (var block = 0; block < 2 * CoinScene.Confirmations; block++) await scene.MineExactlyAsync();
        await scene.System.UntilAsync(async () => (await BalanceAsync(scene)).Reserved == Paid + 5_000, "the leg to be held again");
        await MineUntilAsync(scene, async () => (await BalanceAsync(scene)).Reserved.IsZero, "the leg to be closed by its no-op");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(0, "who was told that it failed was told the truth");
        var left = await scene.OnChainAsync(scene.Own);
        left.Should().BeInRange(99_000, 99_999, "the no-op has a fee");
        await scene.System.UntilAsync(async () => (await BalanceAsync(scene)).Available == (ulong)left, "the ledger to have what the chain has");
        (await scene.System.Packet(packet).Read())!.State.Should().Be("invalidated");
    }

    [BitcoinFact]
    public async Task Payment_OfTwoDepositsOfWhichOneIsDoubleSpent_GivesTheOtherBack()
    {
        await using var scene = await CoinScene.StartAsync(40_000, 40_000);
        var (packet, lost) = await SentAsync(scene);
        await DoubleSpendAsync(scene, lost, index: 1);
        await FinishAsync(scene);
        await scene.System.UntilAsync(async () => await scene.PoolAsync() is [_], "a no-op that spends what is left");
        (await BalanceAsync(scene)).Reserved.Should().Be(Paid + 5_000, "what is left is signed for the leg until the no-op is final");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet, "invalidated");

        var left = await scene.OnChainAsync(scene.Own);
        left.Should().BeInRange(39_000, 39_999, "the other deposit less a fee");
        var balance = await BalanceAsync(scene);
        (balance.Available, balance.Reserved, balance.Deficit).Should().Be(((UInt256)(ulong)left, UInt256.Zero, UInt256.Zero), "the ledger is the chain");

        // What came back is any payment's.
        var next = scene.Content("next", scene.Pay("coin", 20_000));
        await scene.ApproveAsync(next);
        await MineUntilAsync(scene, async () => (await scene.System.Packet(next.Ref).Read())!.State == "settled", "a payment out of what came back");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(20_000, "the payment that ended is not mined beside it");
    }

    /// <summary>A payment that a node took, and the block of the newest deposit.</summary>
    private static async Task<(PacketRef Packet, BitcoinHash Lost)> SentAsync(CoinScene scene)
    {
        var lost = await BlockAsync(scene, back: CoinScene.Confirmations - 1);
        var packet = scene.Content("pay", scene.Pay("coin", Paid));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "coin", "accepted");
        return (packet.Ref, lost);
    }

    /// <summary>The deposit's block goes, and its payer's coin goes elsewhere in the newest block of a longer branch.</summary>
    private static async Task<BitcoinTransaction> DoubleSpendAsync(CoinScene scene, BitcoinHash lost, int index)
    {
        var rival = scene.RivalOf(index);
        await scene.Knots.InvalidateAsync(lost);
        for (var block = 0; block < CoinScene.Confirmations; block++) await scene.MineExactlyAsync();
        await scene.MineExactlyAsync(rival);
        await scene.System.UntilAsync(
            () => Task.FromResult(scene.System.Incidents.All.Any(incident => incident.Code == IncidentCodes.DoubleSpent)), "somebody to be told of the double spend");
        return rival;
    }

    private static async Task FinishAsync(CoinScene scene)
    {
        for (var block = 1; block < CoinScene.Confirmations; block++) await scene.MineExactlyAsync();
    }

    private static async Task<BitcoinHash> BlockAsync(CoinScene scene, int back)
    {
        var height = (await scene.Knots.CallAsync("getblockcount")).GetInt32() - back;
        return BitcoinHash.Parse((await scene.Knots.CallAsync("getblockhash", height)).GetString()!);
    }

    private static async Task<Balance> BalanceAsync(CoinScene scene) =>
        (await scene.System.Account(scene.Account).Read())!.Balances.Single(one => one.Asset == CoinScene.Coin);

    private static Task MineUntilAsync(CoinScene scene, Func<Task<bool>> condition, string awaited) => scene.System.UntilAsync(
        async () =>
        {
            if (await condition()) return true;
            await scene.MineAsync();
            return false;
        },
        awaited);
}
