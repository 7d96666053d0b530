using System.Text;

namespace TPWallet.Crypto;

/// <summary>Checks a value tree against a schema: the right kind at every place, in range, complete, and nothing beside it.</summary>
internal static class Eip712Checker
{
    internal static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static Eip712Refusal? Check(Eip712Schema schema, string structName, TypedValue value)
    {
        var budget = TypedData.MaximumValues;
        return CheckStruct(schema, schema.Find(structName)!, value, depth: 0, ref budget);
    }

    private static Eip712Refusal? CheckStruct(Eip712Schema schema, Eip712Schema.StructType type, TypedValue value, int depth, ref int budget)
    {
        if (depth > TypedData.MaximumDepth) return TooDeep(depth);
        if (value is not TypedValue.Struct given) return Kind($"a struct {type.Name}", value);
        foreach (var member in type.Members)
        {
            if (!given.Fields.TryGetValue(member.Name, out var field) || field is null)
                return Eip712Refusal.At(member.Name, Eip712Codes.FieldMissing, "a value", "none");
            if (Check(schema, member.Type, field, depth + 1, ref budget) is { } refusal) return refusal.Inside(member.Name);
        }

        if (given.Fields.Count == type.Members.Length) return null;
        var known = type.Members.Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
        var extra = given.Fields.Keys.First(name => !known.Contains(name));
        return Eip712Refusal.At(string.Empty, Eip712Codes.FieldUnknown, $"only fields of {type.Name}", extra);
    }

    private static Eip712Refusal? Check(Eip712Schema schema, SolidityType type, TypedValue value, int depth, ref int budget)
    {
        if (--budget < 0) return Eip712Refusal.At(string.Empty, Eip712Codes.TooManyValues, $"at most {TypedData.MaximumValues}", "more");
        return (type, value) switch
        {
            (SolidityType.Reference reference, _) => CheckStruct(schema, schema.Find(reference.Name)!, value, depth, ref budget),
            (SolidityType.Sequence sequence, TypedValue.Sequence items) => CheckItems(schema, sequence, items, depth, ref budget),
            (SolidityType.Bool, TypedValue.Bool) => null,
            (SolidityType.Text, TypedValue.Text text) => CheckText(text.Value),
            (SolidityType.DynamicBytes, TypedValue.Bytes) => null,
            (SolidityType.Address, TypedValue.Bytes bytes) => CheckLength(bytes, 20),
            (SolidityType.FixedBytes wanted, TypedValue.Bytes bytes) => CheckLength(bytes, wanted.Length),
            (SolidityType.Integer range, TypedValue.Integer number) => number.Value < range.Minimum || number.Value > range.Maximum
                ? Eip712Refusal.At(string.Empty, Eip712Codes.IntegerRange, $"{range.Minimum} … {range.Maximum}", number.Value.ToString())
                : null,
            _ => Kind(type.GetType().Name, value),
        };
    }

    private static Eip712Refusal? CheckItems(
        Eip712Schema schema, SolidityType.Sequence type, TypedValue.Sequence value, int depth, ref int budget)
    {
        if (depth > TypedData.MaximumDepth) return TooDeep(depth);
        if (type.Length is { } length && value.Items.Count != length)
            return Eip712Refusal.At(string.Empty, Eip712Codes.ArrayLength, $"{length}", $"{value.Items.Count}");
        for (var index = 0; index < value.Items.Count; index++)
        {
            if (Check(schema, type.Element, value.Items[index], depth + 1, ref budget) is { } refusal) return refusal.Inside($"[{index}]");
        }

        return null;
    }

    private static Eip712Refusal? CheckLength(TypedValue.Bytes bytes, int length) => bytes.Value.Length == length
        ? null : Eip712Refusal.At(string.Empty, Eip712Codes.BytesLength, $"{length} bytes", $"{bytes.Value.Length}");

    private static Eip712Refusal? CheckText(string text)
    {
        // A lone surrogate has no UTF-8 form; encoders replace it, so two texts would have one hash.
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])) index++;
            else if (char.IsSurrogate(text[index]))
                return Eip712Refusal.At(string.Empty, Eip712Codes.TextInvalid, "well-formed Unicode", $"lone surrogate at {index}");
        }

        return null;
    }

    private static Eip712Refusal TooDeep(int depth) =>
        Eip712Refusal.At(string.Empty, Eip712Codes.TooDeep, $"at most {TypedData.MaximumDepth}", $"{depth}");

    private static Eip712Refusal Kind(string expected, TypedValue? actual) =>
        Eip712Refusal.At(string.Empty, Eip712Codes.ValueKind, expected, actual?.GetType().Name ?? "null");
}
