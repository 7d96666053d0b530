using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>How a node deceives.</summary>
internal enum Lie
{
    None,
    Balance,
    Nonce,
    Receipts,
    ForgedHead,
    Finality,
    Fees,
    Code,
    SendHash,
    Pool,
}

/// <summary>
/// One node of the model chain behind the product's JSON-RPC port. It may be silent, behind, rate-limited, garbled, or lie; of all nodes at most one lies
/// at a time, as two organisations that lie alike are beyond what agreement can see.
/// </summary>
/// <param name="hasPool">Whether it tells of what comes into its pool, as many nodes that are rented do not.</param>
internal sealed class ModelNode(ModelChain chain, SimulatedTime time, Faults faults, Chance chance, bool hasPool) : IJsonRpc
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, int> _filters = new(StringComparer.Ordinal);
    private ModelBlock? _frozenAt;
    private ModelBlock? _forged;
    private bool _silent;
    private bool _refuses;

    public Lie Lie { get; private set; }

    private ModelBlock Head => _forged ?? _frozenAt ?? chain.Head;

    /// <summary>Asked every second: what goes wrong with this node from now on, for a while.</summary>
    public void Tick(bool mayLie)
    {
        if (faults.Hit(Fault.NodeStalls)) For(5_000, 90_000, () => _silent = true, () => _silent = false);
        if (faults.Hit(Fault.NodeRefuses)) For(2_000, 30_000, () => _refuses = true, () => _refuses = false);
        if (_frozenAt is null && faults.Hit(Fault.NodeLags)) For(10_000, 200_000, () => _frozenAt = chain.Head, () => _frozenAt = null);
        if (mayLie && Lie == Lie.None && faults.Hit(Fault.NodeLies)) For(10_000, 120_000, StartLying, StopLying);
    }

    /// <summary>Everything is well again.</summary>
    public void Heal()
    {
        (_silent, _refuses, _frozenAt) = (false, false, null);
        StopLying();
    }

    /// <inheritdoc/>
    public async Task<NodeAnswer<JsonElement>> CallAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var arrived = new TaskCompletionSource();
        time.After(_silent ? Deadline : chance.Milliseconds(1, 30), () => arrived.TrySetResult());
        await using (cancellation.UnsafeRegister(static (arrived, token) => ((TaskCompletionSource)arrived!).TrySetCanceled(token), arrived))
            await arrived.Task;
        if (_silent) return new NodeError.NoAnswer($"no answer within {Deadline.TotalMilliseconds} ms");
        if (_refuses) return new NodeError.RateLimited("HTTP 429");
        if (faults.Hit(Fault.NodeGarbles)) return JsonElement.Parse(chance.Pick(["\"0xzz\"", "{}", "[]", "17", "\"0x\"", "true"]));
        return Respond(request.Method, JsonElement.Parse(request.Parameters));
    }

    private static NodeAnswer<JsonElement> Refuse(string words) => NodeWordings.Classify(-32000, words, null);

    private NodeAnswer<JsonElement> Respond(string method, JsonElement parameters)
    {
        switch (method)
        {
            case "eth_chainId":
                return ModelAnswers.Quantity(Domain.People.Chain.EvmNumber);
            case "eth_syncing":
                return JsonElement.Parse("false");
            case "eth_getBlockByNumber" or "eth_getBlockByHash":
                return Block(parameters[0].GetString()!) is { } block ? ModelAnswers.Block(block, parameters[1].GetBoolean()) : ModelAnswers.Null;
            case "eth_getBlockReceipts":
                return Block(parameters[0].GetString()!) is { } mined ? ModelAnswers.Receipts(mined, Lie == Lie.Receipts) : ModelAnswers.Null;
            case "eth_getTransactionReceipt":
                return Receipt(Bytes32.Parse(parameters[0].GetString()!));
            case "eth_getTransactionCount":
                return ModelAnswers.Quantity(State(parameters[1]).Nonce(AddressAt(parameters, 0)) + (Lie == Lie.Nonce ? 3UL : 0));
            case "eth_getBalance":
                return ModelAnswers.Quantity(State(parameters[1]).Balance(AddressAt(parameters, 0)) * (Lie == Lie.Balance ? 1_000UL : 1));
            case "eth_getCode":
                var hasCode = AddressAt(parameters, 0) == ModelMachine.Token;
                return ModelAnswers.Data(hasCode ? Lie == Lie.Code ? new byte[] { 0xfe } : ModelMachine.TokenCode : HexBytes.Empty);
            case "eth_getStorageAt":
                return ModelAnswers.Data(new byte[32]);
            case "eth_feeHistory":
                return ModelAnswers.Fees(Head, Lie == Lie.Fees ? chain.BaseFee * 50 : chain.BaseFee);
            case "eth_call":
                return Call(parameters[0]);
            case "eth_estimateGas":
                return Estimate(parameters[0]);
            case "eth_simulateV1":
                return Simulate(parameters);
            case "eth_sendRawTransaction":
                return Send(parameters[0].GetString()!);
            case "eth_newPendingTransactionFilter" when hasPool:
                var filter = $"0x{_filters.Count + 1:x}";
                _filters[filter] = chain.EverPending.Count;
                return JsonElement.Parse($"\"{filter}\"");
            case "eth_getFilterChanges" when hasPool:
                return Arrived(parameters[0].GetString()!);
            case "eth_getTransactionByHash" when hasPool:
                return Pending(Bytes32.Parse(parameters[0].GetString()!));
            default:
                return new NodeError.Refused(-32601, $"the method {method} does not exist");
        }
    }

    /// <summary>What came since it was last asked; one that lies tells of a payment that nobody sent.</summary>
    private NodeAnswer<JsonElement> Arrived(string filter)
    {
        if (!_filters.TryGetValue(filter, out var seen)) return Refuse("filter not found");
        _filters[filter] = chain.EverPending.Count;
        var news = chain.EverPending.Skip(seen).Concat(Lie == Lie.Pool && chain.Rumour is { } rumour ? [rumour] : []);
        return JsonElement.Parse($"[{string.Join(',', news.Select(transaction => $"\"{transaction.Hash}\""))}]");
    }

    private JsonElement Pending(Bytes32 hash)
    {
        if (chain.EverPending.LastOrDefault(transaction => transaction.Hash == hash) is not { } found)
            return Lie == Lie.Pool && chain.Rumour is { } rumour && rumour.Hash == hash ? ModelAnswers.Transaction(rumour, null) : ModelAnswers.Null;
        return ModelAnswers.Transaction(found, Head.Find(hash));
    }

    private NodeAnswer<JsonElement> Send(string raw)
    {
        if (ModelTransaction.Read(HexBytes.Parse(raw).Span.ToArray()) is not { } transaction) return Refuse("rlp: value size exceeds available input length");
        if (Lie == Lie.SendHash) return ModelAnswers.Data(Bytes32.Zero.ToArray());
        return chain.Take(transaction) is { } words ? Refuse(words) : ModelAnswers.Data(transaction.Hash.ToArray());
    }

    /// <summary>Where no contract is nothing answers; the token's is only simulated, and that of channels tells what it stores.</summary>
    private NodeAnswer<JsonElement> Call(JsonElement call) => Address.Parse(call.GetProperty("to").GetString()!) is var to && to == ModelMachine.Token ? Refuse("execution reverted")
        : ModelAnswers.Data(to == ModelManager.Address ? chain.Manager.Record(HexBytes.Parse(call.GetProperty("input").GetString()!)) : HexBytes.Empty);

    private NodeAnswer<JsonElement> Estimate(JsonElement call)
    {
        var (from, to, value, data) = ModelAnswers.Call(call);
        var (_, logs) = ModelMachine.Call(chain.Head.State, from, to, value, data);
        if (logs is null) return data.Length == 0 ? Refuse("insufficient funds for transfer") : Refuse("execution reverted");
        return ModelAnswers.Quantity(data.Length == 0 ? ModelMachine.TransferGas : ModelMachine.TokenGas);
    }

    private NodeAnswer<JsonElement> Simulate(JsonElement parameters)
    {
        var state = State(parameters[1]);
        var results = new List<(bool Succeeded, byte[] Data, LogEntry[] Logs)>();
        foreach (var call in parameters[0].GetProperty("blockStateCalls")[0].GetProperty("calls").EnumerateArray())
        {
            var (from, to, value, data) = ModelAnswers.Call(call);
            if (ModelAnswers.BalanceOf(data) is { } owner)
            {
                results.Add((true, new Bytes32(state.Token(owner)).ToArray(), []));
                continue;
            }

            if (data.Length == 0 && state.Balance(from) < value) return Refuse("insufficient funds for gas * price + value");
            var (next, logs) = ModelMachine.Call(state, from, to, value, data);
            state = next;
            results.Add(logs is { } made
                ? (true, data.Length == 0 ? [] : new Bytes32(UInt256.One).ToArray(), data.Length == 0 ? [ModelAnswers.NativeLog(from, to, value)] : [.. made])
                : (false, [], []));
        }

        return ModelAnswers.Simulation(results);
    }

    private ModelBlock? Block(string selector) => selector switch
    {
        "latest" => Head,
        "finalized" => Lie == Lie.Finality ? Head : chain.Finalized,
        { Length: 66 } hash => chain.Find(Bytes32.Parse(hash)),
        _ => Head.At(Convert.ToUInt64(selector, 16)),
    };

    /// <summary>One that lies about nonces has no receipts either.</summary>
    private JsonElement Receipt(Bytes32 hash) => Lie == Lie.Nonce ? ModelAnswers.Null : Head.Find(hash) is var (block, index)
        ? ModelAnswers.Receipt(block, index, Lie == Lie.Receipts)
        : ModelAnswers.Null;

    private ModelState State(JsonElement selector) => selector.ValueKind == JsonValueKind.Object
        ? chain.Find(Bytes32.Parse(selector.GetProperty("blockHash").GetString()!))?.State ?? Head.State
        : (Block(selector.GetString()!) ?? Head).State;

    private static Address AddressAt(JsonElement parameters, int index) => Address.Parse(parameters[index].GetString()!);

    private void For(int least, int most, Action start, Action stop)
    {
        start();
        time.After(chance.Milliseconds(least, most), stop);
    }

    private void StartLying()
    {
        Lie = (Lie)chance.Between(1, (int)(hasPool ? Lie.Pool : Lie.SendHash));
        if (Lie == Lie.ForgedHead) _forged = chain.Forge(chain.Head);
    }

    private void StopLying() => (Lie, _forged) = (Lie.None, null);
}
