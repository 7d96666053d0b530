using System.Globalization;
using System.Text.Json;
using TPWallet.Client;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Processes;

/// <summary>What the demo and the crash tests set differently.</summary>
/// <param name="BlockEvery">Time between blocks.</param>
/// <param name="SiloArguments">Further arguments of the silo.</param>
internal sealed record StageSettings(TimeSpan BlockEvery, ImmutableArray<string> SiloArguments)
{
    /// <summary>Whether a Bitcoin node, where there is one, and a third Ethereum node that can lie stand beside.</summary>
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

    private Stage(Places places, StageSettings settings) => (Places, _settings) = (places, settings);

    public Places Places { get; }

    public LocalChain Chain { get; private set; } = null!;

    public ChildProcess Silo { get; private set; } = null!;

    public ChildProcess Signer { get; private set; } = null!;

    public ITPWallet Wallet { get; private set; } = null!;

    public ITPWOperator Operator { get; private set; } = null!;

    /// <summary>Null where it was not asked for, or where there is no program of one.</summary>
    public LocalBitcoin? Bitcoin { get; private set; }

    /// <summary>Null where it was not asked for.</summary>
    public LyingProxy? Liar { get; private set; }

    /// <summary>Where the silo that was started last is reached.</summary>
    public Uri SiloAddress { get; private set; } = null!;

    /// <summary>The signer's identity as its own process printed it: what the members' devices pin.</summary>
    public HexBytes SignerIdentity { get; private set; }

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
        foreach (var program in (string[])[Places.Anvil, SiloProgram, Places.Signer])
            if (!File.Exists(program)) throw new DemoFailedException($"{program} is missing; run ./tpw setup");
        var anvil = Add(ChildProcess.Start(
            "anvil", Places.Anvil, ["--host", "127.0.0.1", "--port", "0", "--no-mining", "--chain-id", "31337"], Log("anvil"), IsListening));
        await InitialiseSignerAsync(cancellationToken);
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
        var port = Bitcoind.FreePort();
        // A young chain knows no fees: the wallet of the demo, not our payment, pays this.
        string[] options = [.. await Bitcoind.OptionsAsync(program, folder, port), "-fallbackfee=0.0001"];
        var node = Add(ChildProcess.Start("bitcoind", program, options, Log("bitcoind"), IsLoaded));
        await node.ReadyAsync(Longest, cancellationToken);
        Bitcoin = await LocalBitcoin.OpenAsync(new Uri($"http://127.0.0.1:{port}"), Bitcoind.Cookie(folder), cancellationToken);
        teller.Say($"a Bitcoin node on port {port} (process {node.Id}), and a third Ethereum node, {LyingProxy.Name}, that will lie");
    }

    /// <summary>Starts the signer on its folder and socket; after an earlier one ended, that is a restart.</summary>
    public async Task<ChildProcess> StartSignerAsync(string? killAt, CancellationToken cancellationToken)
    {
        var signer = Add(ChildProcess.Start(
            "signer",
            "dotnet",
            [Places.Signer, "serve", "--data", Places.SignerData, "--socket", Places.SignerSocket],
            Log("signer"),
            IsReady,
            killAt));
        Signer = signer;
        using var ready = JsonDocument.Parse(await signer.ReadyAsync(Longest, cancellationToken));
        SignerIdentity = HexBytes.Parse(ready.RootElement.GetProperty("identity").GetString()!);
        return signer;
    }

    /// <summary>Starts the silo on its folder, on a port of its own choice; after an earlier one ended, that is a restart.</summary>
    public async Task<ChildProcess> StartSiloAsync(string? killAt, CancellationToken cancellationToken)
    {
        var silo = Add(ChildProcess.Start("silo", "dotnet", [SiloProgram, .. SiloArguments()], Log("silo"), IsServing, killAt));
        Silo = silo;
        var ready = silo.ReadyAsync(_settings.SiloStart, cancellationToken);
        if (killAt is not null)
        {
            // The end of its words may be noticed before the end of the process.
            await Task.WhenAny(ready, silo.Ended);
            if (!ready.IsCompletedSuccessfully)
            {
                await silo.Ended.WaitAsync(Longest, cancellationToken);
                return silo;
            }
        }

        var line = await ready;
        var address = SiloAddress = new Uri(line[(line.IndexOf(Serving, StringComparison.Ordinal) + Serving.Length)..] + "/");
        var ring = await ApiKeyFile.ReadAsync(Path.Combine(Places.SiloData, ApiKeyRing.FileName), cancellationToken);
        var http = ClientServices.CreateHttp(address);
        (Wallet, Operator) = (new RestWallet(http, ring.Keys[0]), new RestOperator(http, ring.Keys[0]));
        return silo;
    }

    private const string Listening = "Listening on 127.0.0.1:";

    private const string Serving = "Now listening on: ";

    private static bool IsListening(string line) => line.StartsWith(Listening, StringComparison.Ordinal);

    private static bool IsLoaded(string line) => line.Contains(Bitcoind.Ready, StringComparison.Ordinal);

    private static bool IsServing(string line) => line.Contains(Serving, StringComparison.Ordinal);

    private static bool IsReady(string line) => line.StartsWith("{\"ready\"", StringComparison.Ordinal);

    private async Task InitialiseSignerAsync(CancellationToken cancellationToken)
    {
        await using var process = ChildProcess.Start(
            "signer init", "dotnet", [Places.Signer, "init", "--data", Places.SignerData], Log("signer-init"), static _ => false);
        for (var i = 0; !process.HasExited; i++)
        {
            if (i > 400) throw new DemoFailedException("signer init did not end within 40 s");
            await Task.Delay(100, cancellationToken);
        }

        if (!Directory.Exists(Places.SignerData)) throw new DemoFailedException("signer init made no folder; see " + Log("signer-init"));
    }

    private IEnumerable<string> SiloArguments() =>
    [
        "--urls=http://127.0.0.1:0",
        $"--Data={Places.SiloData}",
        $"--Tenant={Tenant}",
        $"--Signer:SocketPath={Places.SignerSocket}",
        $"--Chains:0:Id={LocalChain.Id}",
        "--Chains:0:Proof=Agreed",
        $"--Chains:0:Confirmations={Confirmations}",
        "--Chains:0:PollEveryMs=100",
        .. EthereumNodes().SelectMany(static (node, index) => (string[])[
            $"--Chains:0:Nodes:{index}:Name={node.Name}",
            $"--Chains:0:Nodes:{index}:Organisation={node.Organisation}",
            $"--Chains:0:Nodes:{index}:Url={node.Url}",
        ]),
        .. BitcoinArguments(),
        .. _settings.SiloArguments,
        .. _settings.EachSilo(),
    ];

    /// <summary>One anvil under two names: what money depends on is asked twice, as of two organisations in production. The liar is asked first of all.</summary>
    private IEnumerable<(string Name, string Organisation, Uri Url)> EthereumNodes() =>
    [
        .. Liar is null ? [] : ((string, string, Uri)[])[(LyingProxy.Name, "three", Liar.Endpoint)],
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

    private string SiloProgram => _settings.SiloProgram is { } given ? given : _settings.Orleans ? Processes.Places.OrleansSilo : Places.Silo;

    private ChildProcess Add(ChildProcess child)
    {
        _children.Add(child);
        return child;
    }

    private string Log(string name) => Path.Combine(Places.Output, $"{name}.log");
}
