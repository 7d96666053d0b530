using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// One node with Bitcoin Core's interface (its JSON-RPC 2.0, of release 28 and later), run by a named organisation. Headers, blocks and transactions are asked
/// for as bytes and hashed here, so that none can be made up; what has no hash (unspent outputs, fees, the pool) is the node's own word.
/// </summary>
/// <param name="Name">How it is called in configuration, logs and metrics.</param>
/// <param name="Organisation">Who runs it: two nodes of one organisation count as one witness.</param>
/// <param name="Chain">The chain that it must be of.</param>
/// <param name="Rpc">The connection.</param>
public sealed record BitcoinNode(Name Name, Name Organisation, BitcoinChain Chain, IJsonRpc Rpc) : IChainNode
{
    /// <summary>Most transactions of one package (Bitcoin Core's limit).</summary>
    public const int MaxPackage = 25;

    /// <summary>Most outpoints in one question.</summary>
    public const int MaxOutPoints = 1_000;

    /// <inheritdoc/>
    public bool IsIndex { get; init; }

    /// <inheritdoc/>
    public async Task<NodeError?> DemandChainAsync(CancellationToken cancellation)
    {
        var answer = await BlockHashAsync(0, cancellation);
        if (!answer.TryGet(out var genesis, out var error)) return error;
        return genesis == Chain.GenesisHash ? null : new NodeError.WrongChain($"expected the genesis block {Chain.GenesisHash}, got {genesis}");
    }

    /// <summary>How far the node is.</summary>
    public async Task<NodeAnswer<ChainStanding>> StandingAsync(CancellationToken cancellation) =>
        (await CallAsync("getblockchaininfo", [], cancellation)).Read(BitcoinReaders.Standing);

    /// <summary>The hash of the block that the node builds on.</summary>
    public async Task<NodeAnswer<BitcoinHash>> BestBlockHashAsync(CancellationToken cancellation) =>
        (await CallAsync("getbestblockhash", [], cancellation)).Read(BitcoinReaders.Hash);

    /// <summary>The node's block of a height, or null where its chain is not as long.</summary>
    public async Task<NodeAnswer<BitcoinHash?>> BlockHashAsync(int height, CancellationToken cancellation) =>
        OrNone(await CallAsync("getblockhash", [height], cancellation), BitcoinReaders.Hash, BitcoinWordings.IsBeyondHeight);

    /// <summary>A header, whose hash is the one asked for; null where the node does not have it.</summary>
    public async Task<NodeAnswer<BitcoinHeader?>> HeaderAsync(BitcoinHash hash, CancellationToken cancellation) =>
        OrNull(await CallAsync("getblockheader", [$"{hash}", false], cancellation), result => BitcoinReaders.Header(result, hash));

    /// <summary>A block, whose hash is the one asked for and whose transactions are the header's; null where the node does not have it.</summary>
    public async Task<NodeAnswer<BitcoinBlock?>> BlockAsync(BitcoinHash hash, CancellationToken cancellation) =>
        OrNull(await CallAsync("getblock", [$"{hash}", 0], cancellation), result => BitcoinReaders.Block(result, hash));

    /// <summary>What the node gives as the block of a hash, unchecked: kept as evidence where it is none.</summary>
    public async Task<NodeAnswer<ReadOnlyMemory<byte>>> RawBlockAsync(BitcoinHash hash, CancellationToken cancellation) =>
        (await CallAsync("getblock", [$"{hash}", 0], cancellation)).Read(BitcoinReaders.Data);

    /// <summary>A transaction whose id is the one asked for; null where the node does not know it. Without an index only its pool is looked into.</summary>
    public async Task<NodeAnswer<BitcoinTransaction?>> TransactionAsync(BitcoinHash txid, CancellationToken cancellation) =>
        OrNull(await CallAsync("getrawtransaction", [$"{txid}", 0], cancellation), result => BitcoinReaders.Transaction(result, txid));

    /// <summary>The block in which the node says that a transaction is: a hint of where to look. Null where it knows none; without an index it knows few.</summary>
    public async Task<NodeAnswer<BitcoinHash?>> BlockOfAsync(BitcoinHash txid, CancellationToken cancellation)
    {
        var answer = await CallAsync("getrawtransaction", [$"{txid}", 1], cancellation);
        if (answer.Error is NodeError.Refused refused && BitcoinWordings.IsUnknown(refused)) return (BitcoinHash?)null;
        return answer.Read(BitcoinReaders.BlockHashOrNone);
    }

    /// <summary>An unspent output as the node sees it, or null where it is spent or was never there.</summary>
    public async Task<NodeAnswer<UnspentOutput?>> OutputAsync(OutPoint output, bool withPool, CancellationToken cancellation) =>
        (await CallAsync("gettxout", [$"{output.Txid}", output.Index, withPool], cancellation)).Read(BitcoinReaders.UnspentOrNone);

    /// <summary>For each outpoint the transaction in the node's pool that spends it, or null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">None or more than <see cref="MaxOutPoints"/>.</exception>
    public async Task<NodeAnswer<Items<BitcoinHash?>>> SpendersAsync(IReadOnlyList<OutPoint> outputs, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(outputs.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputs.Count, MaxOutPoints);
        var asked = new JsonArray([.. outputs.Select(static one => new JsonObject { ["txid"] = $"{one.Txid}", ["vout"] = one.Index })]);
        return (await CallAsync("gettxspendingprevout", [asked], cancellation)).Read(result => BitcoinReaders.Spenders(result, outputs));
    }

    /// <summary>Broadcasts. The id the node answers must be ours; another one is garbage, so the outcome is unknown.</summary>
    public async Task<SendResult> SendAsync(BitcoinTransaction transaction, CancellationToken cancellation)
    {
        var txid = transaction.Txid();
        var answer = (await CallAsync("sendrawtransaction", [Convert.ToHexStringLower(transaction.Encode())], cancellation)).Read(BitcoinReaders.Hash);
        if (answer.IsOk && answer.Value == txid) return new SendResult.Accepted(txid.Shown);
        if (answer.IsOk) return new SendResult.Unknown(JsonRpcAnswer.Garbage("node.contradiction", $"{txid}", $"{answer.Value}"));
        return answer.Error is NodeError.Refused refused ? BitcoinWordings.OfSend(refused, txid) : new SendResult.Unknown(answer.Error!);
    }

    /// <summary>Whether the node's pool would take the transaction, without giving it to the node's peers.</summary>
    public async Task<NodeAnswer<PoolVerdict>> TestAcceptAsync(BitcoinTransaction transaction, CancellationToken cancellation)
    {
        var raw = Convert.ToHexStringLower(transaction.Encode());
        return (await CallAsync("testmempoolaccept", [new JsonArray(raw)], cancellation)).Read(result => BitcoinReaders.Verdict(result, transaction.Txid()));
    }

    /// <summary>Broadcasts parents and, last, the child that pays for them; the verdict of the whole and one per transaction in their order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two or more than <see cref="MaxPackage"/>.</exception>
    public async Task<NodeAnswer<PackageVerdict>> SubmitPackageAsync(IReadOnlyList<BitcoinTransaction> package, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(package.Count, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(package.Count, MaxPackage);
        var raw = new JsonArray([.. package.Select(static one => JsonValue.Create(Convert.ToHexStringLower(one.Encode())))]);
        return (await CallAsync("submitpackage", [raw], cancellation)).Read(result => BitcoinReaders.Package(result, package));
    }

    /// <summary>The fee rate that the node thinks confirms within so many blocks, or null where it has seen too little to say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 1008 blocks.</exception>
    public async Task<NodeAnswer<FeeRate?>> EstimateFeeAsync(int blocks, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, 1008);
        return (await CallAsync("estimatesmartfee", [blocks], cancellation)).Read(BitcoinReaders.EstimateOrNone);
    }

    /// <summary>What the node's pool demands of any transaction, and of one that replaces another.</summary>
    public async Task<NodeAnswer<PoolTerms>> PoolTermsAsync(CancellationToken cancellation) =>
        (await CallAsync("getmempoolinfo", [], cancellation)).Read(BitcoinReaders.Terms);

    /// <summary>Most transactions of a pool that are read; a larger one is garbage.</summary>
    public const int MaxPool = 500_000;

    /// <summary>The ids of all transactions in the node's pool.</summary>
    public async Task<NodeAnswer<Items<BitcoinHash>>> PoolIdsAsync(CancellationToken cancellation) =>
        (await CallAsync("getrawmempool", [false], cancellation)).Read(BitcoinReaders.PoolIds);

    /// <summary>A transaction's standing in the node's pool, or null where it is not in it.</summary>
    public async Task<NodeAnswer<PoolEntry?>> PoolEntryAsync(BitcoinHash txid, CancellationToken cancellation) =>
        OrNull(await CallAsync("getmempoolentry", [$"{txid}"], cancellation), BitcoinReaders.Entry);

    private static NodeAnswer<T?> OrNull<T>(NodeAnswer<JsonElement> answer, Func<JsonElement, Decoded<T>> read)
        where T : class
    {
        if (answer.Error is NodeError.Refused refused && BitcoinWordings.IsUnknown(refused)) return (T?)null;
        var value = answer.Read(read);
        return value.TryGet(out var found, out var error) ? found : (NodeAnswer<T?>)error;
    }

    private static NodeAnswer<T?> OrNone<T>(NodeAnswer<JsonElement> answer, Func<JsonElement, Decoded<T>> read, Func<NodeError.Refused, bool> isNone)
        where T : struct
    {
        if (answer.Error is NodeError.Refused refused && isNone(refused)) return (T?)null;
        var value = answer.Read(read);
        return value.TryGet(out var found, out var error) ? (T?)found : (NodeAnswer<T?>)error;
    }

    private Task<NodeAnswer<JsonElement>> CallAsync(string method, JsonNode?[] parameters, CancellationToken cancellation) =>
        Rpc.CallAsync(JsonRpcRequest.Of(method, parameters), cancellation);
}
