using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests;

/// <summary>
/// A real Ethereum node of one test: anvil of tools/node_modules, on a free loopback port. Ready when it says that it listens. Its ten
/// accounts are those of the public mnemonic "test test … junk", 10,000 ether each.
/// </summary>
internal sealed class Anvil : IAsyncDisposable
{
    private const string Listening = "Listening on 127.0.0.1:";

    /// <summary>The keys of anvil's first accounts; public, for tests only.</summary>
    private static readonly string[] Keys =
    [
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    ];

    private readonly Process _process;
    private readonly HttpClient _http = new();

    private Anvil(Process process, int port, ulong chainId)
    {
        _process = process;
        (Port, ChainId) = (port, chainId);
        Rpc = new(_http, Endpoint, RealNodes.Limits);
    }

    public int Port { get; }

    public ulong ChainId { get; }

    public Uri Endpoint => new($"http://127.0.0.1:{Port}");

    public Uri WebSocket => new($"ws://127.0.0.1:{Port}");

    public JsonRpcClient Rpc { get; }

    /// <summary>This node as one of a named organisation.</summary>
    public EthereumNode Node(string organisation = "anvil") => new("anvil", organisation, ChainId, Rpc);

    /// <summary>The key of one of the funded accounts, 0 to 2.</summary>
    public static PrivateKey Key(int account) => PrivateKey.From(Convert.FromHexString(Keys[account]));

    public static Address AddressOf(int account)
    {
        using var key = Key(account);
        return EthereumAddress.FromPrivateKey(key);
    }

    /// <summary>
    /// Starts a node. By default it mines by itself, soon after it answered a broadcast; pass "--no-mining" and use <see cref="MineAsync"/>
    /// where a test looks for the block.
    /// </summary>
    public static async Task<Anvil> StartAsync(ulong chainId = 31337, params string[] options)
    {
        var program = Path.Combine(Repository.Root, "tools", "node_modules", ".bin", "anvil");
        if (!File.Exists(program)) throw new FileNotFoundException("anvil is not installed: run `./tpw setup` or `npm ci` in tools/.", program);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        var chain = chainId.ToString(CultureInfo.InvariantCulture);
        foreach (var option in (string[])["--host", "127.0.0.1", "--port", "0", "--chain-id", chain, .. options]) start.ArgumentList.Add(option);
        var process = new Process { StartInfo = start };
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) port.TrySetException(new InvalidOperationException("anvil ended before it listened."));
            else if (line.Data.StartsWith(Listening, StringComparison.Ordinal))
                port.TrySetResult(int.Parse(line.Data.AsSpan(Listening.Length), CultureInfo.InvariantCulture));
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new(process, await port.Task.WaitAsync(RealNodes.Longest), chainId);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Calls any method, anvil's own included, and demands a result.</summary>
    public async Task<JsonElement> CallAsync(string method, params JsonNode?[] parameters)
    {
        var answer = await Rpc.CallAsync(JsonRpcRequest.Of(method, parameters), CancellationToken.None);
        return answer.TryGet(out var result, out var error) ? result : throw new InvalidOperationException($"{method}: {error}");
    }

    public Task<JsonElement> MineAsync(int blocks = 1) => CallAsync("anvil_mine", "0x" + blocks.ToString("x", CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(RealNodes.Longest);
        _process.Dispose();
    }
}
