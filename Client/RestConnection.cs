using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client;

/// <summary>Signs and sends requests, repeats commands whose outcome is not known, and reads answers, problems and event streams.</summary>
internal sealed class RestConnection(HttpClient http, ApiKey key, TimeProvider clock)
{
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Largest answer that is read, in bytes: an account with a long lineage stays far below.</summary>
    private const int MaxAnswerBytes = 64 << 20;

    /// <summary>Breaks in a row after which a watch gives up.</summary>
    private const int MaxBreaks = 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private static readonly JsonTypeInfo<JsonNode> JsonNodeType =
        (JsonTypeInfo<JsonNode>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonNode));

    /// <summary>Body: the command without its id, which the server takes from the idempotency key.</summary>
    public Task<CommandReply> SendAsync<T>(HttpMethod method, string path, IdempotencyKey idempotencyKey, T command, CancellationToken cancellationToken)
        where T : class, ICommand
    {
        var type = (JsonTypeInfo<T>)ContractJson.Default.GetTypeInfo(typeof(T))!;
        var body = (JsonObject)JsonSerializer.SerializeToNode(command, type)!;
        body.Remove("commandId");
        return CommandAsync(method, path, idempotencyKey, JsonSerializer.SerializeToUtf8Bytes<JsonNode>(body, JsonNodeType), cancellationToken);
    }

    /// <summary>A view; null where there is nothing.</summary>
    /// <exception cref="RefusedException">Any other refusal.</exception>
    public async Task<T?> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var (bytes, refusal) = await ReadAsync(HttpMethod.Get, path, [], cancellationToken);
        if (refusal is { Code: RejectionCode.NotFound }) return null;
        return refusal is null ? JsonSerializer.Deserialize(bytes!, type) : throw new RefusedException(refusal);
    }

    /// <summary>The answer to a question that is too long for a path; asked again while it is not known, as it changes nothing.</summary>
    /// <exception cref="RefusedException">Any refusal.</exception>
    public async Task<TTold> AskAsync<TAsked, TTold>(
        string path, TAsked question, JsonTypeInfo<TAsked> asked, JsonTypeInfo<TTold> told, CancellationToken cancellationToken)
        where TTold : class
    {
        var (bytes, refusal) = await ReadAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(question, asked), cancellationToken);
        return refusal is null && JsonSerializer.Deserialize(bytes!, told) is { } answer ? answer : throw new RefusedException(refusal ?? NoAnswer("an empty answer"));
    }

    /// <summary>Sends a command until its outcome is known, at most <see cref="RestWallet.MaxAttempts"/> times, always under the same key.</summary>
    public async Task<CommandReply> CommandAsync(
        HttpMethod method, string path, IdempotencyKey idempotencyKey, byte[] body, CancellationToken cancellationToken)
    {
        Rejection? unknown = null;
        for (var attempt = 0; attempt < RestWallet.MaxAttempts; attempt++)
        {
            if (attempt > 0) await Task.Delay(FirstPause * (1 << (attempt - 1)), clock, cancellationToken);
            try
            {
                using var request = Sign(method, path, idempotencyKey.Value, body);
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                var answer = await ReadBodyAsync(response, cancellationToken);
                if (response.IsSuccessStatusCode && Parse(answer) is { } reply) return reply;
                var refusal = response.IsSuccessStatusCode ? NoAnswer("an answer that is no reply") : ReadProblem(response, answer);
                if (!IsWorthRepeating(refusal.Code)) return new CommandReply.Refused(refusal);
                unknown = refusal;
            }
            catch (Exception failure) when (IsTransport(failure, cancellationToken))
            {
                unknown = NoAnswer(failure.Message);
            }
        }

        return new CommandReply.Refused(unknown!);
    }

    /// <summary>The answer's bytes, or why there are none.</summary>
    public Task<(byte[]? Bytes, Rejection? Refusal)> ReadAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync(HttpMethod.Get, path, [], cancellationToken);

    private async Task<(byte[]? Bytes, Rejection? Refusal)> ReadAsync(HttpMethod method, string path, byte[] body, CancellationToken cancellationToken)
    {
        Rejection? unknown = null;
        for (var attempt = 0; attempt < RestWallet.MaxAttempts; attempt++)
        {
            if (attempt > 0) await Task.Delay(FirstPause * (1 << (attempt - 1)), clock, cancellationToken);
            try
            {
                using var request = Sign(method, path, "", body);
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                var answer = await ReadBodyAsync(response, cancellationToken);
                if (response.IsSuccessStatusCode) return (answer, null);
                unknown = ReadProblem(response, answer);
                if (!IsWorthRepeating(unknown.Code)) return (null, unknown);
            }
            catch (Exception failure) when (IsTransport(failure, cancellationToken))
            {
                unknown = NoAnswer(failure.Message);
            }
        }

        return (null, unknown);
    }

    /// <summary>Data of each event; comes back after a break with the last id that it saw.</summary>
    /// <exception cref="RefusedException">The server refuses, or could not be reached so often in a row.</exception>
    public async IAsyncEnumerable<string> EventsAsync(string path, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = after.ToString(CultureInfo.InvariantCulture);
        for (var breaks = 0; breaks < MaxBreaks; breaks++)
        {
            if (breaks > 0) await Task.Delay(FirstPause * Math.Min(breaks, 10), clock, cancellationToken);
            using var response = await OpenAsync(path, last, cancellationToken);
            if (response is null) continue;
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using var events = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(events, cancellationToken))
            {
                if (events.Current.EventId is { Length: > 0 } id) last = id;
                breaks = 0;
                yield return events.Current.Data;
            }
        }

        throw new RefusedException(NoAnswer($"{MaxBreaks} breaks in a row"));
    }

    private async Task<HttpResponseMessage?> OpenAsync(string path, string last, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            using var request = Sign(HttpMethod.Get, path, "", []);
            request.Headers.Add(LastEventId, last);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode) return response;
            var refusal = ReadProblem(response, await ReadBodyAsync(response, cancellationToken));
            response.Dispose();
            return IsWorthRepeating(refusal.Code) ? null : throw new RefusedException(refusal);
        }
        catch (Exception failure) when (IsTransport(failure, cancellationToken))
        {
            response?.Dispose();
            return null;
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception failure) when (IsTransport(failure, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>A signed request; timestamp and nonce are fresh at each sending, the idempotency key is not.</summary>
    private HttpRequestMessage Sign(HttpMethod method, string path, string idempotencyKey, byte[] body)
    {
        var target = new Uri(http.BaseAddress ?? throw new InvalidOperationException("The HttpClient needs the silo's base address."), path);
        var request = new HttpRequestMessage(method, target);
        var at = new Instant(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        request.Headers.Add(RequestSignature.KeyHeader, key.Id.Value);
        request.Headers.Add(RequestSignature.TimestampHeader, at.UnixMs.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(RequestSignature.NonceHeader, nonce);
        request.Headers.Add(
            RequestSignature.SignatureHeader,
            RequestSignature.Compute(key.Secret.Span, key.Id.Value, method.Method, target.PathAndQuery, at, nonce, idempotencyKey, body));
        if (idempotencyKey.Length > 0) request.Headers.Add(IdempotencyKey.Header, idempotencyKey);
        if (method == HttpMethod.Get) return request;
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        return request;
    }

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private static CommandReply? Parse(byte[] answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, ContractJson.Default.CommandReply);
        }
        catch (Exception bad) when (bad is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static Rejection ReadProblem(HttpResponseMessage response, byte[] answer)
    {
        try
        {
            if (JsonSerializer.Deserialize(answer, RestJson.Default.Problem) is { } problem) return problem.ToRejection();
        }
        catch (JsonException)
        {
            // Something between us and the silo answered in its own words.
            return NoAnswer($"HTTP {(int)response.StatusCode} without a problem");
        }

        return NoAnswer($"HTTP {(int)response.StatusCode}");
    }

    private static bool IsWorthRepeating(RejectionCode code) => code is RejectionCode.Retry or RejectionCode.OutcomeUnknown or RejectionCode.Overloaded
        or RejectionCode.QuotaExceeded;

    private static bool IsTransport(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException or SocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static Rejection NoAnswer(string actual) => new(RejectionCode.OutcomeUnknown, "an answer of the silo", actual);
}
