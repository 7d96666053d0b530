using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;

namespace TPWallet.Tests;

/// <summary>
/// A real Bitcoin node of one test: Bitcoin Knots (or another bitcoind of this machine) on regtest, alone on loopback with a data folder of its own
/// that goes with it. Ready when it says that it loaded. It has no wallet: coins are mined to scripts of the test.
/// </summary>
internal sealed class Knots : IAsyncDisposable
{
    private const string Ready = "init message: Done loading";

    /// <summary>Another program may take the free port before the node does.</summary>
    private const int MaxStarts = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder;
    private readonly HttpClient _http = new();

    private Knots(Process process, string folder, int port)
    {
        (_process, _folder, Endpoint) = (process, folder, new($"http://127.0.0.1:{port}"));
        Rpc = new(_http, Endpoint, JsonRpcLimits.Default, new(CookiePath));
    }

    public Uri Endpoint { get; }

    /// <summary>Where the node keeps what its callers authenticate with.</summary>
    public string CookiePath => Path.Combine(_folder, "regtest", ".cookie");

    public JsonRpcClient Rpc { get; }

    /// <summary>The node's program: of this machine, or as `./tpw setup` put it into .tools.</summary>
    internal static string? Program { get; } = Find();

    /// <summary>Why there is none, as `./tpw setup` found out; null where set-up was not run or the node is there.</summary>
    internal static string? Absence { get; } = WhyAbsent();

    /// <summary>This node as one of a named organisation.</summary>
    public BitcoinNode Node(string name = "knots", string organisation = "knots") => new(name, organisation, BitcoinChain.Regtest, Rpc);

    public static async Task<Knots> StartAsync(params string[] options)
    {
        for (var start = 0; start < MaxStarts; start++)
            if (await TryStartAsync(options) is { } knots) return knots;
        throw new InvalidOperationException($"The Bitcoin node ended before it was ready, {MaxStarts} times.");
    }

    /// <summary>Calls any method and demands a result.</summary>
    public async Task<JsonElement> CallAsync(string method, params JsonNode?[] parameters)
    {
        var answer = await Rpc.CallAsync(JsonRpcRequest.Of(method, parameters), CancellationToken.None);
        return answer.TryGet(out var result, out var error) ? result : throw new InvalidOperationException($"{method}: {error}");
    }

    /// <summary>Mines blocks whose coins go to a script; the hashes, oldest first.</summary>
    public async Task<IReadOnlyList<BitcoinHash>> MineAsync(int blocks, Script to)
    {
        var address = BitcoinAddress.Format(to, BitcoinNetwork.Regtest)!;
        var hashes = await CallAsync("generatetoaddress", blocks, address);
        return [.. hashes.EnumerateArray().Select(static hash => BitcoinHash.Parse(hash.GetString()!))];
    }

    /// <summary>Makes the node leave a block and all that stand on it, as if the block were invalid.</summary>
    public Task InvalidateAsync(BitcoinHash block) => CallAsync("invalidateblock", block.ToString());

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(Longest);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Null where the node ended before it was ready, as where its port was taken meanwhile.</summary>
    private static async Task<Knots?> TryStartAsync(string[] options)
    {
        var program = Program ?? throw new FileNotFoundException("There is no bitcoind: run `./tpw setup`.");
        var folder = Directory.CreateTempSubdirectory("tpw-knots-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] own =
        [
            "-regtest", "-server", "-printtoconsole", $"-datadir={folder}", "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"-rpcport={port}"), "-listen=0", "-dnsseed=0", "-connect=0", "-disablewallet", "-persistmempool=0",
            "-dbcache=8", "-par=1", "-txindex=1", .. await OwnOptionsAsync(program),
        ];
        foreach (var option in own.Concat(options)) start.ArgumentList.Add(option);
        var process = new Process { StartInfo = start };
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null || line.Data.Contains(Ready, StringComparison.Ordinal)) ready.TrySetResult(line.Data is not null);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var knots = new Knots(process, folder, port);
        try
        {
            if (await ready.Task.WaitAsync(Longest)) return knots;
        }
        catch
        {
            await knots.DisposeAsync();
            throw;
        }

        await knots.DisposeAsync();
        return null;
    }

    /// <summary>Knots leaves the rules for transactions of version 3 (BIP-431) out unless told; Bitcoin Core has them and knows no such option.</summary>
    private static async Task<string[]> OwnOptionsAsync(string program)
    {
        using var asked = Process.Start(new ProcessStartInfo(program, "-version") { RedirectStandardOutput = true })!;
        var version = await asked.StandardOutput.ReadToEndAsync();
        await asked.WaitForExitAsync().WaitAsync(Longest);
        return version.Contains("Knots", StringComparison.Ordinal) ? ["-mempooltruc=enforce"] : [];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Prepend(Path.Combine(Repository.Root, ".tools", "knots")).Select(static folder => Path.Combine(folder, "bitcoind")).FirstOrDefault(File.Exists);
    }

    private static string? WhyAbsent()
    {
        var note = Path.Combine(Repository.Root, ".tools", "knots.absent");
        return Program is null && File.Exists(note) ? File.ReadAllText(note).Trim() : null;
    }
}

/// <summary>A test that needs a real Bitcoin node: skipped, with the reason, only where set-up found that none can be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BitcoinFactAttribute : FactAttribute
{
    public BitcoinFactAttribute()
    {
        if (Knots.Absence is { } why) Skip = $"There is no Bitcoin node: {why}";
    }
}

/// <summary>As <see cref="BitcoinFactAttribute"/>, for a test with rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BitcoinTheoryAttribute : TheoryAttribute
{
    public BitcoinTheoryAttribute() => Skip = new BitcoinFactAttribute().Skip;
}
