using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Whole;

namespace TPWallet.Tests.Histories;

/// <summary>The whole system beside a real anvil and, where there is one, a real Knots node, shared by many histories: each has an account of its own.</summary>
internal sealed class HistoryScene : IAsyncDisposable
{
    public const int Confirmations = WholeSystem.Confirmations;

    /// <summary>Blocks of the deepest reorg.</summary>
    public const int MaxDepth = 64;

    private const int HistoryDepth = 200;
    private const int PaymentsOfOneHistory = 8;

    private readonly Anvil _anvil;
    private readonly Knots? _knots;
    private readonly PollGate[] _gates;

    private HistoryScene(Anvil anvil, Knots? knots, PollGate[] gates) => (_anvil, _knots, _gates) = (anvil, knots, gates);

    public WholeSystem System { get; private set; } = null!;

    /// <summary>One for each node.</summary>
    public IReadOnlyList<IScriptedChain> Chains { get; private set; } = [];

    /// <param name="histories">How many there will be on each chain.</param>
    public static async Task<HistoryScene> StartAsync(int histories)
    {
        var anvil = await Anvil.StartAsync(31337, "--no-mining");
        var knots = Knots.Program is null ? null : await Knots.StartAsync();
        List<PollGate> gates = [await PollGate.StartAsync(anvil.Endpoint)];
        if (knots is not null) gates.Add(await PollGate.StartAsync(knots.Endpoint, () => File.ReadAllText(knots.CookiePath)));
        var scene = new HistoryScene(anvil, knots, [.. gates]);
        var ethereum = new ScriptedEthereum(anvil, gates[0]);
        await ethereum.PrepareAsync(histories * PaymentsOfOneHistory);
        scene.Chains = [ethereum];
        if (knots is not null)
        {
            var bitcoin = new ScriptedBitcoin(knots, gates[1], histories * PaymentsOfOneHistory);
            await bitcoin.PrepareAsync();
            scene.Chains = [ethereum, bitcoin];
        }

        scene.System = await WholeSystem.StartAsync(anvil, scene.Settings());
        foreach (var chain in scene.Chains)
        {
            await scene.System.UntilAsync(async () => (await scene.Tracker(chain.Id).Read()).Head is not null, $"{chain.Id} to be followed");
            await chain.Gate.CloseAsync();
        }

        return scene;
    }

    public IChainTrackerGrain Tracker(ChainId chain) => System.Grains.GetGrain<IChainTrackerGrain>(chain.ToString());

    /// <summary>What a transaction's watcher was told.</summary>
    public Task<WatchedView?> WatchedAsync(ChainId chain, Bytes32 transaction) => System.Grains.GetGrain<IInsiderGrain>(chain.ToString()).Watched(transaction);

    /// <summary>Whether an operator was told.</summary>
    public bool IsRaised(string code, string subject) => System.Incidents.All.Any(incident => incident.Code == code && incident.Subject == subject);

    /// <summary>For people: where the tracker stands, and what its node was last blamed for.</summary>
    public async Task<string> StandingAsync(ChainId chain)
    {
        var view = await Tracker(chain).Read();
        var blamed = string.Join(", ", System.Nodes(chain).Members.Select(static member => $"{member.Node.Name} {member.Health.Score} {member.Health.LastError}"));
        return $"head {view.Head}, final {view.Final}, stopped {view.StopReason ?? "not"}; {blamed}";
    }

    /// <summary>An account with an address that the chain's tracker watches.</summary>
    public async Task<(AccountId Account, Address Address)> OpenAsync(IScriptedChain chain, ulong seed)
    {
        var watched = (await Tracker(chain.Id).Read()).Watched;
        var account = await System.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, $"history {seed} on {chain.Id}"));
        var address = await System.CreateKeyAsync(account, "own", chain.Id);
        await System.UntilAsync(async () => (await Tracker(chain.Id).Read()).Watched > watched, "the address to be watched");
        return (account, address);
    }

    /// <summary>Waits until an account has just this, by asset; what it has instead where it does not come to that.</summary>
    public async Task<(bool More, string What)?> ComesToAsync(AccountId account, IReadOnlyDictionary<AssetId, UInt256> expected)
    {
        try
        {
            await System.UntilAsync(async () => (await DifferenceAsync(account, expected)) is null, "the account's balances");
            return null;
        }
        catch (TimeoutException late)
        {
            return await DifferenceAsync(account, expected) is { } difference ? (difference.More, $"{difference.What}\n{late.Message}") : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gate in _gates) gate.Open();
        if (System is not null)
        {
            await System.DisposeAsync();
            Directory.Delete(System.Folder, recursive: true);
        }

        foreach (var gate in _gates) await gate.DisposeAsync();
        foreach (var chain in Chains.OfType<IDisposable>()) chain.Dispose();
        if (_knots is not null) await _knots.DisposeAsync();
        await _anvil.DisposeAsync();
    }

    private async Task<(bool More, string What)?> DifferenceAsync(AccountId account, IReadOnlyDictionary<AssetId, UInt256> expected)
    {
        var balances = (await System.Account(account).Read())!.Balances;
        foreach (var asset in expected.Keys.Union(balances.Select(static balance => balance.Asset)).Order())
        {
            var (has, must) = (balances.FirstOrDefault(balance => balance.Asset == asset)?.Available ?? UInt256.Zero, expected.GetValueOrDefault(asset));
            if (has != must) return (has > must, $"{account} has {has} of {asset}, and must have {must}");
        }

        return null;
    }

    private Dictionary<string, string?> Settings()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Nodes:DeadlineMs"] = "240000",
            ["Chains:0:HistoryDepth"] = $"{HistoryDepth}",
            ["Chains:0:PollEveryMs"] = "5",
            ["Chains:0:Nodes:0:Url"] = $"{_gates[0].Endpoint}",
        };
        if (_knots is null) return settings;
        settings["Chains:1:Id"] = BitcoinChain.Regtest.Id.Value;
        settings["Chains:1:Confirmations"] = $"{Confirmations}";
        settings["Chains:1:HistoryDepth"] = $"{HistoryDepth}";
        settings["Chains:1:PollEveryMs"] = "5";
        settings["Chains:1:Nodes:0:Name"] = "knots";
        settings["Chains:1:Nodes:0:Organisation"] = "ours";
        settings["Chains:1:Nodes:0:Url"] = $"{_gates[1].Endpoint}";
        return settings;
    }
}
