using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using Coin = TPWallet.Tests.Chains.Bitcoin.RegtestPurse.Coin;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>The client of Bitcoin Core's interface on a real node.</summary>
public sealed class BitcoinNodeTests
{
    private const long Fee = 1_000;

    private static CancellationToken None => CancellationToken.None;

    [BitcoinFact]
    public async Task Blocks_OfARealNode_AreReadProvedAndFollowTheRules()
    {
        await using var knots = await Knots.StartAsync();
        var node = knots.Node();
        var mined = await knots.MineAsync(3, RegtestPurse.Nobody);
        (await node.DemandChainAsync(None)).Should().BeNull();
        (await (node with { Chain = BitcoinChain.Mainnet }).DemandChainAsync(None)).Should().BeOfType<NodeError.WrongChain>();
        (await node.BestBlockHashAsync(None)).Value.Should().Be(mined[2]);
        (await node.BlockHashAsync(2, None)).Value.Should().Be(mined[1]);
        (await node.BlockHashAsync(4, None)).Value.Should().BeNull("the chain is not as long");
        var tip = HeaderTip.Trusted(BitcoinChain.Regtest.Genesis, 0, 0, BitcoinChain.Regtest.Genesis.Time, []);
        foreach (var hash in mined)
        {
            var (header, block) = ((await node.HeaderAsync(hash, None)).Value, (await node.BlockAsync(hash, None)).Value);
            block!.Header.Should().Be(header);
            block.Transactions.Should().ContainSingle().Which.IsCoinbase.Should().BeTrue();
            BitcoinBlock.Decode(block.Encode()).Value.Encode().Should().Equal(block.Encode());
            tip = HeaderChain.Extend(BitcoinChain.Regtest.Rules, tip, header!, DateTimeOffset.UtcNow.ToUnixTimeSeconds()).Value;
        }

        var unknown = BitcoinHash.Of([1]);
        (await node.HeaderAsync(unknown, None)).Value.Should().BeNull();
        (await node.BlockAsync(unknown, None)).Value.Should().BeNull();
        (await node.TransactionAsync(unknown, None)).Value.Should().BeNull();
        (await node.PoolEntryAsync(unknown, None)).Value.Should().BeNull();
        (await node.EstimateFeeAsync(6, None)).Value.Should().BeNull("no fee was ever paid on this chain");
        (await node.PoolTermsAsync(None)).Value.Should().Be(new PoolTerms(new(1_000), new(1_000)));
    }

    [BitcoinFact]
    public async Task Send_EachWayThatItCanEnd_HasItsResult()
    {
        await using var knots = await Knots.StartAsync();
        using var purse = new RegtestPurse(1);
        var (node, coins) = (knots.Node(), await purse.FillAsync(knots, 2));
        var paid = coins[0].Output.ValueSat;
        var first = purse.Spend([coins[0]], [new(paid - Fee, purse.Script)]);

        (await node.TestAcceptAsync(first, None)).Value.Should().Be(new PoolVerdict(first.Txid(), Fee, null));
        (await node.SendAsync(first, None)).Should().Be(new SendResult.Accepted(first.Txid().Shown));
        (await node.SendAsync(first, None)).Should().Be(new SendResult.Accepted(first.Txid().Shown), "the node answers the id of what is in its pool again");
        (await node.TestAcceptAsync(first, None)).Value.Why.Should().Be(new SendResult.AlreadyKnown(first.Txid().Shown));
        (await node.TransactionAsync(first.Txid(), None)).Value!.Encode().Should().Equal(first.Encode());
        (await node.PoolEntryAsync(first.Txid(), None)).Value.Should().Be(new PoolEntry(first.VirtualSize(), Fee, 1, Fee, first.VirtualSize(), 1));
        (await node.SpendersAsync([coins[1].At, coins[0].At], None)).Value.Should().Equal(null, first.Txid());
        (await node.OutputAsync(coins[0].At, withPool: true, None)).Value.Should().BeNull();
        var best = (await node.BestBlockHashAsync(None)).Value;
        (await node.OutputAsync(coins[0].At, withPool: false, None)).Value.Should().Be(new UnspentOutput(coins[0].Output, 102, IsCoinbase: true, best));

        var cheap = purse.Spend([coins[0]], [new(paid - Fee - 1, purse.Script)]);
        (await node.SendAsync(cheap, None)).Should().BeOfType<SendResult.Underpriced>().Which.Replacement.Should().BeTrue();
        (await node.SendAsync(purse.Spend([coins[1]], [new(paid - 1, purse.Script)]), None))
            .Should().BeOfType<SendResult.Underpriced>().Which.Replacement.Should().BeFalse();
        var better = purse.Spend([coins[0]], [new(paid - (2 * Fee), purse.Script)]);
        (await node.SendAsync(better, None)).Should().BeOfType<SendResult.Accepted>();
        (await node.PoolEntryAsync(first.Txid(), None)).Value.Should().BeNull("it was replaced");

        await knots.MineAsync(1, RegtestPurse.Nobody);
        (await node.SendAsync(better, None)).Should().BeOfType<SendResult.MaybeMined>("it is in a block");
        (await node.SendAsync(first, None)).Should().BeOfType<SendResult.MaybeMined>("its input is spent, by whom only blocks tell");
        (await node.SendAsync(better.WithInput(0, better.Inputs[0] with { Witness = [] }), None)).Should().NotBeOfType<SendResult.Accepted>();
        var broken = purse.Spend([coins[1]], [new(paid - Fee, purse.Script)]);
        (await node.SendAsync(broken with { LockTime = 5 }, None)).Should().BeOfType<SendResult.Refused>("the signature is of another transaction");
    }

    [BitcoinFact]
    public async Task Send_RivalThatIsNeverReplaced_IsAConflict()
    {
        await using var knots = await Knots.StartAsync("-mempoolreplacement=0");
        using var purse = new RegtestPurse(1);
        var coin = (await purse.FillAsync(knots, 1))[0];
        var rival = purse.Spend([coin], [new(coin.Output.ValueSat - Fee, purse.Script)]);
        (await knots.Node().SendAsync(rival, None)).Should().BeOfType<SendResult.Accepted>();
        var later = purse.Spend([coin], [new(coin.Output.ValueSat - (9 * Fee), purse.Script)]);
        (await knots.Node().SendAsync(later, None)).Should().BeOfType<SendResult.Conflict>();
    }

    [BitcoinFact]
    public async Task Package_ChildThatPaysForItsParent_BringsBothIn()
    {
        await using var knots = await Knots.StartAsync();
        using var purse = new RegtestPurse(1);
        var (node, coin) = (knots.Node(), (await purse.FillAsync(knots, 1))[0]);
        var parent = purse.Spend([coin], [new(coin.Output.ValueSat, purse.Script)], version: 3);
        (await node.SendAsync(parent, None)).Should().BeOfType<SendResult.Underpriced>();
        var poor = purse.Spend([Coin.Of(parent, 0)], [new(coin.Output.ValueSat - 1, purse.Script)], version: 3);
        (await node.SubmitPackageAsync([parent, poor], None)).Value.IsIn.Should().BeFalse();
        var child = purse.Spend([Coin.Of(parent, 0)], [new(coin.Output.ValueSat - (3 * Fee), purse.Script)], version: 3);
        var verdict = (await node.SubmitPackageAsync([parent, child], None)).Value;
        verdict.Results.Should().Equal(new SendResult.Accepted(parent.Txid().Shown), new SendResult.Accepted(child.Txid().Shown));
        verdict.IsIn.Should().BeTrue();
        (await node.PoolEntryAsync(child.Txid(), None)).Value!.Ancestors.Should().Be(2);
    }

    [BitcoinFact]
    public async Task Credentials_WrongOrNone_AreARefusalThatNamesNoSecret()
    {
        await using var knots = await Knots.StartAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "user:not-the-password\n");
            using var http = new HttpClient();
            foreach (var credentials in (CredentialFile?[])[null, new(file), new(file + ".none")])
            {
                var rpc = new JsonRpcClient(http, knots.Endpoint, JsonRpcLimits.Default, credentials);
                var error = (await (knots.Node() with { Rpc = rpc }).BestBlockHashAsync(None)).Error;
                error.Should().BeOfType<NodeError.Refused>().Which.NodeCode.Should().Be(401);
                error!.ToString().Should().NotContain("not-the-password");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Credentials_OfANodeThatWasStartedAnew_AreReadAgain()
    {
        var (file, wanted, asked) = (Path.GetTempFileName(), "__cookie__:first", 0);
        try
        {
            await using var node = await LyingNode.StartAsync(async context =>
            {
                asked++;
                var right = "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(wanted));
                if (context.Request.Headers.Authorization != right) context.Response.StatusCode = 401;
                else await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, $$"""{"jsonrpc":"2.0","id":{{asked}},"result":1}""");
            });
            await File.WriteAllTextAsync(file, wanted);
            using var http = new HttpClient();
            var rpc = new JsonRpcClient(http, node.Endpoint, JsonRpcLimits.Default, new(file));
            (await rpc.CallAsync(JsonRpcRequest.Of("x"), None)).IsOk.Should().BeTrue();
            wanted = "__cookie__:second";
            (await rpc.CallAsync(JsonRpcRequest.Of("x"), None)).Error.Should().BeOfType<NodeError.Refused>("the file still says the old words");
            await File.WriteAllTextAsync(file, wanted + "\nmore");
            asked = 1;
            (await rpc.CallAsync(JsonRpcRequest.Of("x"), None)).IsOk.Should().BeTrue("it was asked again with the new ones");
            asked.Should().Be(3);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
