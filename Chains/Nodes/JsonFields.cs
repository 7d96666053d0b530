using System.Globalization;
using System.Text.Json;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// Reads the members of a node's JSON object by type. The first fault sticks, so a reader reads all and looks once. Codes: json.shape,
/// json.missing, json.quantity, json.data, json.length, json.many.
/// </summary>
internal sealed class JsonFields
{
    /// <summary>Longest list in one answer: transactions of a block, logs of a receipt, hashes.</summary>
    public const int MaxItems = 100_000;

    private readonly JsonElement _object;

    private JsonFields()
    {
    }

    public JsonFields(JsonElement element)
    {
        _object = element;
        if (element.ValueKind != JsonValueKind.Object) Fail("json.shape", "an object", $"{element.ValueKind}");
    }

    public DecodeRefusal? Fault { get; private set; }

    /// <summary>A reader of values that are members of no object.</summary>
    public static JsonFields OfBare() => new();

    public bool Has(string name) => Find(name) is not null;

    public UInt256 UInt256(string name) => QuantityOf(Demand(name), name);

    public UInt256? OptionalUInt256(string name) => Find(name) is { } element ? QuantityOf(element, name) : null;

    public ulong UInt64(string name) => UInt64Of(Demand(name), name);

    public ulong? OptionalUInt64(string name) => Find(name) is { } element ? UInt64Of(element, name) : null;

    public bool? OptionalBool(string name)
    {
        if (Find(name) is not { } element) return null;
        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) Fail("json.shape", $"{name} as true or false", $"{element.ValueKind}");
        return element.ValueKind == JsonValueKind.True;
    }

    public int Int32(string name)
    {
        var value = UInt64(name);
        if (value > int.MaxValue) Fail("json.quantity", $"{name} of at most 31 bits", $"{value}");
        return Fault is null ? (int)value : 0;
    }

    public Bytes32 Hash(string name) => HashOf(Demand(name), name);

    public Bytes32? OptionalHash(string name) => Find(name) is { } element ? HashOf(element, name) : null;

    public Address Address(string name) => AddressOf(Demand(name), name);

    public Address? OptionalAddress(string name) => Find(name) is { } element ? AddressOf(element, name) : null;

    public HexBytes Data(string name, int? length = null)
    {
        var bytes = BytesOf(Demand(name), name);
        if (length is { } exact && bytes.Length != exact) Fail("json.length", $"{name} of {exact} bytes", $"{bytes.Length}");
        return bytes;
    }

    public bool Flag(string name)
    {
        var element = Demand(name);
        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) Fail("json.shape", $"{name} true or false", $"{element.ValueKind}");
        return element.ValueKind == JsonValueKind.True;
    }

    public string Text(string name) => TextOf(Demand(name), name);

    public JsonElement? Optional(string name) => Find(name);

    public Items<T> List<T>(string name, Func<JsonFields, JsonElement, T> read)
    {
        var element = Demand(name);
        return Fault is null ? ListOf(element, name, read) : default;
    }

    public Items<T> ListOf<T>(JsonElement element, string name, Func<JsonFields, JsonElement, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array) Fail("json.shape", $"{name} as an array", $"{element.ValueKind}");
        else if (element.GetArrayLength() > MaxItems) Fail("json.many", $"at most {MaxItems} {name}", $"{element.GetArrayLength()}");
        if (Fault is not null) return default;
        var items = ImmutableArray.CreateBuilder<T>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
        {
            items.Add(read(this, item));
            if (Fault is not null) return default;
        }

        return new(items.DrainToImmutable());
    }

    /// <summary>A member object read by its own reader, whose fault becomes this one's.</summary>
    public T Nested<T>(JsonElement element, Func<JsonFields, T> read)
    {
        var inner = new JsonFields(element);
        var value = read(inner);
        if (inner.Fault is { } fault) Fault ??= fault;
        return value;
    }

    /// <summary>A share from 0 to 1, in millionths.</summary>
    public int ShareOf(JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDecimal(out var share) && share is >= 0 and <= 1) return (int)(share * 1_000_000);
        Fail("json.share", $"{name} as a number from 0 to 1", element.ValueKind.ToString());
        return 0;
    }

    public UInt256 QuantityOf(JsonElement element, string name)
    {
        // execution-apis: 0x and hex digits without leading zeros; "0x0" for zero.
        var text = TextOf(element, name);
        var form = text.Length is > 2 and <= 66 && text.StartsWith("0x", StringComparison.Ordinal) && (text.Length == 3 || text[2] != '0');
        if (form)
            foreach (var digit in text.AsSpan(2)) form &= char.IsAsciiHexDigit(digit);
        if (form)
        {
            Span<byte> bytes = stackalloc byte[32];
            _ = Convert.FromHexString(text.AsSpan(2).ToString().PadLeft(64, '0'), bytes, out _, out _);
            return Grains.Interfaces.Values.UInt256.FromBigEndian(bytes);
        }

        Fail("json.quantity", $"{name} as 0x and hex digits without leading zeros", text.Length <= 66 ? text : $"{text.Length} characters");
        return default;
    }

    public ulong UInt64Of(JsonElement element, string name)
    {
        var value = QuantityOf(element, name);
        if (value <= ulong.MaxValue) return (ulong)value;
        Fail("json.quantity", $"{name} of at most 64 bits", value.ToString());
        return 0;
    }

    public Bytes32 HashOf(JsonElement element, string name)
    {
        var bytes = BytesOf(element, name);
        if (bytes.Length == 32) return Bytes32.From(bytes.Span);
        Fail("json.length", $"{name} of 32 bytes", bytes.Length.ToString(CultureInfo.InvariantCulture));
        return default;
    }

    public Address AddressOf(JsonElement element, string name)
    {
        var bytes = BytesOf(element, name);
        if (bytes.Length == 20) return Grains.Interfaces.Values.Address.From(bytes.Span);
        Fail("json.length", $"{name} of 20 bytes", bytes.Length.ToString(CultureInfo.InvariantCulture));
        return default;
    }

    public HexBytes BytesOf(JsonElement element, string name)
    {
        if (Hex.Decode(TextOf(element, name)).TryGet(out var bytes, out _)) return bytes;
        Fail("json.data", $"{name} as 0x and an even number of hex digits", "another text");
        return default;
    }

    public void Fail(string code, string expected, string actual) => Fault ??= new(code, expected, actual);

    private string TextOf(JsonElement element, string name)
    {
        var text = element.ValueKind == JsonValueKind.String ? JsonRpcAnswer.Text(element) : null;
        if (text is null) Fail("json.shape", $"{name} as a text", $"{element.ValueKind}");
        return text ?? "";
    }

    private JsonElement? Find(string name) =>
        _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null
            ? element
            : null;

    private JsonElement Demand(string name)
    {
        if (Find(name) is { } element) return element;
        Fail("json.missing", name, "nothing");
        return default;
    }
}
