using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace TPWallet.Crypto;

/// <summary>
/// Typed data in the JSON of eth_signTypedData_v4: exactly the members <c>types</c>, <c>primaryType</c>, <c>domain</c> and <c>message</c>. Integers
/// are written as decimal strings and read as JSON integers, decimal or 0x strings; bytes and addresses are 0x strings.
/// </summary>
public static class TypedDataJson
{
    /// <summary>Longest text read, in UTF-16 units.</summary>
    public const int MaximumLength = 1 << 20;

    // Each level of a value is at most two levels of JSON, and the envelope adds some.
    private static readonly JsonDocumentOptions _options = new() { MaxDepth = (2 * TypedData.MaximumDepth) + 8, AllowDuplicateProperties = false };

    /// <summary>Reads and checks typed data; false with the reason if anything is missing, unknown, doubled or out of range.</summary>
    public static bool TryParse(string json, [NotNullWhen(true)] out TypedData? data, [NotNullWhen(false)] out Eip712Refusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(json);
        data = null;
        if (json.Length > MaximumLength)
        {
            refusal = Eip712Refusal.At(string.Empty, Eip712Codes.JsonTooLarge, $"at most {MaximumLength} characters", $"{json.Length}");
            return false;
        }

        using var document = Document(json, out refusal);
        return document is not null && TryParse(document.RootElement, out data, out refusal);
    }

    /// <summary>Reads and checks typed data from an element that the caller parsed with a depth limit and without doubled members.</summary>
    public static bool TryParse(JsonElement root, [NotNullWhen(true)] out TypedData? data, [NotNullWhen(false)] out Eip712Refusal? refusal)
    {
        data = null;
        try
        {
            var reader = new TypedDataReader(root);
            if (reader.Read() is { } parts)
                return TypedData.TryCreate(parts.Domain, parts.PrimaryType, parts.Types, parts.Message, out data, out refusal);
            refusal = reader.Refusal ?? throw new UnreachableException("The reader stops only with a reason.");
            return false;
        }
        catch (InvalidOperationException)
        {
            // JsonElement.GetString throws this for an escaped lone surrogate.
            refusal = Eip712Refusal.At(string.Empty, Eip712Codes.TextInvalid, "well-formed Unicode", "a lone surrogate");
            return false;
        }
    }

    /// <summary>Writes typed data as wallets read it, compact, with every type in name order.</summary>
    public static string Write(TypedData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteTypes(writer, data);
            writer.WriteString("primaryType", data.PrimaryType);
            writer.WritePropertyName("domain");
            Write(writer, data.Schema, new SolidityType.Reference(SolidityType.DomainTypeName), data.Domain.Value());
            writer.WritePropertyName("message");
            Write(writer, data.Schema, new SolidityType.Reference(data.PrimaryType), data.Message);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static JsonDocument? Document(string json, out Eip712Refusal? refusal)
    {
        refusal = null;
        try
        {
            return JsonDocument.Parse(json, _options);
        }
        catch (JsonException error)
        {
            refusal = Eip712Refusal.At($"line {error.LineNumber}", Eip712Codes.JsonInvalid, "JSON", "malformed, too deep or a doubled member");
        }
        catch (ArgumentException)
        {
            // A string with a lone surrogate has no UTF-8 form, and the parser says it this way.
            refusal = Eip712Refusal.At(string.Empty, Eip712Codes.TextInvalid, "well-formed Unicode", "a lone surrogate");
        }

        return null;
    }

    private static void WriteTypes(Utf8JsonWriter writer, TypedData data)
    {
        writer.WriteStartObject("types");
        foreach (var (name, fields) in data.Types.OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            writer.WriteStartArray(name);
            foreach (var field in fields)
            {
                writer.WriteStartObject();
                writer.WriteString("name", field.Name);
                writer.WriteString("type", field.Type);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Eip712Schema schema, SolidityType type, TypedValue value)
    {
        switch (type, value)
        {
            case (SolidityType.Reference reference, TypedValue.Struct fields):
                writer.WriteStartObject();
                foreach (var member in schema.Find(reference.Name)!.Members)
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, schema, member.Type, fields.Fields[member.Name]);
                }

                writer.WriteEndObject();
                break;
            case (SolidityType.Sequence sequence, TypedValue.Sequence items):
                writer.WriteStartArray();
                foreach (var item in items.Items) Write(writer, schema, sequence.Element, item);
                writer.WriteEndArray();
                break;
            case (SolidityType.Address, TypedValue.Bytes bytes):
                writer.WriteStringValue(Eip55.Format(bytes.Value.Span));
                break;
            case (_, TypedValue.Bytes bytes):
                writer.WriteStringValue("0x" + Convert.ToHexStringLower(bytes.Value.Span));
                break;
            case (_, TypedValue.Integer integer):
                writer.WriteStringValue(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case (_, TypedValue.Bool boolean):
                writer.WriteBooleanValue(boolean.Value);
                break;
            case (_, TypedValue.Text text):
                writer.WriteStringValue(text.Value);
                break;
            default:
                throw new UnreachableException("Typed data was checked when it was made.");
        }
    }
}
