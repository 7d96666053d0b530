using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using TPWallet.Chains;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains;

/// <summary>Seeded random EIP-712 data: two to four struct types, each of which may hold later ones, arrays and every elementary type.</summary>
internal sealed class RandomTypedData(int seed)
{
    private readonly Random _random = new(seed);

    public (TypedData Data, JsonObject Json) Next()
    {
        var count = _random.Next(2, 5);
        var types = new Dictionary<string, IReadOnlyList<TypedField>>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
            types[$"S{i}"] = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(field => new TypedField($"f{field}", Type(i, count)))];
        var (message, messageJson) = Struct(types, "S0");
        var (domain, domainJson) = Domain();
        var json = new JsonObject
        {
            ["domain"] = domainJson,
            ["types"] = new JsonObject([.. types.Select(static type => KeyValuePair.Create(type.Key, (JsonNode?)Fields(type.Value)))]),
            ["primaryType"] = "S0",
            ["message"] = messageJson,
        };
        return (new TypedData(domain, "S0", types, message), json);
    }

    /// <summary>Any choice of EIP-712's five domain fields, except none.</summary>
    private (TypedDataDomain Domain, JsonObject Json) Domain()
    {
        var chosen = _random.Next(1, 1 << 5);
        var domain = new TypedDataDomain(
            (chosen & 1) != 0 ? "Peer" : null, (chosen & 2) != 0 ? "1" : null, (chosen & 4) != 0 ? _random.Next(1, 1 << 30) : (BigInteger?)null,
            (chosen & 8) != 0 ? Bytes(20) : (ReadOnlyMemory<byte>?)null, (chosen & 16) != 0 ? Bytes(32) : (ReadOnlyMemory<byte>?)null);
        var json = new JsonObject();
        if (domain.Name is { } name) json["name"] = name;
        if (domain.Version is { } version) json["version"] = version;
        if (domain.ChainId is { } chain) json["chainId"] = (long)chain;
        if (domain.VerifyingContract is { } contract) json["verifyingContract"] = Hex.Encode(contract.Span);
        if (domain.Salt is { } salt) json["salt"] = Hex.Encode(salt.Span);
        return (domain, json);
    }

    private static JsonArray Fields(IReadOnlyList<TypedField> fields) =>
        [.. fields.Select(static field => new JsonObject { ["name"] = field.Name, ["type"] = field.Type })];

    private string Type(int index, int count)
    {
        var elementary = _random.Next(8) switch
        {
            0 => $"uint{8 * _random.Next(1, 33)}",
            1 => $"int{8 * _random.Next(1, 33)}",
            2 => "bool",
            3 => "address",
            4 => $"bytes{_random.Next(1, 33)}",
            5 => "bytes",
            6 => "string",
            _ => index + 1 < count ? $"S{_random.Next(index + 1, count)}" : "string",
        };
        return elementary + Brackets() + Brackets();
    }

    private string Brackets() => _random.Next(5) switch { 0 => "[]", 1 => $"[{_random.Next(1, 4)}]", _ => "" };

    private (TypedValue Value, JsonNode Json) Struct(Dictionary<string, IReadOnlyList<TypedField>> types, string name)
    {
        var json = new JsonObject();
        var fields = new List<(string, TypedValue)>();
        foreach (var field in types[name])
        {
            var (value, node) = Value(types, field.Type);
            fields.Add((field.Name, value));
            json[field.Name] = node;
        }

        return (TypedValue.StructOf(fields), json);
    }

    private (TypedValue Value, JsonNode Json) Value(Dictionary<string, IReadOnlyList<TypedField>> types, string type)
    {
        if (type.EndsWith(']'))
        {
            var bracket = type.LastIndexOf('[');
            var length = type[bracket + 1] == ']' ? _random.Next(4) : int.Parse(type.AsSpan(bracket + 1, 1), CultureInfo.InvariantCulture);
            var items = Enumerable.Range(0, length).Select(_ => Value(types, type[..bracket])).ToArray();
            return (TypedValue.ArrayOf(items.Select(static item => item.Value)), new JsonArray([.. items.Select(static item => item.Json)]));
        }

        if (types.ContainsKey(type)) return Struct(types, type);
        if (type == "bool")
        {
            var flag = _random.Next(2) == 0;
            return (TypedValue.Of(flag), flag);
        }

        if (type == "string")
        {
            var text = string.Concat(Enumerable.Range(0, _random.Next(20)).Select(_ => "aZ9 é☃"[_random.Next(6)]));
            return (TypedValue.Of(text), text);
        }

        return type.Contains("int", StringComparison.Ordinal) ? Integer(type) : Data(type);
    }

    private (TypedValue Value, JsonNode Json) Integer(string type)
    {
        var unsigned = type[0] == 'u';
        var bits = int.Parse(type.AsSpan(unsigned ? 4 : 3), CultureInfo.InvariantCulture);
        var number = new BigInteger(Bytes(bits / 8), unsigned, isBigEndian: true);
        return (TypedValue.Of(number), number.ToString(CultureInfo.InvariantCulture));
    }

    private (TypedValue Value, JsonNode Json) Data(string type)
    {
        var bytes = Bytes(type switch
        {
            "address" => 20,
            "bytes" => _random.Next(70),
            _ => int.Parse(type.AsSpan(5), CultureInfo.InvariantCulture),
        });
        return (TypedValue.Of(bytes), Hex.Encode(bytes));
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
