using System.Text.Json;
using System.Text.Json.Serialization;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>A part of a profile that is stored as a short run of bytes, since there is one for every account.</summary>
public interface IPacked<TSelf>
    where TSelf : IPacked<TSelf>
{
    /// <summary>Length of the packed form, in bytes.</summary>
    int PackedLength { get; }

    /// <summary>Reads what <see cref="Pack"/> wrote; throws <see cref="FormatException"/> where the length cannot be.</summary>
    static abstract TSelf Unpack(ReadOnlySpan<byte> packed);

    /// <summary>Writes exactly <see cref="PackedLength"/> bytes.</summary>
    void Pack(Span<byte> packed);
}

/// <summary>Stores an <see cref="IPacked{TSelf}"/> as base64.</summary>
public sealed class PackedJson<T> : JsonConverter<T>
    where T : IPacked<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out var packed)) throw new JsonException("Expected base64.");
        try
        {
            return T.Unpack(packed);
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var packed = new byte[value.PackedLength];
        value.Pack(packed);
        writer.WriteBase64StringValue(packed);
    }
}
