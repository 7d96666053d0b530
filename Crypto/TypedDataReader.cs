using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace TPWallet.Crypto;

/// <summary>Turns one JSON object into the parts of typed data, reading every value as its declared type. Stops at the first refusal.</summary>
internal sealed class TypedDataReader(JsonElement root)
{
    private const int MaximumIntegerText = 80;

    private static readonly SearchValues<char> _decimalDigits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly Dictionary<string, IReadOnlyList<TypedField>> _types = new(StringComparer.Ordinal);
    private int _budget = TypedData.MaximumValues;

    internal sealed record Parts(
        TypedDataDomain Domain, string PrimaryType, IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Types, TypedValue Message);

    internal Eip712Refusal? Refusal { get; private set; }

    internal Parts? Read()
    {
        if (!Members(root, string.Empty, ["types", "primaryType", "domain", "message"], required: 4)) return null;
        if (root.GetProperty("primaryType") is not { ValueKind: JsonValueKind.String } primary)
            return Fail<Parts>("primaryType", Eip712Codes.ValueKind, "a string", $"{root.GetProperty("primaryType").ValueKind}");
        var primaryType = primary.GetString()!;
        if (!ReadTypes(root.GetProperty("types")) || ReadDomain(root.GetProperty("domain")) is not { } domain) return null;

        // The schema is built here once to know the members' types, and again with the domain when the parts are joined.
        var schema = Eip712Schema.Create(TypedData.Complete(_types, domain), out var refusal);
        Refusal ??= refusal;
        if (schema is null) return null;
        if (schema.Find(primaryType) is null)
            return Fail<Parts>("primaryType", Eip712Codes.PrimaryTypeUnknown, "a struct of this object", primaryType);
        if (primaryType == SolidityType.DomainTypeName) return new Parts(domain, primaryType, _types, domain.Value());
        if (ReadStruct(schema, primaryType, root.GetProperty("message"), 0) is { } message) return new Parts(domain, primaryType, _types, message);
        Refusal = Refusal!.Inside("message");
        return null;
    }

    private bool ReadTypes(JsonElement types)
    {
        if (types.ValueKind != JsonValueKind.Object) return Stop("types", Eip712Codes.ValueKind, "an object", $"{types.ValueKind}");
        foreach (var type in types.EnumerateObject())
        {
            var path = $"types.{type.Name}";
            if (_types.Count == TypedData.MaximumTypes)
                return Stop("types", Eip712Codes.TooManyTypes, $"at most {TypedData.MaximumTypes}", "more");
            if (type.Value.ValueKind != JsonValueKind.Array) return Stop(path, Eip712Codes.ValueKind, "an array", $"{type.Value.ValueKind}");
            if (type.Value.GetArrayLength() > TypedData.MaximumFields)
                return Stop(path, Eip712Codes.TooManyFields, $"at most {TypedData.MaximumFields}", $"{type.Value.GetArrayLength()}");
            var fields = new List<TypedField>();
            foreach (var field in type.Value.EnumerateArray())
            {
                if (!Members(field, path, ["name", "type"], required: 2)) return false;
                if (Text(field.GetProperty("name"), path) is not { } name || Text(field.GetProperty("type"), path) is not { } typeName) return false;
                fields.Add(new TypedField(name, typeName));
            }

            _types.Add(type.Name, fields);
        }

        return true;
    }

    private TypedDataDomain? ReadDomain(JsonElement domain)
    {
        if (!Members(domain, "domain", ["name", "version", "chainId", "verifyingContract", "salt"], required: 0)) return null;
        var result = new TypedDataDomain();
        foreach (var member in domain.EnumerateObject())
        {
            var path = $"domain.{member.Name}";
            result = member.Name switch
            {
                "name" => Text(member.Value, path) is { } name ? result with { Name = name } : null,
                "version" => Text(member.Value, path) is { } version ? result with { Version = version } : null,
                "chainId" => Integer(member.Value, path) is { } chainId ? result with { ChainId = chainId } : null,
                "verifyingContract" => Address(member.Value, path) is { } contract ? result with { VerifyingContract = contract } : null,
                _ => Bytes(member.Value, path) is { } salt ? result with { Salt = salt } : null,
            };
            if (result is null) return null;
        }

        return result;
    }

    private TypedValue? ReadStruct(Eip712Schema schema, string name, JsonElement element, int depth)
    {
        if (depth > TypedData.MaximumDepth) return TooDeep<TypedValue>(depth);
        if (element.ValueKind != JsonValueKind.Object) return WrongKind<TypedValue>("an object", element);
        var type = schema.Find(name)!;
        var fields = ImmutableDictionary.CreateBuilder<string, TypedValue>(StringComparer.Ordinal);
        foreach (var member in type.Members)
        {
            if (!element.TryGetProperty(member.Name, out var value))
                return Fail<TypedValue>(member.Name, Eip712Codes.FieldMissing, "a value", "none");
            if (Read(schema, member.Type, value, depth + 1) is not { } field) return Within<TypedValue>(member.Name);
            fields.Add(member.Name, field);
        }

        foreach (var given in element.EnumerateObject())
        {
            if (!fields.ContainsKey(given.Name))
                return Fail<TypedValue>(string.Empty, Eip712Codes.FieldUnknown, $"only fields of {name}", given.Name);
        }

        return new TypedValue.Struct(fields.ToImmutable());
    }

    private TypedValue? Read(Eip712Schema schema, SolidityType type, JsonElement element, int depth)
    {
        if (--_budget < 0) return Fail<TypedValue>(string.Empty, Eip712Codes.TooManyValues, $"at most {TypedData.MaximumValues}", "more");
        switch (type)
        {
            case SolidityType.Reference reference:
                return ReadStruct(schema, reference.Name, element, depth);
            case SolidityType.Sequence sequence:
                return ReadItems(schema, sequence, element, depth);
            case SolidityType.Bool:
                return element.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? TypedValue.Of(element.GetBoolean()) : WrongKind<TypedValue>("true or false", element);
            case SolidityType.Text:
                return Text(element, string.Empty) is { } text ? TypedValue.Of(text) : null;
            case SolidityType.Address:
                return Address(element, string.Empty) is { } address ? new TypedValue.Bytes(address) : null;
            case SolidityType.Integer:
                return Integer(element, string.Empty) is { } integer ? TypedValue.Of(integer) : null;
            default:
                return Bytes(element, string.Empty) is { } bytes ? new TypedValue.Bytes(bytes) : null;
        }
    }

    private TypedValue.Sequence? ReadItems(Eip712Schema schema, SolidityType.Sequence type, JsonElement element, int depth)
    {
        if (depth > TypedData.MaximumDepth) return TooDeep<TypedValue.Sequence>(depth);
        if (element.ValueKind != JsonValueKind.Array) return WrongKind<TypedValue.Sequence>("an array", element);
        var items = ImmutableArray.CreateBuilder<TypedValue>();
        foreach (var item in element.EnumerateArray())
        {
            if (Read(schema, type.Element, item, depth + 1) is not { } value) return Within<TypedValue.Sequence>($"[{items.Count}]");
            items.Add(value);
        }

        return new TypedValue.Sequence(items.DrainToImmutable());
    }

    private BigInteger? Integer(JsonElement element, string path)
    {
        if (element.ValueKind is not (JsonValueKind.Number or JsonValueKind.String))
            return FailValue<BigInteger>(path, Eip712Codes.ValueKind, "an integer", $"{element.ValueKind}");
        var text = element.ValueKind == JsonValueKind.Number ? element.GetRawText() : element.GetString()!;
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        var hex = digits.StartsWith("0x", StringComparison.Ordinal);
        if (hex) digits = digits[2..];
        var good = digits.Length is > 0 and <= MaximumIntegerText
            && !digits.ContainsAnyExcept(hex ? _hexDigits : _decimalDigits);
        if (!good) return FailValue<BigInteger>(path, Eip712Codes.IntegerSyntax, "decimal or 0x digits", text);
        var magnitude = hex
            ? BigInteger.Parse($"0{digits}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return text[0] == '-' ? -magnitude : magnitude;
    }

    private byte[]? Bytes(JsonElement element, string path)
    {
        if (Text(element, path) is not { } text) return null;
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0 || text.AsSpan(2).ContainsAnyExcept(_hexDigits))
            return Fail<byte[]>(path, Eip712Codes.BytesSyntax, "0x and pairs of hex digits", text);
        return Convert.FromHexString(text.AsSpan(2));
    }

    private byte[]? Address(JsonElement element, string path)
    {
        if (Text(element, path) is not { } text) return null;
        if (Eip55.TryParse(text, out var address, out var badChecksum)) return address;
        return badChecksum
            ? Fail<byte[]>(path, Eip712Codes.AddressChecksum, "an EIP-55 checksum", text)
            : Fail<byte[]>(path, Eip712Codes.BytesSyntax, "0x and 40 hex digits", text);
    }

    private string? Text(JsonElement element, string path) => element.ValueKind == JsonValueKind.String
        ? element.GetString() : Fail<string>(path, Eip712Codes.ValueKind, "a string", $"{element.ValueKind}");

    private bool Members(JsonElement element, string path, string[] known, int required)
    {
        if (element.ValueKind != JsonValueKind.Object) return Stop(path, Eip712Codes.ValueKind, "an object", $"{element.ValueKind}");
        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name)) return Stop(path, Eip712Codes.MemberUnknown, string.Join(", ", known), member.Name);
        }

        foreach (var name in known.Take(required))
        {
            if (!element.TryGetProperty(name, out _)) return Stop(path, Eip712Codes.MemberMissing, name, "none");
        }

        return true;
    }

    /// <summary>Puts the name of the place around the refusal just made, so that paths cost nothing while all is well.</summary>
    private T? Within<T>(string place)
        where T : class
    {
        Refusal = Refusal!.Inside(place);
        return null;
    }

    private bool Stop(string path, string code, string expected, string actual)
    {
        Refusal = Eip712Refusal.At(path, code, expected, actual);
        return false;
    }

    private T? TooDeep<T>(int depth)
        where T : class => Fail<T>(string.Empty, Eip712Codes.TooDeep, $"at most {TypedData.MaximumDepth}", $"{depth}");

    private T? WrongKind<T>(string expected, JsonElement element)
        where T : class => Fail<T>(string.Empty, Eip712Codes.ValueKind, expected, $"{element.ValueKind}");

    private T? Fail<T>(string path, string code, string expected, string actual)
        where T : class
    {
        Stop(path, code, expected, actual);
        return null;
    }

    private T? FailValue<T>(string path, string code, string expected, string actual)
        where T : struct
    {
        Stop(path, code, expected, actual);
        return null;
    }
}
