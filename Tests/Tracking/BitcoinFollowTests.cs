using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains;
using TPWallet.Tests.Chains.Bitcoin;
using Coin = TPWallet.Tests.Chains.Bitcoin.RegtestPurse.Coin;

namespace TPWallet.Tests.Tracking;

/// <summary>A Bitcoin chain followed on real nodes: deposits, conflicts over an output, reorgs, most work, and nodes whose headers prove nothing.</summary>
public sealed class BitcoinFollowTests
{
    private const long Fee = 1_000;
    private static readonly AccountId _owner = new(new Bytes32(7));

    [BitcoinFact]
    public async Task Deposit_MinedFinalReorgedAndMinedAgain_IsCreditedReversedAndCreditedAgain()
    {
        await using var knots = await Knots.StartAsync();
        using var payer = new RegtestPurse(1);
        using var own = new RegtestPurse(2);
        var coin = (await payer.FillAsync(knots, 1))[0];
        var chain = await FollowedBitcoin.StartAsync([knots.Node()]);
        chain.WatchAddress(own.Script, _owner);
        var paid = payer.Spend([coin], [new(coin.Output.ValueSat - 50_000 - Fee, payer.Script), new(50_000, own.Script)]);
        (await knots.Node().SendAsync(paid, CancellationToken.None)).Should().BeOfType<SendResult.Accepted>();
        await chain.PollAsync();
        chain.StageOf(paid).Should().BeOfType<WatchedStage.Unseen>("unconfirmed is nothing (field note 22)");

        var first = (await knots.MineAsync(1, RegtestPurse.Nobody))[0];
        await chain.PollAsync();
        chain.StageOf(paid).Should().BeOfType<WatchedStage.Mined>().Which.In.Block.Hash.Should().Be(first.Shown);
        chain.OwedFor(paid).Should().BeEmpty("it is not final");
        await knots.MineAsync(FollowedBitcoin.Confirmations - 1, RegtestPurse.Nobody);
        await chain.PollAsync();
        chain.StageOf(paid).Should().BeOfType<WatchedStage.Final>();
        var credit = chain.OwedFor(paid).Should().ContainSingle().Which.Should().BeOfType<AccountCommand.CreditDeposit>().Subject.Deposit;
        (credit.Account, credit.LogIndex, credit.To, credit.Amount).Should().Be(
            (_owner, 1, FollowedBitcoin.AddressOf(own.Script), new Amount(BitcoinChain.Regtest.Coin, 50_000)));
        var output = new SpentOutput(paid.Txid().Shown, 1);
        chain.CoinsOwedFor(paid).Should().ContainSingle().Which.Should().BeOfType<LaneCommand.RecordCoin>()
            .Which.Coin.Should().Be(new LaneCoin(output, 50_000, credit.Block), "its lane may spend it");
        await chain.AcknowledgeAsync(paid);

        await knots.InvalidateAsync(first);
        var second = await knots.MineAsync(FollowedBitcoin.Confirmations + 1, payer.Script);
        await chain.PollAsync();
        chain.State.DeepestReorg.Should().Be(FollowedBitcoin.Confirmations);
        chain.OwedFor(paid).Should().ContainSingle().Which.Should().BeOfType<AccountCommand.ReverseDeposit>();
        chain.CoinsOwedFor(paid).Should().ContainSingle().Which.Should().BeOfType<LaneCommand.RecordCoinLost>().Which.LostBlock.Should().Be(credit.Block.Hash);
        await chain.AcknowledgeAsync(paid);
        chain.StageOf(paid).Should().BeOfType<WatchedStage.Final>().Which.In.Block.Hash.Should().Be(second[0].Shown, "the node mined it again at once");
        chain.OwedFor(paid).Should().ContainSingle().Which.Should().BeOfType<AccountCommand.CreditDeposit>().Which.Deposit.Block.Hash.Should().Be(second[0].Shown);
    }

    [BitcoinFact]
    public async Task Conflict_AnotherTransactionSpendsTheOutput_IsToldWhenFinalAndTakenBackWithItsBlock()
    {
        await using var knots = await Knots.StartAsync();
        using var purse = new RegtestPurse(1);
        var coins = await purse.FillAsync(knots, 2);
        var chain = await FollowedBitcoin.StartAsync([knots.Node()]);
        chain.WatchAddress(purse.Script, _owner);
        var ours = purse.Spend(coins, [new(coins[0].Output.ValueSat - Fee, purse.Script)]);
        var rival = purse.Spend([coins[1]], [new(coins[1].Output.ValueSat - Fee, RegtestPurse.Nobody)]);
        chain.Watch(ours, _owner);
        await knots.Node().SendAsync(rival, CancellationToken.None);
        var block = (await knots.MineAsync(1, RegtestPurse.Nobody))[0];
        await chain.PollAsync();
        chain.StageOf(ours).Should().BeOfType<WatchedStage.Unseen>("the rival is not final");
        await knots.MineAsync(FollowedBitcoin.Confirmations, RegtestPurse.Nobody);
        await chain.PollAsync();
        chain.StageOf(ours).Should().BeOfType<WatchedStage.Conflicted>().Which.By.TxHash.Should().Be(rival.Txid().Shown);

        await knots.InvalidateAsync(block);
        var fresh = await knots.CallAsync("generateblock", BitcoinAddress.Format(purse.Script, BitcoinNetwork.Regtest), new JsonArray(Convert.ToHexStringLower(ours.Encode())));
        await knots.MineAsync(FollowedBitcoin.Confirmations + 1, purse.Script);
        await chain.PollAsync();
        var final = chain.StageOf(ours).Should().BeOfType<WatchedStage.Final>().Subject;
        final.In.Block.Hash.Should().Be(BitcoinHash.Parse(fresh.GetProperty("hash").GetString()!).Shown);
        chain.OwedFor(ours).Should().BeEmpty("what comes back to the owner is change");
    }

    [BitcoinFact]
    public async Task Head_OfTwoChains_IsTheOneWithMostWorkWhicheverNodeHasIt()
    {
        await using var one = await Knots.StartAsync();
        await using var other = await Knots.StartAsync();
        using var purse = new RegtestPurse(1);
        var chain = await FollowedBitcoin.StartAsync([one.Node("one", "a"), other.Node("other", "b")]);
        var shorter = await one.MineAsync(2, purse.Script);
        await chain.PollAsync();
        chain.Head.Hash.Should().Be(shorter[1].Shown);
        await other.MineAsync(2, RegtestPurse.Nobody);
        await chain.PollAsync();
        chain.Head.Hash.Should().Be(shorter[1].Shown, "of two alike the one that was known first");
        var longer = await other.MineAsync(1, RegtestPurse.Nobody);
        await chain.PollAsync();
        (chain.Head.Hash, chain.State.Reorgs, chain.State.DeepestReorg).Should().Be((longer[0].Shown, 1, 2));
        chain.Pool.Nodes.Should().OnlyContain(static node => node.Health.Quarantined == null);
    }

    [BitcoinFact]
    public async Task Restart_FromTheFinalBlock_FindsWhatHappenedMeanwhileAndWhatIsOlder()
    {
        await using var knots = await Knots.StartAsync();
        using var purse = new RegtestPurse(1);
        var coins = await purse.FillAsync(knots, 2);
        var chain = await FollowedBitcoin.StartAsync([knots.Node()], historyDepth: 64);
        var missed = purse.Spend([coins[0]], [new(coins[0].Output.ValueSat - Fee, purse.Script)]);
        await knots.Node().SendAsync(missed, CancellationToken.None);
        await knots.MineAsync(40, RegtestPurse.Nobody);
        await chain.PollAsync();
        var watched = purse.Spend([coins[1]], [new(coins[1].Output.ValueSat - Fee, purse.Script)]);
        chain.Watch(watched, _owner);
        await knots.Node().SendAsync(watched, CancellationToken.None);
        await knots.MineAsync(200, RegtestPurse.Nobody);
        chain.Restart();
        await chain.PollAsync();
        chain.StageOf(watched).Should().BeOfType<WatchedStage.Final>();
        chain.Restart();
        await chain.AskAsync(missed);
        chain.StageOf(missed).Should().BeOfType<WatchedStage.Unseen>("its block is below the headers that are followed now");
        chain.Incidents.Should().BeEmpty();
    }

    [BitcoinTheory]
    [InlineData("bits")]
    [InlineData("work")]
    [InlineData("time")]
    public async Task Header_ThatBreaksARule_QuarantinesItsNodeAndChangesNothing(string rule)
    {
        await using var knots = await Knots.StartAsync();
        var mined = await knots.MineAsync(12, RegtestPurse.Nobody);
        var tip = (await knots.Node().HeaderAsync(mined[^1], CancellationToken.None)).Value!;
        var lie = Broken(tip, rule);
        await using var liar = await LyingNode.BeforeAsync(knots, (method, parameters, result) => method switch
        {
            "getbestblockhash" => $"{lie.Hash()}",
            "getblockhash" when parameters[0]!.GetValue<int>() == 13 => $"{lie.Hash()}",
            "getblockheader" when parameters[0]!.GetValue<string>() == $"{lie.Hash()}" => Convert.ToHexStringLower(lie.Encode()),
            _ => result,
        });
        await using var gate = await LyingNode.BeforeAsync(knots, static (_, _, result) => result);
        var chain = await FollowedBitcoin.StartAsync([gate.Bitcoin("honest", "b"), liar.Bitcoin()]);
        await chain.PollAsync();
        var quarantined = chain.Pool.Nodes.Single(static node => node.Node.Name.Value == "liar").Health.Quarantined;
        quarantined.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be(rule switch { "bits" => "header.bits", "work" => "header.work", _ => "header.time-old" });
        chain.Head.Hash.Should().Be(mined[^1].Shown);
        var next = await knots.MineAsync(1, RegtestPurse.Nobody);
        await chain.PollAsync();
        chain.Head.Hash.Should().Be(next[0].Shown);
    }

    /// <summary>
    /// A header is no block: one with as much work as the tip, heard of first, whose block nobody gives, holds nobody back (Bitcoin Core too follows only what it has whole).
    /// </summary>
    [BitcoinFact]
    public async Task Head_WhoseBlockNobodyGives_IsPassedOver_AndTheChainFollowed()
    {
        await using var knots = await Knots.StartAsync();
        await knots.MineAsync(2, RegtestPurse.Nobody);
        var chain = await FollowedBitcoin.StartAsync([knots.Node()]);
        var mined = await knots.MineAsync(1, RegtestPurse.Nobody);
        var tip = (await knots.Node().HeaderAsync(mined[0], CancellationToken.None)).Value!;
        var own = tip with { MerkleRoot = BitcoinHash.Of([2]), Nonce = 0 };
        while (HeaderChain.CheckWork(WorkRules.Regtest, own) is not null) own = own with { Nonce = own.Nonce + 1 };
        var height = (int)chain.State.Final!.Value.Number + 1;
        await using var liar = await LyingNode.BeforeAsync(knots, (method, parameters, result) => method switch
        {
            "getbestblockhash" => $"{own.Hash()}",
            "getblockhash" when parameters[0]!.GetValue<int>() == height => $"{own.Hash()}",
            "getblockheader" when parameters[0]!.GetValue<string>() == $"{own.Hash()}" => Convert.ToHexStringLower(own.Encode()),
            _ => result,
        });
        chain = await FollowedBitcoin.StartAsync([liar.Bitcoin(), knots.Node("honest", "b")], from: chain.State.Final);
        for (var polls = 0; polls < 2; polls++) await chain.PollAsync();
        chain.Head.Hash.Should().Be(mined[0].Shown);
    }

    /// <summary>A header with work proves nothing of what a node says about it.</summary>
    [BitcoinFact]
    public async Task Confirmation_InABlockThatDoesNotHoldIt_QuarantinesItsNodeAndConfirmsNothing()
    {
        await using var knots = await Knots.StartAsync();
        using var purse = new RegtestPurse(1);
        var coin = (await purse.FillAsync(knots, 1))[0];
        var paid = purse.Spend([coin], [new(coin.Output.ValueSat - Fee, purse.Script)]);
        var chain = await FollowedBitcoin.StartAsync([knots.Node("honest", "a")]);
        var mined = await knots.MineAsync(FollowedBitcoin.Confirmations + 2, RegtestPurse.Nobody);
        await chain.PollAsync();
        await using var liar = await LyingNode.BeforeAsync(knots, (method, _, result) =>
            method == "getrawtransaction" ? new JsonObject { ["txid"] = $"{paid.Txid()}", ["blockhash"] = $"{mined[0]}" } : result);
        chain = await FollowedBitcoin.StartAsync([knots.Node("honest", "a"), liar.Bitcoin()], from: chain.State.Final);
        await chain.PollAsync();
        await knots.MineAsync(FollowedBitcoin.Confirmations, RegtestPurse.Nobody);
        await chain.PollAsync();
        await chain.AskAsync(paid);
        chain.Pool.Nodes[1].Health.Quarantined.Should().BeOfType<NodeError.Garbage>().Which.Refusal.Code.Should().Be("confirmation.block");
        chain.StageOf(paid).Should().BeOfType<WatchedStage.Unseen>();
    }

    /// <summary>A child of the tip that breaks one rule alone.</summary>
    private static BitcoinHeader Broken(BitcoinHeader tip, string rule)
    {
        var child = new BitcoinHeader(0x20000000, tip.Hash(), BitcoinHash.Of([1]), tip.Time + 1, tip.Bits, 0);
        child = rule switch { "bits" => child with { Bits = 0x207ffffe }, "time" => child with { Time = tip.Time - 100_000 }, _ => child };
        while (HeaderChain.CheckWork(WorkRules.Regtest, child) is null != (rule != "work")) child = child with { Nonce = child.Nonce + 1 };
        return child;
    }
}
