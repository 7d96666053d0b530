using System.Numerics;

namespace TPWallet.Crypto;

/// <summary>
/// A value of EIP-712 typed data. The type it is read as comes from the schema: <see cref="Bytes"/> serves <c>bytes</c>, <c>bytesN</c> and
/// <c>address</c>; <see cref="Integer"/> serves every <c>intN</c> and <c>uintN</c>.
/// </summary>
public abstract record TypedValue
{
    private TypedValue()
    {
    }

    /// <summary>A <c>bool</c>.</summary>
    public sealed record Bool(bool Value) : TypedValue;

    /// <summary>An <c>intN</c> or <c>uintN</c>; the range is checked against the schema.</summary>
    public sealed record Integer(BigInteger Value) : TypedValue;

    /// <summary>A <c>bytes</c>, <c>bytesN</c> (exactly N bytes) or <c>address</c> (20 bytes).</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Value) : TypedValue;

    /// <summary>A <c>string</c>: well-formed Unicode, hashed as UTF-8.</summary>
    public sealed record Text(string Value) : TypedValue;

    /// <summary>An array, of fixed or free length.</summary>
    public sealed record Sequence(IReadOnlyList<TypedValue> Items) : TypedValue;

    /// <summary>A struct: exactly the fields of its type, by name.</summary>
    public sealed record Struct(IReadOnlyDictionary<string, TypedValue> Fields) : TypedValue;

    /// <summary>A <c>bool</c>.</summary>
    public static TypedValue Of(bool value) => new Bool(value);

    /// <summary>An integer.</summary>
    public static TypedValue Of(BigInteger value) => new Integer(value);

    /// <summary>An integer.</summary>
    public static TypedValue Of(long value) => new Integer(value);

    /// <summary>A <c>string</c>.</summary>
    public static TypedValue Of(string value) => new Text(value);

    /// <summary>A <c>bytes</c>, <c>bytesN</c> or <c>address</c>; the bytes are copied.</summary>
    public static TypedValue Of(ReadOnlySpan<byte> value) => new Bytes(value.ToArray());

    /// <summary>A <c>bytes</c>, <c>bytesN</c> or <c>address</c>; the bytes are copied.</summary>
    public static TypedValue Of(byte[] value) => new Bytes(value.ToArray());

    /// <summary>An array.</summary>
    public static TypedValue ArrayOf(IEnumerable<TypedValue> items) => new Sequence([.. items]);

    /// <summary>A struct from its fields.</summary>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public static TypedValue StructOf(params IEnumerable<(string Name, TypedValue Value)> fields) =>
        new Struct(fields.ToImmutableDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal));
}
