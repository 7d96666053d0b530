using System.Text.Json;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// Reads answers of JSON-RPC 2.0 strictly: garbage is a typed refusal, never an exception. Codes: json.invalid, rpc.shape, rpc.version,
/// rpc.id, rpc.error, rpc.count.
/// </summary>
public static class JsonRpcAnswer
{
    /// <summary>Parses a body. Duplicate members are refused: two readers could see two answers.</summary>
    public static Decoded<JsonElement> Parse(ReadOnlySpan<byte> body, int maxDepth)
    {
        if (!System.Text.Unicode.Utf8.IsValid(body)) return new DecodeRefusal("json.invalid", "UTF-8 (RFC 8259, 8.1)", "other bytes");
        try
        {
            return JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false });
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a member's name with an escaped half surrogate pair, met while looking for duplicates.
            return new DecodeRefusal("json.invalid", "JSON", exception.Message);
        }
    }

    /// <summary>The result of one answer object, whose id must be the one that was sent.</summary>
    public static NodeAnswer<JsonElement> Read(JsonElement answer, long id)
    {
        if (answer.ValueKind != JsonValueKind.Object) return Garbage("rpc.shape", "an object", $"{answer.ValueKind}");
        if (!answer.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || Text(version) != "2.0")
            return Garbage("rpc.version", "jsonrpc 2.0", "another or none");
        var hasError = answer.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
        var hasResult = answer.TryGetProperty("result", out var result);
        var hasId = answer.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.Number
            && given.TryGetInt64(out var number) && number == id;
        // A gateway that fails before it reads the request answers an error with the id null.
        var unread = hasError && !hasResult && given.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;
        if (!hasId && !unread) return Garbage("rpc.id", $"the id {id}", "another or none");
        if (hasError && hasResult && result.ValueKind != JsonValueKind.Null) return Garbage("rpc.shape", "a result or an error", "both");
        if (hasError) return ReadError(error);
        return hasResult ? result : Garbage("rpc.shape", "a result or an error", "neither");
    }

    /// <summary>The results of a batch in the order of its requests; a node may answer in any order.</summary>
    public static NodeAnswer<ImmutableArray<NodeAnswer<JsonElement>>> ReadBatch(JsonElement answers, long firstId, int count)
    {
        if (answers.ValueKind != JsonValueKind.Array)
        {
            // A refusal of the whole batch comes as one object.
            var single = Read(answers, firstId);
            return single.IsOk ? Garbage("rpc.shape", "an array", "one object") : single.Error!;
        }

        if (answers.GetArrayLength() != count) return Garbage("rpc.count", $"{count} answers", $"{answers.GetArrayLength()}");
        var results = new NodeAnswer<JsonElement>[count];
        var seen = new bool[count];
        foreach (var answer in answers.EnumerateArray())
        {
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("id", out var given) || given.ValueKind != JsonValueKind.Number
                || !given.TryGetInt64(out var id) || id < firstId || id - firstId >= count || seen[id - firstId])
                return Garbage("rpc.id", $"each id from {firstId} on once", "another, none or one twice");
            seen[id - firstId] = true;
            results[id - firstId] = Read(answer, id);
        }

        return ImmutableArray.Create(results);
    }

    internal static NodeError.Garbage Garbage(string code, string expected, string actual) => new(new(code, expected, actual));

    /// <summary>The string's text; null where it holds half a surrogate pair, which .NET refuses to turn into a string.</summary>
    internal static string? Text(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static NodeError ReadError(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object
            || !error.TryGetProperty("code", out var code) || code.ValueKind != JsonValueKind.Number || !code.TryGetInt32(out var number)
            || !error.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.String || Text(message) is not { } words)
            return Garbage("rpc.error", "an error with code and message", "another shape");
        return NodeWordings.Classify(number, words, error.TryGetProperty("data", out var data) ? data : null);
    }
}
