using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// New heads over a WebSocket (eth_subscribe newHeads). A hint only: heads may be missed, repeated or of a branch that loses; the tracker
/// polls and links by parent hash all the same.
/// </summary>
public sealed class HeadSubscription(Uri endpoint, JsonRpcLimits limits)
{
    private const int ReadLength = 16 * 1024;
    private const long SubscribeId = 1;

    /// <summary>
    /// Yields each head until the connection ends, and at last the error that ended it. The caller reconnects after a pause of its own.
    /// <see cref="JsonRpcLimits.Deadline"/> bounds the connecting and the subscribing; <paramref name="longestSilence"/> bounds the wait for a head.
    /// </summary>
    public async IAsyncEnumerable<NodeAnswer<(BlockRef Block, BlockHeader Header)>> WatchAsync(
        TimeSpan longestSilence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        var opened = await SubscribeAsync(socket, cancellation);
        if (!opened.TryGet(out var subscription, out var error))
        {
            yield return error;
            yield break;
        }

        while (true)
        {
            var message = await ReceiveAsync(socket, longestSilence, cancellation);
            if (!message.TryGet(out var json, out error))
            {
                yield return error;
                yield break;
            }

            if (Notification(json, subscription) is { } result) yield return ((NodeAnswer<JsonElement>)result).Read(NodeReaders.Head);
        }
    }

    private static JsonElement? Notification(JsonElement json, string subscription) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty("method", out var method) && method.ValueKind == JsonValueKind.String
        && JsonRpcAnswer.Text(method) == "eth_subscription"
        && json.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object
        && parameters.TryGetProperty("subscription", out var id) && id.ValueKind == JsonValueKind.String && JsonRpcAnswer.Text(id) == subscription
        && parameters.TryGetProperty("result", out var result)
            ? result
            : null;

    private async Task<NodeAnswer<string>> SubscribeAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limits.Deadline);
        try
        {
            await socket.ConnectAsync(endpoint, deadline.Token);
            var body = new ArrayBufferWriter<byte>();
            await using (var writer = new Utf8JsonWriter(body)) JsonRpcRequest.Of("eth_subscribe", "newHeads").Write(writer, SubscribeId);
            await socket.SendAsync(body.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new NodeError.NoAnswer($"no connection within {limits.Deadline.TotalMilliseconds} ms");
        }
        catch (WebSocketException exception)
        {
            return new NodeError.NoAnswer(exception.Message);
        }

        var message = await ReceiveAsync(socket, limits.Deadline, cancellation);
        if (!message.TryGet(out var json, out var error)) return error;
        return JsonRpcAnswer.Read(json, SubscribeId).Read(NodeReaders.Handle);
    }

    private async Task<NodeAnswer<JsonElement>> ReceiveAsync(ClientWebSocket socket, TimeSpan longest, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(longest);
        var body = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(body.GetMemory(ReadLength), deadline.Token);
                if (part.MessageType == WebSocketMessageType.Close) return new NodeError.NoAnswer("the node closed the connection");
                body.Advance(part.Count);
                if (body.WrittenCount > limits.MaxBodyBytes)
                    return JsonRpcAnswer.Garbage("json.too-long", $"at most {limits.MaxBodyBytes} bytes", "more");
                if (!part.EndOfMessage) continue;
                return JsonRpcAnswer.Parse(body.WrittenSpan, limits.MaxDepth).TryGet(out var json, out var refusal)
                    ? json
                    : new NodeError.Garbage(refusal);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new NodeError.NoAnswer($"nothing within {longest.TotalMilliseconds} ms");
        }
        catch (WebSocketException exception)
        {
            return new NodeError.NoAnswer(exception.Message);
        }
    }
}
