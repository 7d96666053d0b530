using System.Text.Json.Nodes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>One packet on two unlike chains: a real anvil and a real Knots node, one quorum, one settlement.</summary>
public sealed class TwoChainTests
{
    private const long Paid = 30_000;

    private static readonly UInt256 Fee = UInt256.Parse("1000000000000000");

    [BitcoinFact]
    public async Task Packet_OnBothChains_SettlesWhenBothAreFinal()
    {
        await using var scene = await CoinScene.StartAsync(100_000);
        var hot = await FundAsync(scene);
        var packet = scene.Content("both", Ether("ether", hot), scene.Pay("coin", Paid));
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "ether", "accepted");
        await scene.System.UntilLegAsync(packet.Ref, "coin", "accepted");
        await scene.Anvil.MineAsync(1 + WholeSystem.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "partially-settled");
        await scene.MineAsync(CoinScene.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "settled");
        (await scene.System.OnChainAsync(CoinScene.Shop)).Should().Be(People.Ether);
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(Paid);
        (await scene.AvailableAsync()).Should().Be((ulong)await scene.OnChainAsync(scene.Own));
        (await scene.System.AvailableAsync(scene.Account, People.Eth)).Should().Be(await scene.System.OnChainAsync(hot));
    }

    /// <summary>The coins cannot be paid at the fees that the market has come to: what was paid on the other chain is undone as the members voted.</summary>
    [BitcoinFact]
    public async Task Packet_WhoseOtherSideCanNoLongerSettle_IsCompensated()
    {
        await using var scene = await CoinScene.StartAsync(100_000);
        var hot = await FundAsync(scene);
        var other = await scene.System.CreateKeyAsync(scene.Account, "other");
        await scene.System.FundAsync(scene.Account, other, People.Ether * 2);
        var packet = scene.Content(
            "both",
            Ether("ether", hot, other) with { Group = "swap" },
            scene.Pay("coin", Paid) with { Group = "swap" },
            Ether("back", other, hot) with { Compensates = "ether" });
        packet = packet with { CompensateBefore = packet.SettleBefore + Span.Hours(1) };
        await scene.ApproveAsync(packet);
        await scene.System.UntilLegAsync(packet.Ref, "ether", "accepted");
        scene.Twist = static (method, answer) =>
        {
            if (method == "estimatesmartfee") answer["result"] = new JsonObject { ["feerate"] = 0.00100000m, ["blocks"] = 3 };
        };
        await scene.Anvil.MineAsync(1 + WholeSystem.Confirmations);
        await scene.System.UntilLegAsync(packet.Ref, "coin", "released");
        await scene.System.UntilLegAsync(packet.Ref, "back", "accepted");
        await scene.Anvil.MineAsync(1 + WholeSystem.Confirmations);
        await scene.System.UntilStateAsync(packet.Ref, "compensated");
        (await scene.AvailableAsync()).Should().Be(100_000, "payment and budget were released");
        (await scene.OnChainAsync(CoinScene.Shop)).Should().Be(0);
        var ether = await scene.System.OnChainAsync(hot) + await scene.System.OnChainAsync(other);
        (await scene.System.AvailableAsync(scene.Account, People.Eth)).Should().Be(ether);
    }

    private static async Task<Address> FundAsync(CoinScene scene)
    {
        var hot = await scene.System.CreateKeyAsync(scene.Account, "hot");
        await scene.System.FundAsync(scene.Account, hot, People.Ether * 10);
        return hot;
    }

    private static Leg.ChainTransfer Ether(Name id, Address from, Address? to = null) => new(id, [], from, to ?? CoinScene.Shop, new(People.Eth, People.Ether), new(Fee));
}
