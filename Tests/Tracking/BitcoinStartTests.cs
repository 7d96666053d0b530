using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Chains;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains;
using TPWallet.Tests.Chains.Bitcoin;

namespace TPWallet.Tests.Tracking;

/// <summary>From which block a first start follows a Bitcoin chain: the one block that is believed on somebody's word.</summary>
public sealed class BitcoinStartTests
{
    private const int Confirmations = 3;

    [BitcoinFact]
    public async Task First_OfTwoOrganisations_IsTheFinalBlockThatBothName()
    {
        await using var knots = await Knots.StartAsync();
        var mined = await knots.MineAsync(5, RegtestPurse.Nobody);
        await using var other = await LyingNode.BeforeAsync(knots, static (_, _, result) => result);
        await using var liar = await LyingNode.BeforeAsync(
            knots, (method, parameters, result) => method == "getblockhash" && parameters[0]!.GetValue<int>() == 2 ? $"{mined[4]}" : result);

        (await FirstAsync(knots.Node(), other.Bitcoin("other", "others"))).Value.Should().Be(new BlockRef(2, mined[1].Shown));
        (await FirstAsync(knots.Node(), other.Bitcoin("other", "knots"))).Value.Should().Be(new BlockRef(2, mined[1].Shown), "one organisation is all there is");
        (await FirstAsync(knots.Node(), liar.Bitcoin())).Error.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be("pool.disagreement");
        (await FirstAsync(knots.Node(), liar.Bitcoin(), other.Bitcoin("other", "others"))).Value.Hash.Should().Be(mined[1].Shown);
    }

    [BitcoinFact]
    public async Task First_NodeThatStillLoadsItsChain_IsPassedOver()
    {
        await using var knots = await Knots.StartAsync();
        var mined = await knots.MineAsync(5, RegtestPurse.Nobody);
        await using var loading = await LyingNode.BeforeAsync(knots, static (method, _, result) =>
            method == "getblockchaininfo" ? new JsonObject { ["blocks"] = 1, ["initialblockdownload"] = true } : result);

        (await FirstAsync(loading.Bitcoin())).Error.Should().BeOfType<NodeError.Refused>().Which.Message.Should().Be("it still loads the chain, and is at block 1");
        (await FirstAsync(loading.Bitcoin(), knots.Node())).Value.Should().Be(new BlockRef(2, mined[1].Shown));
    }

    [BitcoinFact]
    public async Task First_ChainShorterThanItTakesToBeFinal_IsItsGenesisBlock()
    {
        await using var knots = await Knots.StartAsync();
        await knots.MineAsync(2, RegtestPurse.Nobody);

        (await FirstAsync(knots.Node())).Value.Should().Be(new BlockRef(0, BitcoinChain.Regtest.GenesisHash.Shown));
    }

    private static Task<NodeAnswer<BlockRef>> FirstAsync(params BitcoinNode[] nodes)
    {
        var profile = new ChainProfile(BitcoinChain.Regtest.Id, 1, ProofLevel.Work, new FinalityRule.Depth(Confirmations), 16, Span.Seconds(10));
        return new ServedBitcoin(profile, new(BitcoinChain.Regtest, nodes, TimeProvider.System), TimeProvider.System).FirstAsync(CancellationToken.None);
    }
}
