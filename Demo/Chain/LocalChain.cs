using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Chain;

/// <summary>A real Ethereum node of the demo, with a token on it. Blocks are mined by the clock; for a reorg the mining is held.</summary>
internal sealed class LocalChain : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _mining = new(1, 1);
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly EthereumNode _node;
    private Task _loop = Task.CompletedTask;

    private LocalChain(Uri endpoint)
    {
        Endpoint = endpoint;
        _node = new("anvil", "local", Id.EvmNumber, new JsonRpcClient(_http, endpoint, JsonRpcLimits.Default));
    }

    public static ChainId Id { get; } = ChainId.Evm(31337);

    public static AssetId Coin { get; } = AssetId.Native(Id);

    public Uri Endpoint { get; }

    public Address Token { get; private set; }

    public AssetId TokenAsset => AssetId.Erc20(Id, Token);

    /// <summary>Who pays for the demo: anvil's first account.</summary>
    public Address Faucet { get; private set; }

    public static async Task<LocalChain> OpenAsync(Uri endpoint, TimeSpan blockEvery, CancellationToken cancellationToken)
    {
        var chain = new LocalChain(endpoint);
        chain.Faucet = Address.Parse((await chain.CallAsync("eth_accounts", cancellationToken))[0].GetString()!.ToLowerInvariant());
        chain._loop = chain.MineAsync(blockEvery);
        return chain;
    }

    /// <summary>Deploys the token; the whole supply is the faucet's.</summary>
    public async Task DeployAsync(string artefact, UInt256 supply, CancellationToken cancellationToken) =>
        Token = await DeployAsync(artefact, [new Bytes32(supply)], cancellationToken);

    /// <summary>Deploys a contract by the faucet.</summary>
    /// <param name="words">The constructor's arguments.</param>
    public async Task<Address> DeployAsync(string artefact, IEnumerable<Bytes32> words, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(artefact, cancellationToken));
        var code = json.RootElement.GetProperty("bytecode").GetString()! + string.Concat(words.Select(static word => Convert.ToHexStringLower(word.ToArray())));
        var receipt = await MinedAsync(await SendAsync(null, UInt256.Zero, code, cancellationToken), cancellationToken);
        return receipt.ContractAddress ?? throw new DemoFailedException($"{Path.GetFileName(artefact)} was not deployed");
    }

    /// <summary>A call of the faucet's that succeeds.</summary>
    public async Task DoAsync(Address contract, HexBytes data, CancellationToken cancellationToken) =>
        await MinedAsync(await SendAsync(contract, UInt256.Zero, data.ToString(), cancellationToken), cancellationToken);

    /// <summary>What a call would give back.</summary>
    public async Task<HexBytes> AskAsync(Address contract, HexBytes data, CancellationToken cancellationToken) =>
        (await _node.CallAsync(new CallRequest(Faucet, contract, UInt256.Zero, data), BlockSelector.Latest, cancellationToken)).Value;

    /// <summary>A transaction of the faucet. Its hash.</summary>
    public async Task<Bytes32> SendAsync(Address? to, UInt256 value, string data, CancellationToken cancellationToken)
    {
        // A leading zero digit, which BigInteger writes so as not to look negative, is none that nodes take.
        var wei = ((System.Numerics.BigInteger)value).ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        var call = new JsonObject { ["from"] = Faucet.Value, ["value"] = wei.Length == 0 ? "0x0" : "0x" + wei, ["data"] = data };
        if (to is { } target) call["to"] = target.Value;
        // The node chooses the nonce, and of two at once it may choose the same.
        await _sending.WaitAsync(cancellationToken);
        try
        {
            return Bytes32.Parse((await CallAsync("eth_sendTransaction", cancellationToken, call)).GetString()!);
        }
        finally
        {
            _sending.Release();
        }
    }

    public Task<Bytes32> SendTokenAsync(Address to, UInt256 amount, CancellationToken cancellationToken) =>
        SendAsync(Token, UInt256.Zero, TokenCalls.Erc20Transfer(to, amount).ToString(), cancellationToken);

    public async Task<Receipt> MinedAsync(Bytes32 transaction, CancellationToken cancellationToken)
    {
        Receipt? receipt = null;
        await Processes.Wait.UntilAsync(
            async () => (receipt = (await _node.ReceiptAsync(transaction, cancellationToken)).Value) is not null,
            TimeSpan.FromSeconds(20),
            $"transaction {transaction} to be mined",
            cancellationToken);
        return receipt!.Succeeded ? receipt : throw new DemoFailedException($"transaction {transaction} reverted");
    }

    public async Task<UInt256> BalanceAsync(AssetId asset, Address owner, CancellationToken cancellationToken)
    {
        if (asset.IsNative) return (await _node.BalanceAsync(owner, BlockSelector.Latest, cancellationToken)).Value;
        return UInt256.FromBigEndian((await AskAsync(asset.Contract!.Value, TokenCalls.BalanceOf.Encode(owner), cancellationToken)).Span);
    }

    public async Task<NodeBlock> BlockAsync(BlockSelector selector, CancellationToken cancellationToken) =>
        (await _node.BlockAsync(selector, withTransactions: true, cancellationToken)).Value
            ?? throw new DemoFailedException($"no block {selector}");

    public async Task<BlockRef> HeadAsync(CancellationToken cancellationToken) => (await BlockAsync(BlockSelector.Latest, cancellationToken)).Ref;

    /// <summary>No block is mined until what is returned is disposed.</summary>
    public async Task<IDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        await _mining.WaitAsync(cancellationToken);
        return new Held(_mining);
    }

    public Task MineOneAsync(CancellationToken cancellationToken) => CallAsync("evm_mine", cancellationToken);

    /// <summary>Takes the newest block away and puts an empty one in its place.</summary>
    public Task ReorgAsync(CancellationToken cancellationToken) => CallAsync("anvil_reorg", cancellationToken, 1, new JsonArray());

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
        _http.Dispose();
        _mining.Dispose();
        _sending.Dispose();
    }

    private async Task MineAsync(TimeSpan blockEvery)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _mining.WaitAsync(_end.Token);
                try
                {
                    await MineOneAsync(_end.Token);
                }
                finally
                {
                    _mining.Release();
                }

                await Task.Delay(blockEvery, _end.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or DemoFailedException)
            {
                // The demo or the node is ending; whoever needs a block waits with a bound of its own and says what is missing.
                return;
            }
        }
    }

    private async Task<JsonElement> CallAsync(string method, CancellationToken cancellationToken, params JsonNode?[] parameters)
    {
        var answer = await _node.Rpc.CallAsync(JsonRpcRequest.Of(method, parameters), cancellationToken);
        return answer.TryGet(out var result, out var error) ? result : throw new DemoFailedException($"{method}: {error}");
    }

    private sealed class Held(SemaphoreSlim mining) : IDisposable
    {
        public void Dispose() => mining.Release();
    }
}
