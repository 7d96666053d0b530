using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// One node of one chain, run by a named organisation. Every answer is checked against its own content (hashes, senders, proofs); what
/// cannot be checked so, a lying node can lie about, and two organisations have to agree (<see cref="NodePool"/>).
/// </summary>
/// <param name="Name">How it is called in configuration, logs and metrics.</param>
/// <param name="Organisation">Who runs it: two nodes of one organisation count as one witness.</param>
/// <param name="ChainId">The chain that it must be of.</param>
/// <param name="Rpc">The connection.</param>
public sealed record EthereumNode(Name Name, Name Organisation, ulong ChainId, IJsonRpc Rpc) : IChainNode
{
    /// <summary>Where it tells of new heads by itself; null: it is only asked.</summary>
    public HeadSubscription? Heads { get; init; }

    /// <inheritdoc/>
    public bool IsIndex { get; init; }

    /// <summary>Widest range of blocks in one eth_getLogs.</summary>
    public const int MaxLogRange = 1_000;

    /// <summary>Asks for the chain id. Another one is <see cref="NodeError.WrongChain"/>; the pool never uses such a node.</summary>
    public async Task<NodeAnswer<ulong>> CheckChainAsync(CancellationToken cancellation)
    {
        var answer = (await CallAsync("eth_chainId", [], cancellation)).Read(NodeReaders.Number);
        return answer.IsOk && answer.Value != ChainId ? new NodeError.WrongChain($"expected {ChainId}, got {answer.Value}") : answer;
    }

    /// <inheritdoc/>
    public async Task<NodeError?> DemandChainAsync(CancellationToken cancellation) => (await CheckChainAsync(cancellation)).Error;

    public async Task<NodeAnswer<ulong>> BlockNumberAsync(CancellationToken cancellation) =>
        (await CallAsync("eth_blockNumber", [], cancellation)).Read(NodeReaders.Number);

    /// <summary>Whether the node says itself that it still loads its chain (eth_syncing).</summary>
    public async Task<NodeAnswer<bool>> IsLoadingAsync(CancellationToken cancellation) => (await CallAsync("eth_syncing", [], cancellation)).Read(NodeReaders.Loading);

    /// <summary>A block, or null where the node has none. A block asked by hash or number must be that block.</summary>
    public async Task<NodeAnswer<NodeBlock?>> BlockAsync(BlockSelector block, bool withTransactions, CancellationToken cancellation)
    {
        var method = block is BlockSelector.ByHash ? "eth_getBlockByHash" : "eth_getBlockByNumber";
        var answer = (await CallAsync(method, [Bare(block), withTransactions], cancellation))
            .Read(result => NodeReaders.BlockOrNone(result, withTransactions));
        return answer.IsOk && answer.Value is { } found && !Matches(block, found)
            ? Contradiction($"{block}", found.Ref.ToString())
            : answer;
    }

    /// <summary>All receipts of a block in order; null where the node does not have the block.</summary>
    public async Task<NodeAnswer<Items<Receipt>?>> BlockReceiptsAsync(BlockSelector block, CancellationToken cancellation) =>
        (await CallAsync("eth_getBlockReceipts", [Bare(block)], cancellation)).Read(NodeReaders.ReceiptsOrNone);

    /// <summary>A transaction's receipt, or null where the node has none: it may be pending, dropped or unknown.</summary>
    public async Task<NodeAnswer<Receipt?>> ReceiptAsync(Bytes32 transaction, CancellationToken cancellation)
    {
        var answer = (await CallAsync("eth_getTransactionReceipt", [transaction.ToString()], cancellation)).Read(NodeReaders.ReceiptOrNone);
        return answer.IsOk && answer.Value is { } receipt && receipt.TransactionHash != transaction
            ? Contradiction(transaction.ToString(), receipt.TransactionHash.ToString())
            : answer;
    }

    public async Task<NodeAnswer<NodeTransaction?>> TransactionAsync(Bytes32 hash, CancellationToken cancellation)
    {
        var answer = (await CallAsync("eth_getTransactionByHash", [hash.ToString()], cancellation)).Read(NodeReaders.TransactionOrNone);
        return answer.IsOk && answer.Value is { } found && found.Hash != hash ? Contradiction(hash.ToString(), found.Hash.ToString()) : answer;
    }

    /// <summary>Most news of a pool in one answer; a node that has more between two looks is garbage.</summary>
    public const int MaxPoolNews = 50_000;

    /// <summary>Begins to collect what comes into the node's pool (eth_newPendingTransactionFilter): the filter's id. A node forgets one that nobody asks for some minutes.</summary>
    public async Task<NodeAnswer<string>> PoolFilterAsync(CancellationToken cancellation) =>
        (await CallAsync("eth_newPendingTransactionFilter", [], cancellation)).Read(NodeReaders.Handle);

    /// <summary>The hashes that came into the node's pool since it was last asked (eth_getFilterChanges).</summary>
    public async Task<NodeAnswer<Items<Bytes32>>> PoolNewsAsync(string filter, CancellationToken cancellation) =>
        (await CallAsync("eth_getFilterChanges", [filter], cancellation)).Read(NodeReaders.PoolNews);

    /// <summary>The number of transactions that the address sent up to a block: its next nonce there.</summary>
    public async Task<NodeAnswer<ulong>> TransactionCountAsync(Address address, BlockSelector block, CancellationToken cancellation) =>
        (await CallAsync("eth_getTransactionCount", [address.Value, Parameter(block)], cancellation)).Read(NodeReaders.Number);

    /// <summary>In wei.</summary>
    public async Task<NodeAnswer<UInt256>> BalanceAsync(Address address, BlockSelector block, CancellationToken cancellation) =>
        (await CallAsync("eth_getBalance", [address.Value, Parameter(block)], cancellation)).Read(NodeReaders.Quantity);

    public async Task<NodeAnswer<HexBytes>> CodeAsync(Address address, BlockSelector block, CancellationToken cancellation) =>
        (await CallAsync("eth_getCode", [address.Value, Parameter(block)], cancellation)).Read(NodeReaders.Data);

    /// <summary>One storage word of a contract (eth_getStorageAt), e.g. a proxy's EIP-1967 implementation slot.</summary>
    public async Task<NodeAnswer<Bytes32>> StorageAsync(Address address, Bytes32 slot, BlockSelector block, CancellationToken cancellation) =>
        (await CallAsync("eth_getStorageAt", [address.Value, slot.ToString(), Parameter(block)], cancellation)).Read(NodeReaders.Hash);

    public async Task<NodeAnswer<HexBytes>> CallAsync(CallRequest call, BlockSelector block, CancellationToken cancellation) =>
        (await CallAsync("eth_call", [CallJson(call), Parameter(block)], cancellation)).Read(NodeReaders.Data);

    public async Task<NodeAnswer<ulong>> EstimateGasAsync(CallRequest call, BlockSelector block, CancellationToken cancellation) =>
        (await CallAsync("eth_estimateGas", [CallJson(call), Parameter(block)], cancellation)).Read(NodeReaders.Number);

    /// <summary>Wei per gas that the node suggests for legacy transactions.</summary>
    public async Task<NodeAnswer<UInt256>> GasPriceAsync(CancellationToken cancellation) =>
        (await CallAsync("eth_gasPrice", [], cancellation)).Read(NodeReaders.Quantity);

    public async Task<NodeAnswer<FeeHistory>> FeeHistoryAsync(
        int blocks, BlockSelector newest, IReadOnlyList<double> percentiles, CancellationToken cancellation)
    {
        var rewards = new JsonArray([.. percentiles.Select(static percentile => JsonValue.Create(percentile))]);
        return (await CallAsync("eth_feeHistory", [Quantity((ulong)blocks), Bare(newest), rewards], cancellation)).Read(NodeReaders.Fees);
    }

    /// <summary>An account with its proof against the state root of a block that the caller believes.</summary>
    public async Task<NodeAnswer<AccountProof>> ProofAsync(Address address, BlockSelector block, Bytes32 stateRoot, CancellationToken cancellation) =>
        (await CallAsync("eth_getProof", [address.Value, new JsonArray(), Parameter(block)], cancellation))
        .Read(result => NodeReaders.Proof(result, stateRoot, address));

    /// <summary>Logs of a range of blocks, both ends included, of some addresses and by topic (null = any).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or wider than <see cref="MaxLogRange"/>.</exception>
    public async Task<NodeAnswer<Items<NodeLog>>> LogsAsync(
        ulong from, ulong to, IReadOnlyList<Address> addresses, IReadOnlyList<IReadOnlyList<Bytes32>?> topics, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(to - from, (ulong)MaxLogRange);
        var filter = new JsonObject
        {
            ["fromBlock"] = Quantity(from),
            ["toBlock"] = Quantity(to),
            ["address"] = new JsonArray([.. addresses.Select(static address => JsonValue.Create(address.Value))]),
            ["topics"] = new JsonArray([.. topics.Select(TopicsJson)]),
        };
        var answer = (await CallAsync("eth_getLogs", [filter], cancellation)).Read(NodeReaders.Logs);
        return answer.IsOk && answer.Value.FirstOrDefault(log => log.Block.Number < from || log.Block.Number > to) is { } outside
            ? Contradiction($"blocks {from} to {to}", outside.Block.ToString())
            : answer;
    }

    /// <summary>Simulates calls one after the other on top of a block (eth_simulateV1), native transfers as logs.</summary>
    public async Task<NodeAnswer<Items<SimulatedCall>>> SimulateAsync(
        IReadOnlyList<CallRequest> calls, BlockSelector block, CancellationToken cancellation)
    {
        var payload = new JsonObject
        {
            ["blockStateCalls"] = new JsonArray(new JsonObject { ["calls"] = new JsonArray([.. calls.Select(CallJson)]) }),
            ["traceTransfers"] = true,
            ["validation"] = false,
        };
        return (await CallAsync("eth_simulateV1", [payload, Parameter(block)], cancellation))
            .Read(result => NodeReaders.Simulation(result, calls.Count));
    }

    /// <summary>Broadcasts. The hash the node answers must be ours; another one is garbage, so the outcome is unknown.</summary>
    public async Task<SendResult> SendAsync(SignedTransaction transaction, CancellationToken cancellation)
    {
        var hash = transaction.Hash();
        var answer = (await CallAsync("eth_sendRawTransaction", [Hex.Encode(transaction.Encode())], cancellation)).Read(NodeReaders.Hash);
        if (answer.IsOk && answer.Value == hash) return new SendResult.Accepted(hash);
        if (answer.IsOk) return new SendResult.Unknown(Contradiction(hash.ToString(), answer.Value.ToString()));
        return answer.Error switch
        {
            NodeError.AlreadyKnown => new SendResult.AlreadyKnown(hash),
            NodeError.NonceTooLow error => new SendResult.MaybeMined(error.Message),
            NodeError.NonceTooHigh error => new SendResult.NonceTooHigh(error.Message),
            NodeError.Underpriced error => new SendResult.Underpriced(error.Message, error.Replacement),
            NodeError.InsufficientFunds error => new SendResult.InsufficientFunds(error.Message),
            NodeError.Refused or NodeError.Reverted or NodeError.WrongChain => new SendResult.Refused(answer.Error),
            _ => new SendResult.Unknown(answer.Error!),
        };
    }

    private static JsonArray? TopicsJson(IReadOnlyList<Bytes32>? any) =>
        any is null ? null : new JsonArray([.. any.Select(static topic => JsonValue.Create(topic.ToString()))]);

    private static NodeError.Garbage Contradiction(string expected, string actual) => JsonRpcAnswer.Garbage("node.contradiction", expected, actual);

    private static bool Matches(BlockSelector selector, NodeBlock block) => selector switch
    {
        BlockSelector.ByHash asked => asked.Hash == block.Ref.Hash,
        BlockSelector.ByNumber asked => asked.Number == block.Ref.Number,
        _ => true,
    };

    private static string Quantity(UInt256 value) =>
        "0x" + Convert.ToHexStringLower(new Bytes32(value).ToArray()).TrimStart('0').PadLeft(1, '0');

    private static JsonNode Bare(BlockSelector block) => block switch
    {
        BlockSelector.ByHash selector => selector.Hash.ToString(),
        BlockSelector.ByNumber selector => Quantity(selector.Number),
        BlockSelector.Tag selector => selector.Name,
        _ => throw new UnreachableException(block.GetType().Name),
    };

    /// <summary>State questions name a hash as an object (EIP-1898), so that a block that was reorganised away is an error.</summary>
    private static JsonNode Parameter(BlockSelector block) => block is BlockSelector.ByHash selector
        ? new JsonObject { ["blockHash"] = selector.Hash.ToString() }
        : Bare(block);

    private static JsonObject CallJson(CallRequest call)
    {
        var json = new JsonObject { ["from"] = call.From.Value, ["value"] = Quantity(call.Value), ["input"] = Hex.Encode(call.Data) };
        if (call.To is { } to) json["to"] = to.Value;
        if (call.GasLimit is { } gas) json["gas"] = Quantity(gas);
        return json;
    }

    private Task<NodeAnswer<JsonElement>> CallAsync(string method, JsonNode?[] parameters, CancellationToken cancellation) =>
        Rpc.CallAsync(JsonRpcRequest.Of(method, parameters), cancellation);
}
