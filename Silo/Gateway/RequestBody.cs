using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Silo.Gateway;

/// <summary>Reads request bodies: bounded in size and depth, and of the one form that <see cref="ContractJson"/> gives.</summary>
public static class RequestBody
{
    /// <summary>Largest body in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private const string CommandIdField = "commandId";

    private const int ReadSize = 16_384;

    /// <summary>Reads the whole body, or says that it is too large.</summary>
    public static async Task<(byte[] Bytes, Rejection? Rejection)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes) return ([], TooLarge());
        using var bytes = new MemoryStream();
        var buffer = new byte[ReadSize];
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (bytes.Length + read > MaxBytes) return ([], TooLarge());
                bytes.Write(buffer, 0, read);
            }
        }
        catch (BadHttpRequestException bad)
        {
            return ([], bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge()
                : new(RejectionCode.Malformed, "a whole request body", "a body that ends early or is badly chunked"));
        }

        return (bytes.ToArray(), null);
    }

    /// <summary>A body is JSON and says so: application/json, in UTF-8.</summary>
    public static Rejection? CheckContentType(string? contentType)
    {
        if (Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return null;
        return new(RejectionCode.Malformed, "content type application/json in UTF-8", "another content type");
    }

    /// <summary>A command from its body, which has every field of it but the id: that follows from the idempotency key.</summary>
    public static (T? Command, Rejection? Rejection) Parse<T>(ReadOnlySpan<byte> body, Guid commandId)
        where T : class, ICommand => Read<T>(body, $"\"{CommandIdField}\":\"{commandId:D}\"");

    /// <summary>A question, which changes nothing and has no id.</summary>
    public static (T? Question, Rejection? Rejection) ParseQuestion<T>(ReadOnlySpan<byte> body)
        where T : class => Read<T>(body, "");

    private static (T? Value, Rejection? Rejection) Read<T>(ReadOnlySpan<byte> body, string first)
        where T : class
    {
        var type = TypeOf<T>();
        byte[] whole = [];
        try
        {
            var start = Inside(body);
            if (start is null) return (null, new(RejectionCode.Malformed, "a JSON object", "something else"));

            // A command's id goes in front of what came; a body that carries one of its own then has it twice and is refused.
            var empty = body[start.Value..].TrimStart(" \t\r\n"u8) is [(byte)'}', ..];
            whole = [.. Encoding.UTF8.GetBytes($"{{{first}{(empty || first.Length == 0 ? "" : ",")}"), .. body[start.Value..]];
            return JsonSerializer.Deserialize(whole, type) is { } value
                ? (value, null)
                : (null, new(RejectionCode.Malformed, "a JSON object", "null"));
        }
        catch (JsonException bad)
        {
            return (null, WrongValue.Of(bad, whole) ?? Explain(bad));
        }
        catch (NotSupportedException bad)
        {
            // A union without its discriminator.
            return (null, new(RejectionCode.Malformed, $"a body of {type.Type.Name} with a kind where kinds differ", Line(bad.Message)));
        }
    }

    internal static JsonTypeInfo<T> TypeOf<T>() =>
        ContractJson.Default.GetTypeInfo(typeof(T)) as JsonTypeInfo<T> ?? throw new InvalidOperationException($"{typeof(T)} is no contract.");

    /// <summary>Index after the opening brace of an object; the whole body must be one JSON value within the depth.</summary>
    private static int? Inside(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ContractJson.Default.Options.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        var inside = (int)reader.BytesConsumed;

        // Each turn consumes at least one byte of a body that is bounded.
        while (reader.Read()) continue;
        return inside;
    }

    private static Rejection Explain(JsonException bad)
    {
        var message = Line(bad.Message);
        if (message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
            return new(RejectionCode.UnknownField, "known fields only", $"an unknown field at {bad.Path}");
        if (message.Contains("depth of", StringComparison.Ordinal))
            return new(RejectionCode.TooLarge, $"JSON at most {ContractJson.Default.Options.MaxDepth} deep", "deeper");
        return message.Contains("Duplicate property", StringComparison.Ordinal)
            ? new(RejectionCode.Malformed, $"each field once, and no {CommandIdField}: it follows from the idempotency key", $"a field that comes twice at {bad.Path}")
            : new(RejectionCode.Malformed, "a body as /openapi/v1.json describes it", $"{message}");
    }

    private static string Line(string message) => message.Length <= 300 ? message.ReplaceLineEndings(" ") : message[..300].ReplaceLineEndings(" ");

    private static Rejection TooLarge() => new(RejectionCode.TooLarge, $"a body of at most {MaxBytes} bytes", "a larger body");
}
