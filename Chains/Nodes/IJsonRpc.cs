using System.Text.Json;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// One way to one node. A call ends within the bounds of the connection, as a value or a typed error, and throws only where the caller cancels;
/// nothing is repeated, since a call that got no answer may have been done. What a node answers is unchecked here.
/// </summary>
public interface IJsonRpc
{
    /// <summary>Asks once.</summary>
    Task<NodeAnswer<JsonElement>> CallAsync(JsonRpcRequest request, CancellationToken cancellation);
}
