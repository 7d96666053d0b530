using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains.Bitcoin;
using Coin = TPWallet.Tests.Chains.Bitcoin.RegtestPurse.Coin;

namespace TPWallet.Tests.Tracking;

/// <summary>Own payments on a real Bitcoin chain that rest on a deposit which a double spend takes away for good.</summary>
public sealed class StrandedTests : IAsyncLifetime
{
    private const long Fee = 1_000;
    private static readonly AccountId _owner = new(new Bytes32(7));

    private readonly RegtestPurse _payer = new(1);
    private readonly RegtestPurse _own = new(2);
    private Knots _knots = null!;
    private FollowedBitcoin _chain = null!;
    private Coin _coin = null!;

    private BitcoinTransaction Rival => _payer.Spend([_coin], [new(_coin.Output.ValueSat - (2 * Fee), RegtestPurse.Nobody)]);

    public async Task InitializeAsync()
    {
        _knots = await Knots.StartAsync();
        _coin = (await _payer.FillAsync(_knots, 1))[0];
        _chain = await FollowedBitcoin.StartAsync([_knots.Node()]);
        _chain.WatchAddress(_own.Script, _owner);
    }

    public async Task DisposeAsync()
    {
        await _knots.DisposeAsync();
        _payer.Dispose();
        _own.Dispose();
    }

    [BitcoinFact]
    public async Task Spend_OfADepositThatWasDoubleSpent_IsImpossibleWhenThatIsFinal_AndNotBefore()
    {
        var deposit = _payer.Spend([_coin], [new(50_000, _own.Script), new(_coin.Output.ValueSat - 50_000 - Fee, _payer.Script)]);
        var lost = await MineAsync(deposit);
        await MineAsync(FollowedBitcoin.Confirmations);
        var spend = PayOutOf(deposit);
        _chain.Watch(spend, _owner);
        await _chain.PollAsync();
        _chain.StageOf(deposit).Should().BeOfType<WatchedStage.Final>();

        await _knots.InvalidateAsync(lost);
        await MineAsync(FollowedBitcoin.Confirmations + 1);
        var block = await MineAsync(Rival);
        await _chain.PollAsync();
        _chain.State.DeepestReorg.Should().Be(FollowedBitcoin.Confirmations + 1);
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Unseen>("the rival is in a block, and not final");
        await MineAsync(FollowedBitcoin.Confirmations - 1);
        await _chain.PollAsync();
        _chain.StageOf(deposit).Should().BeOfType<WatchedStage.Conflicted>().Which.By.TxHash.Should().Be(Rival.Txid().Shown);
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Conflicted>().Which.By.TxHash.Should().Be(Rival.Txid().Shown, "what it spends can never be");

        await _knots.InvalidateAsync(block);
        await MineAsync(deposit);
        await MineAsync(FollowedBitcoin.Confirmations + 4);
        await _chain.PollAsync();
        _chain.StageOf(deposit).Should().BeOfType<WatchedStage.Final>();
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Unseen>("a reorg below final blocks made it possible again");
    }

    private BitcoinTransaction PayOutOf(BitcoinTransaction deposit) =>
        _own.Spend([Coin.Of(deposit, 0)], [new(deposit.Outputs[0].ValueSat - Fee, RegtestPurse.Nobody)]);

    /// <summary>A block of these alone, whatever the node's pool holds.</summary>
    private async Task<BitcoinHash> MineAsync(params BitcoinTransaction[] transactions)
    {
        JsonNode?[] raw = [.. transactions.Select(static one => JsonValue.Create(Convert.ToHexStringLower(one.Encode())))];
        var block = await _knots.CallAsync("generateblock", BitcoinAddress.Format(RegtestPurse.Nobody, BitcoinNetwork.Regtest), new JsonArray(raw));
        return BitcoinHash.Parse(block.GetProperty("hash").GetString()!);
    }

    private async Task MineAsync(int blocks)
    {
        for (var i = 0; i < blocks; i++) await MineAsync();
    }
}
