using System.Text.Json;
using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Values;

/// <summary>A value whose only form outside the process is one canonical text.</summary>
public interface IText<TSelf>
    where TSelf : struct, IText<TSelf>
{
    /// <summary>What a reader is told when the text does not parse, e.g. "32 bytes as 0x and 64 lower-case hex digits".</summary>
    static abstract string Form { get; }

    static abstract bool TryParse(string? text, out TSelf value);

    string ToString();
}

/// <summary>Reads and writes an <see cref="IText{TSelf}"/> as a JSON string, also as the key of an object.</summary>
public sealed class TextJsonConverter<T> : JsonConverter<T>
    where T : struct, IText<T>
{
    private const int MaxFormatted = 128;
    private const int MaxKept = 128;

    // What repeats itself, as the asset of an event's postings and the owner of a stream's legs do, is parsed and kept in memory once.
    [ThreadStatic]
    private static string? _lastText;

    [ThreadStatic]
    private static T _lastValue;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException($"Expected {T.Form}.");
        if (_lastText is { } last && reader.ValueTextEquals(last)) return _lastValue;
        var text = reader.GetString()!;
        var value = Parse(text);
        if (text.Length <= MaxKept) (_lastText, _lastValue) = (text, value);
        return value;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        // Most texts are strings already. Those that are made when asked for are written without making one.
        Span<byte> text = stackalloc byte[MaxFormatted];
        if (value is IUtf8SpanFormattable && ((IUtf8SpanFormattable)value).TryFormat(text, out var length, default, null))
            writer.WriteStringValue(text[..length]);
        else
            writer.WriteStringValue(value.ToString());
    }

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());

    private static T Parse(string? text) => T.TryParse(text, out var value) ? value : throw new JsonException($"Expected {T.Form}.");
}
