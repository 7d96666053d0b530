using System.Text.Json;
using TPWallet.Chains.Nodes;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Tracking;

/// <summary>A node that knows a chain of real blocks by heart, and whose answers a test may change.</summary>
internal sealed class BookNode(ModelBlock head, int finalDepth) : IJsonRpc
{
    public ModelBlock Head { get; set; } = head;

    /// <summary>Another answer to a method with these parameters; null: the true one.</summary>
    public Func<string, JsonElement, NodeAnswer<JsonElement>?>? Lie { get; set; }

    public Task<NodeAnswer<JsonElement>> CallAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var parameters = JsonElement.Parse(request.Parameters);
        return Task.FromResult(Lie?.Invoke(request.Method, parameters) ?? Answer(request.Method, parameters));
    }

    private JsonElement Answer(string method, JsonElement parameters) => method switch
    {
        "eth_chainId" => ModelAnswers.Quantity(People.Chain.EvmNumber),
        "eth_syncing" => JsonElement.Parse("false"),
        "eth_getBlockByNumber" or "eth_getBlockByHash" =>
            Block(parameters[0].GetString()!) is { } block ? ModelAnswers.Block(block, parameters[1].GetBoolean()) : ModelAnswers.Null,
        "eth_getBlockReceipts" => ModelAnswers.Receipts(Block(parameters[0].GetString()!)!, altered: false),
        "eth_getTransactionReceipt" => Head.Find(Bytes32.Parse(parameters[0].GetString()!)) is var (block, index)
            ? ModelAnswers.Receipt(block, index, altered: false)
            : ModelAnswers.Null,
        "eth_getTransactionCount" => ModelAnswers.Quantity(StateAt(parameters[1]).Nonce(Address.Parse(parameters[0].GetString()!))),
        _ => throw new UnreachableException(method),
    };

    private ModelState StateAt(JsonElement selector) =>
        Block(selector.ValueKind == JsonValueKind.Object ? selector.GetProperty("blockHash").GetString()! : selector.GetString()!)!.State;

    private ModelBlock? Block(string selector) => selector switch
    {
        "latest" => Head,
        "finalized" => Head.At(Head.Number - (ulong)finalDepth),
        { Length: 66 } hash => Head.Ancestors().FirstOrDefault(block => block.Ref.Hash == Bytes32.Parse(hash)),
        _ => Head.At(Convert.ToUInt64(selector, 16)),
    };
}
