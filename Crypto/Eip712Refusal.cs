namespace TPWallet.Crypto;

/// <summary>Why typed data is refused.</summary>
/// <param name="Code">Stable code, one of <see cref="Eip712Codes"/>.</param>
/// <param name="Path">Where, as <c>message.legs[2].amount</c>.</param>
/// <param name="Expected">What the schema or the limit asks for.</param>
/// <param name="Actual">What was there; never longer than 80 characters.</param>
public sealed record Eip712Refusal(string Code, string Path, string Expected, string Actual)
{
    private const int MaximumActual = 80;

    internal static Eip712Refusal At(string path, string code, string expected, string actual) =>
        new(code, path, expected, actual.Length <= MaximumActual ? actual : actual[..(MaximumActual - 1)] + "…");

    internal Eip712Refusal Inside(string parent) => this with { Path = Path.Length == 0 || Path[0] == '[' ? parent + Path : $"{parent}.{Path}" };

    /// <summary>Code, place and the two sides in one line.</summary>
    public override string ToString() => $"{Code} at {Path}: expected {Expected}, got {Actual}";
}

/// <summary>The codes of <see cref="Eip712Refusal"/>; append only.</summary>
public static class Eip712Codes
{
    public const string JsonInvalid = "eip712.json_invalid";
    public const string JsonTooLarge = "eip712.json_too_large";
    public const string MemberMissing = "eip712.member_missing";
    public const string MemberUnknown = "eip712.member_unknown";
    public const string TooManyTypes = "eip712.too_many_types";
    public const string TooManyFields = "eip712.too_many_fields";
    public const string TypeNameInvalid = "eip712.type_name_invalid";
    public const string TypeUnknown = "eip712.type_unknown";
    public const string FieldNameInvalid = "eip712.field_name_invalid";
    public const string FieldDuplicate = "eip712.field_duplicate";
    public const string PrimaryTypeUnknown = "eip712.primary_type_unknown";
    public const string DomainMismatch = "eip712.domain_mismatch";
    public const string TooDeep = "eip712.too_deep";
    public const string TooManyValues = "eip712.too_many_values";
    public const string FieldMissing = "eip712.field_missing";
    public const string FieldUnknown = "eip712.field_unknown";
    public const string ValueKind = "eip712.value_kind";
    public const string IntegerRange = "eip712.integer_range";
    public const string IntegerSyntax = "eip712.integer_syntax";
    public const string BytesLength = "eip712.bytes_length";
    public const string BytesSyntax = "eip712.bytes_syntax";
    public const string AddressChecksum = "eip712.address_checksum";
    public const string ArrayLength = "eip712.array_length";
    public const string TextInvalid = "eip712.text_invalid";
}
