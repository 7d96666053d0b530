using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// JSON-RPC 2.0 over HTTP. Each call has a deadline and bounds; it answers a value or a typed error and throws only where the caller
/// cancels. Nothing is repeated here, as whoever asks knows whether that is safe; but what was turned away for old credentials was not done.
/// </summary>
public sealed class JsonRpcClient(HttpClient http, Uri endpoint, JsonRpcLimits limits, CredentialFile? credentials = null) : IJsonRpc
{
    private const int ReadLength = 16 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private long _lastId;

    public Uri Endpoint => endpoint;

    public JsonRpcLimits Limits => limits;

    /// <inheritdoc/>
    public async Task<NodeAnswer<JsonElement>> CallAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref _lastId);
        var body = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(body)) request.Write(writer, id);
        var answer = await PostAsync(body.WrittenMemory, cancellation);
        return answer.TryGet(out var json, out var error) ? JsonRpcAnswer.Read(json, id) : error;
    }

    /// <summary>Sends up to <see cref="JsonRpcLimits.MaxBatch"/> requests in one body; the answers come in the order of the requests.</summary>
    /// <exception cref="ArgumentOutOfRangeException">None or too many requests.</exception>
    public async Task<NodeAnswer<ImmutableArray<NodeAnswer<JsonElement>>>> CallBatchAsync(
        IReadOnlyList<JsonRpcRequest> requests, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(requests.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(requests.Count, limits.MaxBatch);
        var first = Interlocked.Add(ref _lastId, requests.Count) - requests.Count + 1;
        var body = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartArray();
            for (var i = 0; i < requests.Count; i++) requests[i].Write(writer, first + i);
            writer.WriteEndArray();
        }

        var answer = await PostAsync(body.WrittenMemory, cancellation);
        return answer.TryGet(out var json, out var error) ? JsonRpcAnswer.ReadBatch(json, first, requests.Count) : error;
    }

    private NodeError StatusError(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => new NodeError.Refused((int)status, credentials is null
            ? "HTTP 401: the node asks for user and password, and no credential file is configured"
            : "HTTP 401: the credential file cannot be read, or holds what the node does not take"),
        >= HttpStatusCode.InternalServerError => new NodeError.NoAnswer($"HTTP {(int)status}"),
        _ => new NodeError.Refused((int)status, $"HTTP {(int)status}"),
    };

    private async Task<NodeAnswer<JsonElement>> PostAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limits.Deadline);
        try
        {
            using var response = await SendAsync(body, deadline.Token);
            if (response.StatusCode == HttpStatusCode.TooManyRequests) return new NodeError.RateLimited("HTTP 429");
            var read = await ReadBodyAsync(response, deadline.Token);
            if (!read.TryGet(out var bytes, out var error)) return error;
            if (JsonRpcAnswer.Parse(bytes.Span, limits.MaxDepth).TryGet(out var json, out var refusal)) return json;
            // A gateway's error page is no answer of the node; a page with status 200 is garbage.
            return response.IsSuccessStatusCode ? new NodeError.Garbage(refusal) : StatusError(response.StatusCode);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new NodeError.NoAnswer($"no answer within {limits.Deadline.TotalMilliseconds} ms");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new NodeError.NoAnswer(exception.Message);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var response = await SendOnceAsync(body, cancellation);
        if (response.StatusCode != HttpStatusCode.Unauthorized || credentials is null || !await credentials.HasChangedAsync(cancellation)) return response;
        response.Dispose();
        return await SendOnceAsync(body, cancellation);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = Json;
        if (credentials is not null) request.Headers.Authorization = await credentials.ReadAsync(cancellation);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private async Task<NodeAnswer<ReadOnlyMemory<byte>>> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > limits.MaxBodyBytes) return TooLong();
        var body = new ArrayBufferWriter<byte>();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(ReadLength), cancellation);
            if (read == 0) return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > limits.MaxBodyBytes) return TooLong();
        }
    }

    private NodeError.Garbage TooLong() => JsonRpcAnswer.Garbage("json.too-long", $"at most {limits.MaxBodyBytes} bytes", "more");
}
