using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Histories;

/// <summary>
/// Scripts on a real anvil. Each payment has a sender of its own, so that none waits for another's nonce; some move a token whose contract does nothing but log
/// the transfer that it was asked for. anvil drops what removed blocks held: what a branch is to hold is sent anew, or given to anvil_reorg.
/// </summary>
internal sealed class ScriptedEthereum(Anvil anvil, PollGate gate) : IScriptedChain
{
    private const ulong Gwei = 1_000_000_000;

    /// <summary>Logs Transfer(caller, first word, second word).</summary>
    private const string TokenCode = "0x602035600052600035337fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef60206000a300";

    private static readonly Address Token = People.AddressOf("a token that only logs");

    private readonly Queue<(string Secret, Address From)> _free = [];
    private readonly Dictionary<string, (string Secret, bool InTokens)> _payers = [];

    public ChainId Id => People.Chain;

    public AssetId Coin => People.Eth;

    public PollGate Gate => gate;

    /// <summary>Funds so many payers: below everything that a history may roll back.</summary>
    public async Task PrepareAsync(int payers)
    {
        for (var i = 0; i < payers; i++)
        {
            var secret = $"tpw.histories.payer|{i}";
            using var key = Key(secret);
            var from = EthereumAddress.FromPrivateKey(key);
            await anvil.CallAsync("anvil_setBalance", from.Value, "0x56bc75e2d63100000");
            _free.Enqueue((secret, from));
        }

        await anvil.MineAsync();
    }

    /// <summary>The node's word is the chain: a shorter branch is one too.</summary>
    public int ShortestBranch(int depth) => 1;

    public Task<ScriptedPayment> PayAsync(string name, Address to, Random random)
    {
        var (secret, from) = _free.Dequeue();
        _payers[from.Value] = (secret, random.Next(3) == 0);
        return Task.FromResult(Sign(name, from.Value, to, 1, random));
    }

    public ScriptedPayment Rival(ScriptedPayment of, Address? to, Random random) => Sign(of.Name, of.Claim, to, of.Version + 1, random);

    public Task SendAsync(ScriptedPayment payment) => anvil.CallAsync("eth_sendRawTransaction", payment.Raw.ToString());

    public Task DropAsync(ScriptedPayment payment) => anvil.CallAsync("anvil_dropTransaction", payment.Hash.ToString());

    public async Task<IReadOnlyList<Bytes32>> MineAsync(IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks)
    {
        var first = await HeightAsync() + 1;
        for (var i = 0; i < blocks.Count;)
        {
            await PutTokenAsync(blocks[i]);
            foreach (var payment in blocks[i])
                if (!await IsPooledAsync(payment)) await SendAsync(payment);
            var next = i + 1;
            while (next < blocks.Count && blocks[next].Count == 0) next++;
            await anvil.MineAsync(next - i);
            i = next;
        }

        return await HashesAsync(first, blocks);
    }

    public async Task<IReadOnlyList<Bytes32>> ReplaceAsync(int depth, IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks, Random random)
    {
        var first = await HeightAsync() - (ulong)depth + 1;
        // Empty blocks of one second would be the same on both branches.
        await anvil.CallAsync("anvil_setCoinbase", Address.From(Bytes(random, 20)).Value);
        if (blocks.Count != depth || random.Next(2) == 0 || blocks.Any(HasTokens))
        {
            await anvil.CallAsync("anvil_rollback", depth);
            return await MineAsync(blocks);
        }

        var pairs = blocks.SelectMany(static (payments, at) => payments.Select(payment => (JsonNode)new JsonArray(payment.Raw.ToString(), at)));
        await anvil.CallAsync("anvil_reorg", depth, new JsonArray([.. pairs]));
        return await HashesAsync(first, blocks);
    }

    public async Task<Amount> FundAsync(Address own)
    {
        var funds = new Amount(People.Eth, People.Ether);
        await anvil.CallAsync("eth_sendTransaction", new JsonObject { ["from"] = Anvil.AddressOf(0).Value, ["to"] = own.Value, ["value"] = "0xde0b6b3a7640000" });
        await anvil.MineAsync(HistoryScene.Confirmations);
        return funds;
    }

    public async Task<HexBytes?> PooledAsync(Bytes32 transaction) =>
        (await anvil.Node().TransactionAsync(transaction, CancellationToken.None)) is { IsOk: true, Value: { Block: null, Body: { } body } } ? body.Encode() : default(HexBytes?);

    public async Task<UInt256> OnChainAsync(Address address) => (await anvil.Node().BalanceAsync(address, BlockSelector.Latest, CancellationToken.None)).Value;

    private async Task<ulong> HeightAsync() => (await anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;

    /// <summary>Of the blocks that hold something, after a look that they hold just that: the oracle believes its script, and a node that did something else must not pass.</summary>
    private async Task<IReadOnlyList<Bytes32>> HashesAsync(ulong first, IReadOnlyList<IReadOnlyList<ScriptedPayment>> blocks)
    {
        var hashes = new Bytes32[blocks.Count];
        for (var i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Count == 0) continue;
            var block = (await anvil.Node().BlockAsync(new BlockSelector.ByNumber(first + (ulong)i), false, CancellationToken.None)).Value!;
            block.TransactionHashes.Should().BeEquivalentTo(blocks[i].Select(static payment => payment.Hash), $"the script put these into block {first + (ulong)i}");
            foreach (var payment in blocks[i]) await DemandDoneAsync(payment);
            hashes[i] = block.Ref.Hash;
        }

        return hashes;
    }

    /// <summary>anvil forgets code in some rollbacks, of contracts that a transaction made too.</summary>
    private async Task PutTokenAsync(IReadOnlyList<ScriptedPayment> payments)
    {
        if (HasTokens(payments) && (await anvil.CallAsync("eth_getCode", Token.Value, "latest")).GetString() == "0x")
            await anvil.CallAsync("anvil_setCode", Token.Value, TokenCode);
    }

    private bool HasTokens(IReadOnlyList<ScriptedPayment> payments) => payments.Any(IsInTokens);

    private bool IsInTokens(ScriptedPayment payment) => _payers.TryGetValue(payment.Claim, out var payer) && payer.InTokens;

    private async Task DemandDoneAsync(ScriptedPayment payment)
    {
        var receipt = await anvil.CallAsync("eth_getTransactionReceipt", payment.Hash.ToString());
        (receipt.GetProperty("status").GetString(), receipt.GetProperty("logs").GetArrayLength())
            .Should().Be(("0x1", IsInTokens(payment) ? 1 : 0), $"{payment} was made as the script says");
    }

    private async Task<bool> IsPooledAsync(ScriptedPayment payment) =>
        await PooledAsync(payment.Hash) is not null;

    private ScriptedPayment Sign(string name, string from, Address? to, int version, Random random)
    {
        var (secret, inTokens) = _payers[from];
        using var key = Key(secret);
        var amount = (UInt256)(ulong)random.NextInt64(1, 1_000_000_000);
        var payee = to ?? People.AddressOf("somebody else");
        var tip = (ulong)version * Gwei;
        var body = inTokens
            ? new EthereumTransaction.DynamicFee(anvil.ChainId, 0, tip, 100 * tip, 60_000, Token, UInt256.Zero, Transfer(payee, amount), [])
            : new EthereumTransaction.DynamicFee(anvil.ChainId, 0, tip, 100 * tip, 21_000, payee, amount, HexBytes.Empty, []);
        var signed = body.Sign(key);
        var asset = inTokens ? AssetId.Erc20(Id, Token) : People.Eth;
        return new(name, signed.Hash(), signed.Encode(), from, to is null ? null : new(asset, amount), version);
    }

    private static HexBytes Transfer(Address to, UInt256 amount)
    {
        var value = new byte[32];
        amount.ToBigEndian(value);
        return (byte[])[.. new byte[12], .. to.ToArray(), .. value];
    }

    private static PrivateKey Key(string secret) => PrivateKey.From(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret)));

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
