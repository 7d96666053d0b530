using System.Globalization;
using System.Numerics;

namespace TPWallet.Crypto;

/// <summary>A member type of EIP-712: atomic, dynamic, array or struct reference.</summary>
internal abstract record SolidityType
{
    internal const string DomainTypeName = "EIP712Domain";

    /// <summary>Deepest nesting of array brackets in one type name.</summary>
    private const int MaximumBrackets = 8;

    private SolidityType()
    {
    }

    internal sealed record Bool : SolidityType;

    internal sealed record Address : SolidityType;

    internal sealed record Text : SolidityType;

    internal sealed record DynamicBytes : SolidityType;

    internal sealed record FixedBytes(int Length) : SolidityType;

    internal sealed record Integer(int Bits, bool Signed) : SolidityType
    {
        internal BigInteger Minimum { get; } = Signed ? -(BigInteger.One << (Bits - 1)) : BigInteger.Zero;

        internal BigInteger Maximum { get; } = (BigInteger.One << (Signed ? Bits - 1 : Bits)) - 1;
    }

    internal sealed record Sequence(SolidityType Element, int? Length) : SolidityType;

    internal sealed record Reference(string Name) : SolidityType;

    /// <summary>The struct that this type, or its elements, refer to; null for atomic ones.</summary>
    internal string? ReferencedName => this switch
    {
        Reference reference => reference.Name,
        Sequence sequence => sequence.Element.ReferencedName,
        _ => null,
    };

    /// <summary>Reads a type as it stands in a field; null if it is malformed. Whether a referenced struct exists is the schema's question.</summary>
    internal static SolidityType? Parse(string name) => Parse(name, 0);

    /// <summary>Atomic type of that name, or null. The aliases <c>int</c> and <c>uint</c> are none: EIP-712 asks for the full name.</summary>
    internal static SolidityType? ParseAtomic(string name) => name switch
    {
        "bool" => new Bool(),
        "address" => new Address(),
        "string" => new Text(),
        "bytes" => new DynamicBytes(),
        _ when Suffix(name, "bytes") is int length and >= 1 and <= 32 => new FixedBytes(length),
        _ when Suffix(name, "uint") is int bits && IsWidth(bits) => new Integer(bits, Signed: false),
        _ when Suffix(name, "int") is int bits && IsWidth(bits) => new Integer(bits, Signed: true),
        _ => null,
    };

    /// <summary>True for a Solidity identifier.</summary>
    internal static bool IsIdentifier(string name)
    {
        const int MaximumLength = 128;
        if (name.Length is 0 or > MaximumLength || char.IsAsciiDigit(name[0])) return false;
        return name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '$');
    }

    private static SolidityType? Parse(string name, int depth)
    {
        if (depth > MaximumBrackets) return null;
        if (!name.EndsWith(']')) return ParseAtomic(name) ?? (IsIdentifier(name) ? new Reference(name) : null);
        var open = name.LastIndexOf('[');
        if (open < 1 || Parse(name[..open], depth + 1) is not { } element) return null;
        var inside = name[(open + 1)..^1];
        if (inside.Length == 0) return new Sequence(element, null);
        return ParseNumber(inside) is int length ? new Sequence(element, length) : null;
    }

    private static bool IsWidth(int bits) => bits is >= 8 and <= 256 && bits % 8 == 0;

    private static int? Suffix(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? ParseNumber(name[prefix.Length..]) : null;

    private static int? ParseNumber(string digits) =>
        digits.Length is >= 1 and <= 6 && digits[0] != '0' && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
