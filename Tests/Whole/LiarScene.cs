using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Histories;

namespace TPWallet.Tests.Whole;

/// <summary>
/// The whole system beside a real chain of either family, which it knows by three nodes of three organisations alone. The first, which is asked first, is the one
/// that may lie.
/// </summary>
internal sealed class LiarScene : IAsyncDisposable
{
    private const int Nodes = 3;
    private const int Payments = 24;
    private const int PaymentsOfOneDeposit = 6;

    private readonly Random _random = new(4);
    private readonly SortedDictionary<AssetId, UInt256> _paid = [];
    private readonly List<MoodyNode> _nodes = [];
    private readonly ILies[] _lies;
    private readonly Anvil _anvil;
    private readonly Knots? _knots;
    private readonly PollGate _gate;
    private readonly IScriptedChain _chain;
    private Address _own;

    private LiarScene(Anvil anvil, Knots? knots, PollGate gate)
    {
        (_anvil, _knots, _gate) = (anvil, knots, gate);
        _chain = knots is null ? new ScriptedEthereum(anvil, gate) : new ScriptedBitcoin(knots, gate, Payments);
        _lies = [.. Enumerable.Range(0, Nodes).Select(_ => knots is null ? (ILies)new EthereumLies(anvil.ChainId) : new BitcoinLies())];
    }

    public WholeSystem System { get; private set; } = null!;

    public AccountId Account { get; private set; }

    public MoodyNode First => _nodes[0];

    public string Liar => $"{_chain.Id}/node-0";

    private IChainTrackerGrain Tracker => System.Grains.GetGrain<IChainTrackerGrain>(_chain.Id.ToString());

    /// <param name="mood">Of the first node while the system starts.</param>
    public static async Task<LiarScene> StartAsync(bool bitcoin, NodeMood mood)
    {
        var anvil = await Anvil.StartAsync(31337, "--no-mining");
        await anvil.MineAsync();
        var knots = bitcoin ? await Knots.StartAsync() : null;
        var gate = knots is null ? await PollGate.StartAsync(anvil.Endpoint) : await PollGate.StartAsync(knots.Endpoint, () => File.ReadAllText(knots.CookiePath));
        var scene = new LiarScene(anvil, knots, gate);
        if (scene._chain is ScriptedEthereum ethereum) await ethereum.PrepareAsync(Payments);
        if (scene._chain is ScriptedBitcoin coins) await coins.PrepareAsync();
        foreach (var lies in scene._lies) scene._nodes.Add(await MoodyNode.StartAsync(gate.Endpoint, lies));
        scene.First.Mood = mood;
        scene.System = await WholeSystem.StartAsync(anvil, scene.Settings());
        await scene.System.UntilAsync(async () => (await scene.Tracker.Read()).Head is not null, "the chain to be followed");
        await scene.OpenAsync();
        return scene;
    }

    /// <summary>Pays the account in all the ways that the chain has, makes it final, and waits until the account has just what it was ever paid.</summary>
    public async Task DepositAsync()
    {
        var payments = new List<ScriptedPayment>();
        for (var i = 0; i < PaymentsOfOneDeposit; i++) payments.Add(await _chain.PayAsync($"payment {i}", _own, _random));
        await _chain.MineAsync([payments, .. Enumerable.Repeat<IReadOnlyList<ScriptedPayment>>([], WholeSystem.Confirmations)]);
        foreach (var amount in payments.Select(static payment => payment.Credit!.Value)) _paid[amount.Asset] = _paid.GetValueOrDefault(amount.Asset) + amount.Value;
        await System.UntilAsync(async () => Enough(await BalancesAsync()), "the deposits to be credited");
        (await BalancesAsync()).Should().Equal(_paid, "that is what the chain has");
    }

    public Task MineAsync() => _chain.MineAsync([[]]);

    public async Task<NodeView> ReadLiarAsync() => (await Grain.Read())!;

    public Task<NodeEvidence?> ReadEvidenceAsync() => Grain.ReadEvidence();

    /// <summary>Waits while the chain goes on, one block a look.</summary>
    public Task UntilAsync(Func<Task<bool>> condition, string awaited) => System.UntilAsync(
        async () =>
        {
            if (await condition()) return true;
            await MineAsync();
            return false;
        },
        awaited);

    public async ValueTask DisposeAsync()
    {
        if (System is not null)
        {
            await System.DisposeAsync();
            Directory.Delete(System.Folder, recursive: true);
        }

        foreach (var node in _nodes) await node.DisposeAsync();
        await _gate.DisposeAsync();
        (_chain as IDisposable)?.Dispose();
        if (_knots is not null) await _knots.DisposeAsync();
        await _anvil.DisposeAsync();
    }

    private ISupernodeGrain Grain => System.Grains.GetGrain<ISupernodeGrain>(Liar);

    private async Task OpenAsync()
    {
        Account = await System.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "payee"));
        _own = await System.CreateKeyAsync(Account, "own", _chain.Id);
        foreach (var lies in _lies) lies.Own = _own;
        await System.UntilAsync(async () => (await Tracker.Read()).Watched > 0, "the address to be watched");
    }

    private bool Enough(SortedDictionary<AssetId, UInt256> balances) => _paid.All(paid => balances.GetValueOrDefault(paid.Key) >= paid.Value);

    private async Task<SortedDictionary<AssetId, UInt256>> BalancesAsync() =>
        new((await System.Account(Account).Read())!.Balances.ToDictionary(static balance => balance.Asset, static balance => balance.Available));

    private Dictionary<string, string?> Settings()
    {
        var chain = _knots is null ? "Chains:0" : "Chains:1";
        var settings = new Dictionary<string, string?>
        {
            // No node keeps silent here: none is taken for one that does, however busy the machine is.
            ["Nodes:DeadlineMs"] = "30000",
            [$"{chain}:Id"] = _chain.Id.Value,
            [$"{chain}:Proof"] = _knots is null ? nameof(ProofLevel.Agreed) : nameof(ProofLevel.Work),
            [$"{chain}:Confirmations"] = $"{WholeSystem.Confirmations}",
            [$"{chain}:PollEveryMs"] = "20",
            [$"{chain}:Lag:BehindBlocks"] = "3",
            [$"{chain}:Lag:ForBlocks"] = "6",
        };
        for (var i = 0; i < Nodes; i++)
        {
            settings[$"{chain}:Nodes:{i}:Name"] = $"node-{i}";
            settings[$"{chain}:Nodes:{i}:Organisation"] = $"organisation-{i}";
            settings[$"{chain}:Nodes:{i}:Url"] = $"{_nodes[i].Endpoint}";
        }

        return settings;
    }
}
