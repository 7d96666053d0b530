using System.Globalization;
using System.Text.Json;
using TPWallet.Chains.Bitcoin;

namespace TPWallet.Chains.Nodes;

/// <summary>
/// Reads the members of Bitcoin Core's JSON by type: plain numbers, hex without prefix, hashes in reversed order, amounts as decimal text that is never a
/// floating number here. The first fault sticks. Codes: json.shape, json.missing, json.quantity, json.data, json.length, json.many.
/// </summary>
internal sealed class BitcoinFields(JsonElement element)
{
    private const int CoinDigits = 8;
    private const int MaxWholeDigits = 8;

    public DecodeRefusal? Fault { get; private set; } =
        element.ValueKind == JsonValueKind.Object ? null : new("json.shape", "an object", $"{element.ValueKind}");

    public bool Has(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null;

    public JsonElement Demand(string name)
    {
        if (Has(name)) return element.GetProperty(name);
        Fail("json.missing", name, "nothing");
        return default;
    }

    public BitcoinHash Hash(string name) => Take(HashOf(Demand(name)));

    public byte[] Data(string name) => Take(DataOf(Demand(name))) ?? [];

    public int Count(string name)
    {
        var member = Demand(name);
        if (member.ValueKind == JsonValueKind.Number && member.TryGetInt32(out var number) && number >= 0) return number;
        Fail("json.quantity", $"{name} as a number from 0", $"{member.ValueKind}");
        return 0;
    }

    public bool Flag(string name)
    {
        var member = Demand(name);
        if (member.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) Fail("json.shape", $"{name} true or false", $"{member.ValueKind}");
        return member.ValueKind == JsonValueKind.True;
    }

    public string Text(string name)
    {
        var member = Demand(name);
        var text = member.ValueKind == JsonValueKind.String ? JsonRpcAnswer.Text(member) : null;
        if (text is null) Fail("json.shape", $"{name} as a text", $"{member.ValueKind}");
        return text ?? "";
    }

    /// <summary>An amount in satoshis, from a number of coins with at most eight decimals.</summary>
    public long Satoshis(string name)
    {
        var member = Demand(name);
        if (member.ValueKind == JsonValueKind.Number && TrySatoshis(member.GetRawText(), out var satoshis)) return satoshis;
        Fail("json.quantity", $"{name} as coins with at most {CoinDigits} decimals", $"{member.ValueKind}");
        return 0;
    }

    public void Fail(string code, string expected, string actual) => Fault ??= new(code, expected, actual);

    public static Decoded<BitcoinHash> HashOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && JsonRpcAnswer.Text(element) is { } text && BitcoinHash.TryParse(text, out var hash)
            ? hash
            : new DecodeRefusal("json.data", "a hash of 64 hex digits", $"{element.ValueKind}");

    public static Decoded<byte[]> DataOf(JsonElement element)
    {
        var text = element.ValueKind == JsonValueKind.String ? JsonRpcAnswer.Text(element) : null;
        if (text is null) return new DecodeRefusal("json.shape", "hex as a text", $"{element.ValueKind}");
        var bytes = new byte[text.Length / 2];
        return Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : new DecodeRefusal("json.data", "an even number of hex digits", "another text");
    }

    /// <summary>Digits, and a point with one to eight digits behind it: neither sign nor exponent, so that there is nothing to round.</summary>
    private static bool TrySatoshis(string number, out long satoshis)
    {
        satoshis = 0;
        var parts = number.Split('.');
        if (parts.Length > 2 || parts[0].Length > MaxWholeDigits || (parts.Length == 2 && parts[1].Length is 0 or > CoinDigits)) return false;
        var digits = parts[0] + (parts.Length == 2 ? parts[1] : "").PadRight(CoinDigits, '0');
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out satoshis) && satoshis <= BitcoinOutput.MaxMoneySat;
    }

    private T? Take<T>(Decoded<T> value)
    {
        if (value.TryGet(out var read, out var refusal)) return read;
        Fault ??= refusal;
        return default;
    }
}
