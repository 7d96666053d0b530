using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// What a chain of the OP stack's kind took for data, to the wei: three nodes before a real anvil name it in the receipts, and it is taken from the sender's balance as such a
/// chain does. One node of the three names none, or another.
/// </summary>
public sealed class PaidDataFeeTests
{
    private const ulong Dear = 2 * OpScene.Budget;

    /// <param name="charged">What it took.</param>
    /// <param name="named">What the node that is asked first says.</param>
    [Theory]
    [InlineData(1_000UL, 1_000UL)]
    [InlineData(1_000UL, null)]
    [InlineData(1_000UL, Dear)]
    [InlineData(Dear, Dear)]
    public async Task Leg_OfAChainThatCharges_IsPostedAsTheChainTookIt(ulong charged, ulong? named)
    {
        await using var scene = await OpScene.StartAsync(1_000, null, "--no-mining");
        foreach (var lies in scene.Lies) lies.Wei = charged;
        scene.Lies[0].Wei = named;
        await scene.System.FundAsync(scene.Payer, scene.Hot, People.Ether * 10);
        var packet = await scene.ApproveAsync();
        await scene.System.UntilLegAsync(packet, "coin", "accepted");
        await scene.Anvil.MineAsync();
        await scene.TakeAsync(charged);
        await scene.UntilSettledAsync(packet);
        var account = (await scene.System.Account(scene.Payer).Read())!;
        account.Balances.Single(balance => balance.Asset == People.Eth).Reserved.Should().Be(UInt256.Zero);
        account.Frozen.Should().Be(charged > OpScene.Budget, "members agreed to no more than {0}", OpScene.Budget);
    }
}
