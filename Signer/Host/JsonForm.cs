using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Signer.Host;

/// <summary>Reads a request body: bounded bytes, depth and values; no null inside a list; nothing unknown, nothing missing, and in canonical text.</summary>
internal static class JsonForm
{
    /// <summary>Longest body, in bytes. A packet with 32 legs of ordinary call data and a lineage of hundreds of changes is far below.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>Most JSON tokens of a body; every list in it is therefore bounded too.</summary>
    public const int MaxTokens = 500_000;

    public const int MaxDepth = 32;

    public static (T? Value, Rejection? Refusal) Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        body = body.TrimEnd("\r\n"u8);
        try
        {
            if (Scan(body) is { } refusal) return (null, refusal);
            var value = JsonSerializer.Deserialize(body, type);
            if (value is null) return (null, Malformed("an object", "null"));
            // One value has one text: whatever a reader would skip or read two ways is refused, so that every byte of a request means something.
            return JsonSerializer.SerializeToUtf8Bytes(value, type).AsSpan().SequenceEqual(body)
                ? (value, null)
                : (null, Malformed($"the canonical text of {typeof(T).Name}", "another text of it"));
        }
        catch (JsonException malformed)
        {
            // The position is the reader's own and safe to tell; the message can quote the body and is not.
            return (null, Malformed($"{typeof(T).Name} as JSON", $"another form at {Position(malformed)}"));
        }
        catch (Exception malformed) when (malformed is FormatException or InvalidOperationException or NotSupportedException)
        {
            return (null, Malformed($"{typeof(T).Name} as JSON", "another form"));
        }
    }

    private static string Position(JsonException malformed) => $"line {malformed.LineNumber ?? 0}, byte {malformed.BytePositionInLine ?? 0}";

    private static Rejection Malformed(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);

    /// <summary>The serializer lets null into a list of references whatever their annotation; here it is refused before.</summary>
    private static Rejection? Scan(ReadOnlySpan<byte> body)
    {
        if (body.Length > MaxBytes) return new(RejectionCode.TooLarge, $"at most {MaxBytes} bytes", $"{body.Length}");
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        Span<bool> inList = stackalloc bool[MaxDepth + 2];
        var tokens = 0;
        while (reader.Read())
        {
            if (++tokens > MaxTokens) return new(RejectionCode.TooLarge, $"at most {MaxTokens} JSON values", "more");
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                inList[reader.CurrentDepth + 1] = reader.TokenType == JsonTokenType.StartArray;
            else if (reader.TokenType == JsonTokenType.Null && inList[reader.CurrentDepth])
                return Malformed("no null inside a list", "null");
        }

        return null;
    }
}
