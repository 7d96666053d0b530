using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Chains.Bitcoin;
using Coin = TPWallet.Tests.Chains.Bitcoin.RegtestPurse.Coin;

namespace TPWallet.Tests.Tracking;

/// <summary>Own payments on a real Bitcoin chain that rest on a deposit which a double spend takes away for good.</summary>
public sealed class StrandedTests : IAsyncLifetime, IDisposable
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

    public async Task DisposeAsync() => await _knots.DisposeAsync();

    public void Dispose()
    {
        _payer.Dispose();
        _own.Dispose();
    }

    [BitcoinFact]
    public async Task Spend_OfADepositThatWasDoubleSpent_IsImpossibleWhenThatIsFinal_AndNotBefore()
    {
        var deposit = PayInOf(_coin);
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
        var impossible = _chain.StageOf(spend).Should().BeOfType<WatchedStage.Conflicted>("what it spends can never be").Subject;
        (impossible.By.TxHash, impossible.Lost).Should().Be((Rival.Txid().Shown, new SpentOutput(deposit.Txid().Shown, 0)));
        _chain.Incidents.Select(static raised => raised.Code).Should().OnlyContain(static code => code == IncidentCodes.DoubleSpent);
        _chain.Incidents.Select(static raised => raised.Subject).Should().Contain(subject => subject.EndsWith($"{spend.Txid().Shown}", StringComparison.Ordinal), "its owner hears of it");

        await _knots.InvalidateAsync(block);
        await MineAsync(deposit);
        await MineAsync(FollowedBitcoin.Confirmations + 4);
        await _chain.PollAsync();
        _chain.StageOf(deposit).Should().BeOfType<WatchedStage.Final>();
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Unseen>("a reorg below final blocks made it possible again");
    }

    /// <summary>The double spend is of what the deposit's own parent spent, which went with the same block.</summary>
    [BitcoinFact]
    public async Task Spend_OfADepositWhoseParentWasDoubleSpent_IsImpossibleToo()
    {
        var parent = _payer.Spend([_coin], [new(_coin.Output.ValueSat - Fee, _payer.Script)]);
        var deposit = PayInOf(Coin.Of(parent, 0));
        var lost = await MineAsync(parent, deposit);
        await MineAsync(FollowedBitcoin.Confirmations);
        var spend = PayOutOf(deposit);
        _chain.Watch(spend, _owner);
        await _chain.PollAsync();
        await LoseAsync(lost);
        await MineAsync(FollowedBitcoin.Confirmations - 1);
        await _chain.PollAsync();
        _chain.StageOf(deposit).Should().BeOfType<WatchedStage.Conflicted>().Which.Lost.Should().Be(new SpentOutput(parent.Txid().Shown, 0));
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Conflicted>().Which.Lost.Should().Be(new SpentOutput(deposit.Txid().Shown, 0));
    }

    /// <summary>Its signature was under way meanwhile, and the block that proves it is below the window by now: what it spends is known to be gone.</summary>
    [BitcoinFact]
    public async Task Spend_WatchedWhenTheProofIsLongFollowed_IsToldWhenItIsAskedFor()
    {
        var deposit = PayInOf(_coin);
        var lost = await MineAsync(deposit);
        await MineAsync(FollowedBitcoin.Confirmations);
        await _chain.PollAsync();
        await LoseAsync(lost);
        await MineAsync(2 * FollowedBitcoin.Confirmations);
        await _chain.PollAsync();
        _chain.Restart();
        var spend = PayOutOf(deposit);
        _chain.Watch(spend, _owner);
        await _chain.PollAsync();
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Unseen>("no block of the window says anything of it");
        await _chain.AskAsync(spend);
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Conflicted>().Which.By.TxHash.Should().Be(Rival.Txid().Shown);
    }

    /// <summary>An older silo would take it for a foreign use of the key.</summary>
    [BitcoinFact]
    public async Task Spend_WhileSilosAreUpgraded_IsToldNothing_AndAllOnceTheyAre()
    {
        _chain.TellsStranded = false;
        var deposit = PayInOf(_coin);
        var lost = await MineAsync(deposit);
        await MineAsync(FollowedBitcoin.Confirmations);
        var spend = PayOutOf(deposit);
        _chain.Watch(spend, _owner);
        await _chain.PollAsync();
        await LoseAsync(lost);
        await MineAsync(FollowedBitcoin.Confirmations);
        await _chain.PollAsync();
        await _chain.AskAsync(spend);
        _chain.StageOf(deposit).Should().BeOfType<WatchedStage.Conflicted>();
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Unseen>();
        _chain.TellsStranded = true;
        await _chain.AskAsync(spend);
        _chain.StageOf(spend).Should().BeOfType<WatchedStage.Conflicted>();
    }

    private async Task LoseAsync(BitcoinHash block)
    {
        await _knots.InvalidateAsync(block);
        await MineAsync(FollowedBitcoin.Confirmations + 1);
        await MineAsync(Rival);
    }

    private BitcoinTransaction PayInOf(Coin coin) =>
        _payer.Spend([coin], [new(50_000, _own.Script), new(coin.Output.ValueSat - 50_000 - Fee, _payer.Script)]);

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
