using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains.Bitcoin;

namespace TPWallet.Tests.Histories;

/// <summary>Scripts on a real Knots node. Each payment spends a coin of its own; blocks are made with exactly what the script names.</summary>
internal sealed class ScriptedBitcoin(Knots knots, PollGate gate, int coins) : IScriptedChain, IDisposable
{
    private const long CoinSat = 200_000;
    private const long FeeSat = 1_000;
    private const int CoinsOfOne = 500;

    private readonly RegtestPurse _purse = new(1);
    private readonly Queue<RegtestPurse.Coin> _coins = [];
    private readonly Dictionary<string, RegtestPurse.Coin> _claims = [];
    private Script _miner = RegtestPurse.Nobody;

    public ChainId Id => BitcoinChain.Regtest.Id;

    public AssetId Coin => BitcoinChain.Regtest.Coin;

    public PollGate Gate => gate;

    /// <summary>Splits mined coins into as many as the histories spend.</summary>
    public async Task PrepareAsync()
    {
        var whole = (coins + CoinsOfOne - 1) / CoinsOfOne;
        foreach (var coin in await _purse.FillAsync(knots, whole))
        {
            var count = (int)Math.Min(CoinsOfOne, (coin.Output.ValueSat / CoinSat) - 1);
            var split = _purse.Spend([coin], [.. Enumerable.Repeat(new BitcoinOutput(CoinSat, _purse.Script), count)]);
            await GenerateAsync([Convert.ToHexStringLower(split.Encode())]);
            for (var i = 0; i < count; i++) _coins.Enqueue(RegtestPurse.Coin.Of(split, (uint)i));
        }
    }

    /// <summary>Most work is the chain.</summary>
    public int ShortestBranch(int depth) => depth + 1;

    public Task<ScriptedPayment> PayAsync(string name, Address to, Random random)
    {
        var coin = _coins.Dequeue();
        var claim = $"{coin.At}";
        _claims[claim] = coin;
        return Task.FromResult(Sign(name, claim, to, 1, random));
    }

    public ScriptedPayment Rival(ScriptedPayment of, Address? to, Random random) => Sign(of.Name, of.Claim, to, of.Version + 1, random);

    /// <summary>The pool has what a branch gave back, and may refuse it for that.</summary>
    public Task SendAsync(ScriptedPayment payment) => knots.Rpc.CallAsync(JsonRpcRequest.Of("sendrawtransaction", Hex(payment)), CancellationToken.None);

    /// <summary>Knots has no such call; its pool decides nothing here.</summary>
    public Task DropAsync(ScriptedPayment payment) => Task.CompletedTask;

    public async Task<IReadOnlyList<Bytes32>> MineAsync(IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks)
    {
        var hashes = new List<Bytes32>();
        foreach (var payments in blocks) hashes.Add(await GenerateAsync([.. payments.Select(Hex)]));
        return hashes;
    }

    public async Task<IReadOnlyList<Bytes32>> ReplaceAsync(int depth, IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks, Random random)
    {
        var program = new byte[20];
        random.NextBytes(program);
        _miner = OutputScript.Witness(0, program);
        var height = (await knots.CallAsync("getblockcount")).GetInt32();
        await knots.InvalidateAsync(BitcoinHash.Parse((await knots.CallAsync("getblockhash", height - depth + 1)).GetString()!));
        return await MineAsync(blocks);
    }

    public async Task<Amount> FundAsync(Address own)
    {
        var coin = _coins.Dequeue();
        var funds = _purse.Spend([coin], [new(coin.Output.ValueSat - FeeSat, OutputScript.Witness(0, own.ToArray()))]);
        await GenerateAsync([Convert.ToHexStringLower(funds.Encode())]);
        for (var i = 1; i < HistoryScene.Confirmations; i++) await GenerateAsync([]);
        return new(Coin, (ulong)funds.Outputs[0].ValueSat);
    }

    public async Task<HexBytes?> PooledAsync(Bytes32 transaction)
    {
        var pooled = await knots.CallAsync("getrawmempool");
        if (!pooled.EnumerateArray().Any(id => BitcoinHash.Parse(id.GetString()!).Shown == transaction)) return null;
        return (await knots.Node().TransactionAsync(BitcoinHash.FromShown(transaction), CancellationToken.None)).Value is { } found ? found.Encode() : default(HexBytes?);
    }

    public async Task<UInt256> OnChainAsync(Address address)
    {
        var script = Convert.ToHexStringLower(OutputScript.Witness(0, address.ToArray()).Span);
        var found = await knots.CallAsync("scantxoutset", "start", new JsonArray($"raw({script})"));
        return (ulong)(found.GetProperty("total_amount").GetDecimal() * 100_000_000m);
    }

    public void Dispose() => _purse.Dispose();

    private async Task<Bytes32> GenerateAsync(string[] transactions)
    {
        var address = BitcoinAddress.Format(_miner, BitcoinNetwork.Regtest);
        var made = await knots.CallAsync("generateblock", address, new JsonArray([.. transactions.Select(static hex => (JsonNode)hex)]));
        return BitcoinHash.Parse(made.GetProperty("hash").GetString()!).Shown;
    }

    private ScriptedPayment Sign(string name, string claim, Address? to, int version, Random random)
    {
        var coin = _claims[claim];
        var amount = random.NextInt64(1_000, CoinSat / 2);
        var payee = to is { } own ? OutputScript.Witness(0, own.ToArray()) : RegtestPurse.Nobody;
        var outputs = new[] { new BitcoinOutput(amount, payee), new BitcoinOutput(coin.Output.ValueSat - amount - (version * FeeSat), RegtestPurse.Nobody) };
        if (random.Next(2) == 0) Array.Reverse(outputs);
        var signed = _purse.Spend([coin], outputs);
        return new(name, signed.Txid().Shown, signed.Encode(), claim, to is null ? null : new(BitcoinChain.Regtest.Coin, (ulong)amount), version);
    }

    private static string Hex(ScriptedPayment payment) => Convert.ToHexStringLower(payment.Raw.Span);
}
