using System.Numerics;

namespace TPWallet.Crypto;

/// <summary>One field of a struct type: its name and its type as written in EIP-712, for example <c>Leg[]</c>.</summary>
public sealed record TypedField(string Name, string Type);

/// <summary>The EIP-712 domain; any subset of the five fields.</summary>
/// <param name="Name">Readable name of the signing domain.</param>
/// <param name="Version">Its major version.</param>
/// <param name="ChainId">EIP-155 chain id, a uint256.</param>
/// <param name="VerifyingContract">20 bytes.</param>
/// <param name="Salt">32 bytes.</param>
public sealed record TypedDataDomain(
    string? Name = null,
    string? Version = null,
    BigInteger? ChainId = null,
    ReadOnlyMemory<byte>? VerifyingContract = null,
    ReadOnlyMemory<byte>? Salt = null)
{
    /// <summary>The fields that are present, in the order of EIP-712's list.</summary>
    public IReadOnlyList<TypedField> Fields =>
    [
        .. Name is null ? [] : new[] { new TypedField("name", "string") },
        .. Version is null ? [] : new[] { new TypedField("version", "string") },
        .. ChainId is null ? [] : new[] { new TypedField("chainId", "uint256") },
        .. VerifyingContract is null ? [] : new[] { new TypedField("verifyingContract", "address") },
        .. Salt is null ? [] : new[] { new TypedField("salt", "bytes32") },
    ];

    internal TypedValue.Struct Value()
    {
        var fields = ImmutableDictionary.CreateBuilder<string, TypedValue>(StringComparer.Ordinal);
        if (Name is not null) fields.Add("name", TypedValue.Of(Name));
        if (Version is not null) fields.Add("version", TypedValue.Of(Version));
        if (ChainId is { } chainId) fields.Add("chainId", TypedValue.Of(chainId));
        if (VerifyingContract is { } contract) fields.Add("verifyingContract", new TypedValue.Bytes(contract));
        if (Salt is { } salt) fields.Add("salt", new TypedValue.Bytes(salt));
        return new TypedValue.Struct(fields.ToImmutable());
    }
}

/// <summary>
/// EIP-712 typed data, checked when it is made: every type is known, every value fits its type, nothing is missing and nothing is there that would
/// not be signed. So hashing it cannot fail.
/// </summary>
public sealed class TypedData
{
    /// <summary>Most struct types in one object.</summary>
    public const int MaximumTypes = 128;

    /// <summary>Most fields in one struct type.</summary>
    public const int MaximumFields = 128;

    /// <summary>Deepest nesting of structs and arrays in a value.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Most values, counted over the whole tree.</summary>
    public const int MaximumValues = 65_536;

    private TypedData(
        TypedDataDomain domain, string primaryType, IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, TypedValue message,
        Eip712Schema schema) =>
        (Domain, PrimaryType, Types, Message, Schema) = (domain, primaryType, types, message, schema);

    /// <summary>Typed data that the program itself builds.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="primaryType">Name of the struct type of the message.</param>
    /// <param name="types">Struct types by name; <c>EIP712Domain</c> may be left out.</param>
    /// <param name="message">The message, a <see cref="TypedValue.Struct"/>.</param>
    /// <exception cref="ArgumentException">The parts do not fit; for input from outside use <see cref="TryCreate"/>.</exception>
    public TypedData(
        TypedDataDomain domain, string primaryType, IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, TypedValue message)
    {
        if (!TryCreate(domain, primaryType, types, message, out var data, out var refusal)) throw new ArgumentException(refusal.ToString());
        (Domain, PrimaryType, Types, Message, Schema) = (data.Domain, data.PrimaryType, data.Types, data.Message, data.Schema);
    }

    /// <summary>The domain.</summary>
    public TypedDataDomain Domain { get; }

    /// <summary>Name of the message's struct type.</summary>
    public string PrimaryType { get; }

    /// <summary>All struct types by name, <c>EIP712Domain</c> included.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Types { get; }

    /// <summary>The message.</summary>
    public TypedValue Message { get; }

    internal Eip712Schema Schema { get; }

    /// <summary>Checks the parts and joins them; false with the reason if they do not fit.</summary>
    public static bool TryCreate(
        TypedDataDomain domain,
        string primaryType,
        IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types,
        TypedValue message,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TypedData? data,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Eip712Refusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(types);
        data = null;
        var all = Complete(types, domain);
        var schema = Eip712Schema.Create(all, out refusal);
        if (schema is null)
        {
            refusal ??= Eip712Refusal.At("types", Eip712Codes.TypeUnknown, "a schema", "none");
            return false;
        }

        refusal = CheckDomain(all[SolidityType.DomainTypeName], domain);
        if (refusal is null && schema.Find(primaryType) is null)
            refusal = Eip712Refusal.At("primaryType", Eip712Codes.PrimaryTypeUnknown, "a struct of this object", primaryType);
        refusal ??= Eip712Checker.Check(schema, SolidityType.DomainTypeName, domain.Value())?.Inside("domain");
        // A primary type EIP712Domain signs the domain alone; wallets ignore the message then, so it has to be empty or the domain itself.
        if (primaryType != SolidityType.DomainTypeName) refusal ??= Eip712Checker.Check(schema, primaryType, message)?.Inside("message");
        if (refusal is not null) return false;
        var frozen = primaryType == SolidityType.DomainTypeName ? domain.Value() : Freeze(message);
        var frozenDomain = domain with { VerifyingContract = Copy(domain.VerifyingContract), Salt = Copy(domain.Salt) };
        data = new TypedData(frozenDomain, primaryType, all, frozen, schema);
        return true;
    }

    /// <summary>A deep copy in immutable collections, so that nobody changes a value between its check and its hash. The depth was checked.</summary>
    private static TypedValue Freeze(TypedValue value) => value switch
    {
        TypedValue.Bytes bytes => new TypedValue.Bytes(bytes.Value.ToArray()),
        TypedValue.Sequence items => new TypedValue.Sequence([.. items.Items.Select(Freeze)]),
        TypedValue.Struct fields => new TypedValue.Struct(
            fields.Fields.ToImmutableDictionary(field => field.Key, field => Freeze(field.Value), StringComparer.Ordinal)),
        _ => value,
    };

    // Not a conditional expression with null: that null would become an empty memory, by the conversion from arrays.
    private static ReadOnlyMemory<byte>? Copy(ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is { } some) return some.ToArray();
        return null;
    }

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Complete(
        IReadOnlyDictionary<string, IReadOnlyList<TypedField>> types, TypedDataDomain domain)
    {
        var all = types.ToImmutableSortedDictionary(
            pair => pair.Key, pair => (IReadOnlyList<TypedField>)[.. pair.Value], StringComparer.Ordinal);
        return all.ContainsKey(SolidityType.DomainTypeName) ? all : all.Add(SolidityType.DomainTypeName, domain.Fields);
    }

    /// <summary>A declared domain type must list exactly the fields present, with the types of EIP-712; their order is the declarer's.</summary>
    private static Eip712Refusal? CheckDomain(IReadOnlyList<TypedField> declared, TypedDataDomain domain)
    {
        var present = domain.Fields;
        var same = declared.Count == present.Count && declared.All(present.Contains);
        return same ? null : Eip712Refusal.At(
            "types.EIP712Domain", Eip712Codes.DomainMismatch,
            string.Join(", ", present.Select(field => $"{field.Type} {field.Name}")),
            string.Join(", ", declared.Select(field => $"{field.Type} {field.Name}")));
    }
}
