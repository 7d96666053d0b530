using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Chain;

/// <summary>A real Ethereum node of the benchmark's own: anvil of tools/node_modules on a free loopback port, which mines when it is told.</summary>
internal sealed class LocalNode : IAsyncDisposable
{
    private const string Listening = "Listening on 127.0.0.1:";
    private const ulong Gwei = 1_000_000_000;

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http = new();
    private readonly JsonRpcClient _rpc;
    private readonly PrivateKey _payer = PrivateKey.From(Convert.FromHexString("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
    private ulong _nonce;

    private LocalNode(Process process, int port)
    {
        (_process, Endpoint) = (process, new($"http://127.0.0.1:{port}"));
        _rpc = new(_http, Endpoint, JsonRpcLimits.Default);
    }

    public static ChainId Chain { get; } = ChainId.Evm(31337);

    public Uri Endpoint { get; }

    /// <summary>Who pays in every transaction; its key is the first of the public mnemonic "test test … junk".</summary>
    public Address Payer => EthereumAddress.FromPrivateKey(_payer);

    /// <exception cref="InvalidOperationException">anvil is not installed, or did not start.</exception>
    public static async Task<LocalNode> StartAsync(string root, CancellationToken cancellationToken)
    {
        var program = Path.Combine(root, "tools", "node_modules", ".bin", "anvil");
        if (!File.Exists(program)) throw new InvalidOperationException("anvil is not installed: run `./tpw setup`.");
        string[] options = ["--host", "127.0.0.1", "--port", "0", "--chain-id", $"{Chain.EvmNumber}", "--no-mining"];
        var process = new Process { StartInfo = new(program, options) { RedirectStandardOutput = true, RedirectStandardError = true } };
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
            return new(process, await port.Task.WaitAsync(_longest, cancellationToken));
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Mines one block with so many payments; their hashes and nonces.</summary>
    public async Task<IReadOnlyList<(Bytes32 Hash, ulong Nonce)>> MineAsync(int payments, CancellationToken cancellationToken)
    {
        var sent = new List<(Bytes32 Hash, ulong Nonce)>(payments);
        var to = Address.From([.. new byte[19], 99]);
        for (var i = 0; i < payments; i++)
        {
            var body = new EthereumTransaction.DynamicFee(Chain.EvmNumber, _nonce, Gwei, 100 * Gwei, 21_000, to, UInt256.One, HexBytes.Empty, []);
            var signed = body.Sign(_payer);
            await DemandAsync("eth_sendRawTransaction", cancellationToken, ((HexBytes)signed.Encode()).ToString());
            sent.Add((signed.Hash(), _nonce++));
        }

        await DemandAsync("anvil_mine", cancellationToken, "0x1");
        return sent;
    }

    public async Task<ulong> HeightAsync(CancellationToken cancellationToken) => Convert.ToUInt64((await DemandAsync("eth_blockNumber", cancellationToken)).GetString(), 16);

    public async Task<Bytes32> HashAsync(ulong number, CancellationToken cancellationToken) =>
        Bytes32.Parse((await DemandAsync("eth_getBlockByNumber", cancellationToken, $"0x{number:x}", false)).GetProperty("hash").GetString()!);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _payer.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(_longest);
        _process.Dispose();
    }

    private async Task<JsonElement> DemandAsync(string method, CancellationToken cancellationToken, params JsonNode?[] parameters)
    {
        var answer = await _rpc.CallAsync(JsonRpcRequest.Of(method, parameters), cancellationToken);
        return answer.TryGet(out var result, out var error) ? result : throw new InvalidOperationException($"{method}: {error}");
    }
}
