using System.Text.Json.Nodes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>
/// Deposits on a chain behind three nodes of different organisations, of which the one that is asked first lies about them. What is credited is what the chain has; who
/// contradicted a proven fact is out of service with the evidence kept.
/// </summary>
public sealed class LyingDepositTests : IAsyncLifetime
{
    /// <summary>Logs Transfer(caller, first word, second word).</summary>
    private const string TokenCode = "0x602035600052600035337fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef60206000a300";

    private static readonly Address Token = People.AddressOf("token");

    private readonly List<MoodyNode> _nodes = [];
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _account;
    private Address _own;

    private MoodyNode First => _nodes[0];

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.CallAsync("anvil_setCode", Token.Value, TokenCode);
        await _anvil.MineAsync();
        for (var i = 0; i < 3; i++) _nodes.Add(await MoodyNode.StartAsync(_anvil));
        _system = await WholeSystem.StartPatientAsync(_anvil, [.. _nodes]);
        _account = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payee"));
        _own = await _system.CreateKeyAsync(_account, "hot");
        First.Own = (Token, _own);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        foreach (var node in _nodes) await node.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    /// <summary>Headers and blocks are true, and the receipts of one node are not: a log is missing from them, or one is invented.</summary>
    [Theory]
    [InlineData(NodeMood.MissingLogs)]
    [InlineData(NodeMood.InventedLogs)]
    public async Task Deposit_NodeLiesAboutLogs_IsCreditedAsItIsAndTheLiarIsOutOfServiceWithEvidence(NodeMood mood)
    {
        First.Mood = mood;
        await DepositAsync(5);
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _system.Incidents.UntilRaisedAsync(IncidentCodes.NodeQuarantined, bound.Token);
        var incident = _system.Incidents.All.Should().ContainSingle().Subject;
        incident.Subject.Should().Be($"{People.Chain}/node-0");
        incident.Detail.Should().Contain("block.receipts");
        var grain = _system.Grains.GetGrain<ISupernodeGrain>(incident.Subject);
        await _system.UntilAsync(async () => (await grain.Read())?.State == "quarantined", "the evidence to be in the journal");
        First.Mood = NodeMood.Honest;
        await DepositAsync(7);
    }

    /// <summary>A node that stands still may be behind and honest: it holds nobody back, and is not put out of service for good.</summary>
    [Fact]
    public async Task Deposit_NodeStandsStill_IsCreditedByTheOthers()
    {
        await _system.UntilAsync(async () => (await _system.Tracker().Read()).Watched > 0, "the address to be watched");
        First.Mood = NodeMood.StandsStill;
        await DepositAsync(5);
        _system.Pool(People.Chain).Nodes[0].Health.Quarantined.Should().BeNull();
        _system.Incidents.All.Should().BeEmpty();
    }

    private async Task DepositAsync(ulong tokens)
    {
        var before = await BalanceAsync();
        await _anvil.CallAsync("eth_sendTransaction", new JsonObject
        {
            ["from"] = Anvil.AddressOf(1).Value,
            ["to"] = Token.Value,
            ["data"] = $"0x{new string('0', 24)}{_own.Value[2..]}{tokens:x64}",
        });
        await _anvil.MineAsync();
        await _system.PayAsync(_own, 1_000);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        var coins = await _system.OnChainAsync(_own);
        await _system.UntilAsync(
            async () => await BalanceAsync() >= before + tokens && await _system.AvailableAsync(_account, People.Eth) >= coins, $"{tokens} tokens and the coins to be credited");
        (await BalanceAsync()).Should().Be(before + tokens, "nothing else came");
        (await _system.AvailableAsync(_account, People.Eth)).Should().Be(coins);
    }

    private Task<UInt256> BalanceAsync() => _system.AvailableAsync(_account, AssetId.Erc20(People.Chain, Token));
}
