using System.Globalization;
using TPWallet.Client;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Processes;

/// <summary>What the demo and the crash tests set differently.</summary>
/// <param name="BlockEvery">Time between blocks.</param>
/// <param name="SiloArguments">Further arguments of the silo.</param>
internal sealed record StageSettings(TimeSpan BlockEvery, ImmutableArray<string> SiloArguments)
{
    /// <summary>Whether a Bitcoin node, where there is one, and a third Ethereum node that can lie stand beside, and another operator may be opened as a peer.</summary>
    public bool Whole { get; init; }

    /// <summary>Whether silos are the Orleans build's, of which several may serve at once.</summary>
    public bool Orleans { get; init; }

    /// <summary>The silo's assembly, if it is not the one that is built beside this program.</summary>
    public string? SiloProgram { get; init; }

    /// <summary>Arguments that each silo has for itself, asked for at each start.</summary>
    public Func<ImmutableArray<string>> EachSilo { get; init; } = static () => [];

    /// <summary>How long a silo may take to serve. One of a cluster joins only when those that ended before are known to be dead.</summary>
    public TimeSpan SiloStart { get; init; } = TimeSpan.FromSeconds(40);
}

/// <summary>The processes of the demo: a chain or two, a signer, a silo; on free loopback ports and a Unix socket, in a folder that goes away with
/// them.</summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>Blocks, the one that includes a transaction among them, after which it counts as final here.</summary>
    public const int Confirmations = 3;

    public const string Tenant = "demo";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    private readonly List<ChildProcess> _children = [];
    private readonly StageSettings _settings;

    private readonly House _main;
    private readonly Peering? _peering;

    private Stage(Places places, StageSettings settings)
    {
        (Places, _settings) = (places, settings);
        _peering = settings.Whole ? Peering.Create(places.Work) : null;
        _main = new(places, settings, "", Add, Log, () => [.. SiloArguments(EthereumNodes(Liar)), .. BitcoinArguments(), .. _peering?.ArgumentsOf(0) ?? []]);
    }

    /// <summary>The operator that everybody but one party of the channels is with.</summary>
    public House Main => _main;

    public Places Places { get; }

    public LocalChain Chain { get; private set; } = null!;

    public ChildProcess Silo => _main.Silo;

    public ChildProcess Signer => _main.Signer;

    public ITPWallet Wallet => _main.Wallet;

    public ITPWOperator Operator => _main.Operator;

    /// <summary>Null where it was not asked for, or where there is no program of one.</summary>
    public LocalBitcoin? Bitcoin { get; private set; }

    /// <summary>Null where it was not asked for.</summary>
    public LyingProxy? Liar { get; private set; }

    /// <summary>Where the silo that was started last is reached.</summary>
    public Uri SiloAddress => _main.SiloAddress;

    /// <summary>The signer's identity as its own process printed it: what the members' devices pin.</summary>
    public HexBytes SignerIdentity => _main.SignerIdentity;

    public IReadOnlyList<(string Name, int Id)> Running =>
        [.. _children.Where(static child => !child.HasExited).Select(static child => (child.Name, child.Id))];

    public static async Task<Stage> OpenAsync(Places places, StageSettings settings, Teller teller, CancellationToken cancellationToken)
    {
        var stage = new Stage(places, settings);
        try
        {
            await stage.StartAsync(teller, cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public async Task StopAsync(string name)
    {
        foreach (var child in _children.Where(child => child.Name == name)) await child.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Chain is not null) await Chain.DisposeAsync();
        Bitcoin?.Dispose();
        foreach (var child in Enumerable.Reverse(_children)) await child.DisposeAsync();
        if (Liar is not null) await Liar.DisposeAsync();
        Directory.Delete(Places.Work, recursive: true);
    }

    private async Task StartAsync(Teller teller, CancellationToken cancellationToken)
    {
        foreach (var program in (string[])[Places.Anvil, _main.SiloProgram, Places.Signer])
            if (!File.Exists(program)) throw new DemoFailedException($"{program} is missing; run ./tpw setup");
        var anvil = Add(ChildProcess.Start(
            "anvil", Places.Anvil, ["--host", "127.0.0.1", "--port", "0", "--no-mining", "--chain-id", "31337"], Log("anvil"), IsListening));
        await _main.InitialiseSignerAsync(cancellationToken);
        var port = int.Parse((await anvil.ReadyAsync(Longest, cancellationToken)).AsSpan(Listening.Length), CultureInfo.InvariantCulture);
        Chain = await LocalChain.OpenAsync(new Uri($"http://127.0.0.1:{port}"), _settings.BlockEvery, cancellationToken);
        var signer = await StartSignerAsync(null, cancellationToken);
        teller.Say($"anvil on port {port} (process {anvil.Id}), signer on a Unix socket (process {signer.Id})");
        if (_settings.Whole) await StartOthersAsync(teller, cancellationToken);
        var silo = await StartSiloAsync(null, cancellationToken);
        teller.Say($"silo with SQLite on {SiloAddress} (process {silo.Id}); everything below goes over REST with the SDK");
    }

    private async Task StartOthersAsync(Teller teller, CancellationToken cancellationToken)
    {
        Liar = await LyingProxy.StartAsync(Chain.Endpoint, cancellationToken);
        if (Places.Bitcoind is not { } program) return;
        var folder = Directory.CreateDirectory(Path.Combine(Places.Work, "bitcoin")).FullName;
        var port = FreePort.Take();
        // A young chain knows no fees: the wallet of the demo, not our payment, pays this.
        string[] options = [.. await Bitcoind.OptionsAsync(program, folder, port), "-fallbackfee=0.0001"];
        var node = Add(ChildProcess.Start("bitcoind", program, options, Log("bitcoind"), IsLoaded));
        await node.ReadyAsync(Longest, cancellationToken);
        Bitcoin = await LocalBitcoin.OpenAsync(new Uri($"http://127.0.0.1:{port}"), Bitcoind.Cookie(folder), cancellationToken);
        teller.Say($"a Bitcoin node on port {port} (process {node.Id}), and a third Ethereum node, {LyingProxy.Name}, that will lie");
    }

    /// <summary>Starts the signer on its folder and socket; after an earlier one ended, that is a restart.</summary>
    public Task<ChildProcess> StartSignerAsync(string? killAt, CancellationToken cancellationToken) => _main.StartSignerAsync(killAt, cancellationToken);

    /// <summary>Starts the silo on its folder, on a port of its own choice; after an earlier one ended, that is a restart.</summary>
    public Task<ChildProcess> StartSiloAsync(string? killAt, CancellationToken cancellationToken) => _main.StartSiloAsync(killAt, cancellationToken);

    /// <summary>Starts another operator's signer and silo, on the same chain. Both operators know each other as peers.</summary>
    public async Task<House> OpenOtherAsync(CancellationToken cancellationToken)
    {
        var other = new House(Places.Of(Peering.Names[1]), _settings, Peering.Names[1] + " ", Add, Log, () => [.. SiloArguments(EthereumNodes(null)), .. _peering!.ArgumentsOf(1)]);
        await other.InitialiseSignerAsync(cancellationToken);
        await other.StartSignerAsync(null, cancellationToken);
        await other.StartSiloAsync(null, cancellationToken);
        return other;
    }

    private const string Listening = "Listening on 127.0.0.1:";

    private static bool IsListening(string line) => line.StartsWith(Listening, StringComparison.Ordinal);

    private static bool IsLoaded(string line) => line.Contains(Bitcoind.Ready, StringComparison.Ordinal);

    private static IEnumerable<string> SiloArguments(IEnumerable<(string Name, string Organisation, Uri Url)> nodes) =>
    [
        $"--Chains:0:Id={LocalChain.Id}",
        "--Chains:0:Proof=Agreed",
        $"--Chains:0:Confirmations={Confirmations}",
        "--Chains:0:PollEveryMs=100",
        .. nodes.SelectMany(static (node, index) => (string[])[
            $"--Chains:0:Nodes:{index}:Name={node.Name}",
            $"--Chains:0:Nodes:{index}:Organisation={node.Organisation}",
            $"--Chains:0:Nodes:{index}:Url={node.Url}",
        ]),
    ];

    /// <summary>One anvil under two names: what money depends on is asked twice, as of two organisations in production. The liar is asked first of all.</summary>
    private IEnumerable<(string Name, string Organisation, Uri Url)> EthereumNodes(LyingProxy? liar) =>
    [
        .. liar is null ? [] : ((string, string, Uri)[])[(LyingProxy.Name, "three", liar.Endpoint)],
        ("anvil-one", "one", Chain.Endpoint),
        ("anvil-two", "two", Chain.Endpoint),
    ];

    private string[] BitcoinArguments() => Bitcoin is null ? [] :
    [
        $"--Chains:1:Id={LocalBitcoin.Id}",
        $"--Chains:1:Confirmations={Confirmations}",
        "--Chains:1:PollEveryMs=100",
        "--Chains:1:Nodes:0:Name=bitcoind",
        "--Chains:1:Nodes:0:Organisation=one",
        $"--Chains:1:Nodes:0:Url={Bitcoin.Endpoint}",
        $"--Chains:1:Nodes:0:CredentialFile={Bitcoin.Cookie}",
    ];

    private ChildProcess Add(ChildProcess child)
    {
        _children.Add(child);
        return child;
    }

    private string Log(string name) => Path.Combine(Places.Output, $"{name}.log");
}
