using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Client.Devices;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Chain;

/// <summary>A real Bitcoin node of the demo, on regtest. Its own wallet pays for the demo; blocks are mined when the story asks for them.</summary>
internal sealed class LocalBitcoin : IDisposable
{
    /// <summary>Blocks until a coinbase may be spent, and the one that makes it.</summary>
    private const int FirstBlocks = 101;

    private const string Wallet = "faucet";

    private const decimal SatoshisPerCoin = 100_000_000m;

    private readonly HttpClient _http = new();
    private readonly JsonRpcClient _rpc;
    private string _miner = "";

    private LocalBitcoin(Uri endpoint, string cookie)
    {
        (Endpoint, Cookie) = (endpoint, cookie);
        _rpc = new(_http, endpoint, JsonRpcLimits.Default, new(cookie));
    }

    public static ChainId Id => BitcoinChain.Regtest.Id;

    public static AssetId Coin => BitcoinChain.Regtest.Coin;

    public Uri Endpoint { get; }

    /// <summary>The file with what callers authenticate with.</summary>
    public string Cookie { get; }

    /// <summary>Takes a node that is ready into use: makes its wallet and the wallet's first coin.</summary>
    public static async Task<LocalBitcoin> OpenAsync(Uri endpoint, string cookie, CancellationToken cancellationToken)
    {
        var chain = new LocalBitcoin(endpoint, cookie);
        await chain.CallAsync("createwallet", cancellationToken, Wallet);
        chain._miner = (await chain.CallAsync("getnewaddress", cancellationToken)).GetString()!;
        await chain.MineAsync(FirstBlocks, cancellationToken);
        return chain;
    }

    /// <summary>A payment of the wallet, not yet in a block.</summary>
    public Task SendAsync(Address to, long satoshis, CancellationToken cancellationToken) =>
        CallAsync("sendtoaddress", cancellationToken, CoinAddress.Format(Id, to), satoshis / SatoshisPerCoin);

    public Task MineAsync(int blocks, CancellationToken cancellationToken) => CallAsync("generatetoaddress", cancellationToken, blocks, _miner);

    /// <summary>What an address has in outputs that a block made, in satoshis.</summary>
    public async Task<UInt256> BalanceAsync(Address owner, CancellationToken cancellationToken)
    {
        var found = await CallAsync("scantxoutset", cancellationToken, "start", new JsonArray($"addr({CoinAddress.Format(Id, owner)})"));
        return (ulong)(found.GetProperty("total_amount").GetDecimal() * SatoshisPerCoin);
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> CallAsync(string method, CancellationToken cancellationToken, params JsonNode?[] parameters)
    {
        var answer = await _rpc.CallAsync(JsonRpcRequest.Of(method, parameters), cancellationToken);
        return answer.TryGet(out var result, out var error) ? result : throw new DemoFailedException($"{method}: {error}");
    }
}
