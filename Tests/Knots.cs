using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Demo.Chain;
using TPWallet.Demo.Processes;

namespace TPWallet.Tests;

/// <summary>
/// A real Bitcoin node of one test: Bitcoin Knots (or another bitcoind of this machine) on regtest, alone on loopback with a data folder of its own
/// that goes with it. Ready when it says that it loaded. It has no wallet: coins are mined to scripts of the test.
/// </summary>
internal sealed class Knots : IAsyncDisposable
{
    /// <summary>Another program may take the free port before the node does.</summary>
    private const int MaxStarts = 3;

    private readonly Process _process;
    private readonly string _folder;
    private readonly HttpClient _http = new();

    private Knots(Process process, string folder, int port)
    {
        (_process, _folder, Endpoint) = (process, folder, new($"http://127.0.0.1:{port}"));
        Rpc = new(_http, Endpoint, RealNodes.Limits, new(CookiePath));
    }

    public Uri Endpoint { get; }

    /// <summary>Where the node keeps what its callers authenticate with.</summary>
    public string CookiePath => Bitcoind.Cookie(_folder);

    public JsonRpcClient Rpc { get; }

    /// <summary>The node's program: of this machine, or as `./tpw setup` put it into .tools.</summary>
    internal static string? Program { get; } = Bitcoind.Find(Repository.Root);

    /// <summary>Why there is none, as `./tpw setup` found out; null where set-up was not run or the node is there.</summary>
    internal static string? Absence { get; } = Bitcoind.WhyAbsent(Repository.Root);

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
        await _process.WaitForExitAsync().WaitAsync(RealNodes.Longest);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Null where the node ended before it was ready, as where its port was taken meanwhile.</summary>
    private static async Task<Knots?> TryStartAsync(string[] options)
    {
        var program = Program ?? throw new FileNotFoundException("There is no bitcoind: run `./tpw setup`.");
        var folder = Directory.CreateTempSubdirectory("tpw-knots-").FullName;
        var port = FreePort.Take();
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] own = [.. await Bitcoind.OptionsAsync(program, folder, port), "-disablewallet"];
        foreach (var option in own.Concat(options)) start.ArgumentList.Add(option);
        var process = new Process { StartInfo = start };
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null || line.Data.Contains(Bitcoind.Ready, StringComparison.Ordinal)) ready.TrySetResult(line.Data is not null);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var knots = new Knots(process, folder, port);
        try
        {
            if (await ready.Task.WaitAsync(RealNodes.Longest)) return knots;
        }
        catch
        {
            await knots.DisposeAsync();
            throw;
        }

        await knots.DisposeAsync();
        return null;
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
