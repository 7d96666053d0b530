using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>A chain of the OP stack: what its parent chain deposits, and what its operator takes.</summary>
public sealed class OpDepositTests
{
    private const ulong OperatorFee = 1_000_000;

    private static readonly Address _bridge = People.AddressOf("bridge");

    [Fact]
    public async Task Deposits_OfTheParentChain_AreCredited_AsTheChainHasThem()
    {
        await using var scene = await OpScene.StartAsync(0, OperatorFee, OpChain.Options);
        await OpChain.DepositAsync(scene.Anvil, 1, _bridge, scene.Hot, People.Ether, People.Ether);
        await CreditedAsync(scene, People.Ether, "a deposit of a bridge");
        await OpChain.DepositAsync(scene.Anvil, 2, scene.Hot, scene.Hot, People.Ether * 2, People.Ether * 2);
        await CreditedAsync(scene, People.Ether * 3, "what an own key deposited to itself");
        var wall = People.AddressOf("wall");
        await scene.Anvil.CallAsync("anvil_setCode", wall.Value, "0x5f5ffd");
        await OpChain.DepositAsync(scene.Anvil, 3, scene.Hot, wall, People.Ether, People.Ether * 2);
        await CreditedAsync(scene, People.Ether * 4, "what was minted although the rest of it failed");
    }

    [Fact]
    public async Task Leg_InABlockOfDeposits_PaysTheOperatorWhatItsBlockSays()
    {
        await using var scene = await OpScene.StartAsync(0, OperatorFee, OpChain.Options);
        await scene.System.FundAsync(scene.Payer, scene.Hot, People.Ether * 10);

        // In the pool before the leg, since a block begins with it.
        await OpChain.TellAttributesAsync(scene.Anvil, 1, OpChain.Attributes(0, OperatorFee, isJovian: true));
        var packet = await scene.ApproveAsync();
        await scene.System.UntilLegAsync(packet, "coin", "accepted");
        await scene.Anvil.MineAsync();
        await scene.TakeAsync(OperatorFee);
        await scene.UntilSettledAsync(packet);
        (await scene.System.Account(scene.Payer).Read())!.Frozen.Should().BeFalse();
    }

    private static async Task CreditedAsync(OpScene scene, UInt256 expected, string awaited)
    {
        await scene.Anvil.MineAsync(1 + WholeSystem.Confirmations);
        await scene.System.UntilAsync(async () => await scene.System.AvailableAsync(scene.Payer, People.Eth) == expected, awaited);
        (await scene.System.OnChainAsync(scene.Hot)).Should().Be(expected);
    }
}
