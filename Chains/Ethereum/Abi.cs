namespace TPWallet.Chains.Ethereum;

/// <summary>Encodes and decodes lists of values as arguments, return data and event data are laid out.</summary>
public static class Abi
{
    /// <summary>Writes the canonical layout.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type: a bug of the caller.</exception>
    public static byte[] Encode(Items<AbiParameter> parameters, params ReadOnlySpan<AbiValue> values) => AbiEncoder.Encode(parameters.Span, values);

    /// <summary>
    /// Reads values. Codes: abi.truncated, abi.offset, abi.length, abi.range, abi.bool, abi.padding, abi.utf8, abi.too-many, abi.too-long,
    /// abi.too-deep, abi.not-canonical.
    /// </summary>
    public static Decoded<Items<AbiValue>> Decode(
        Items<AbiParameter> parameters, ReadOnlySpan<byte> data, AbiStrictness strictness = AbiStrictness.Canonical)
    {
        var decoder = new AbiDecoder(data, strictness);
        var values = decoder.ReadAll(parameters);
        if (decoder.Fault is { } fault) return fault;
        if (strictness == AbiStrictness.Canonical && !AbiEncoder.Encode(parameters.Span, values.Span).AsSpan().SequenceEqual(data))
            return new DecodeRefusal("abi.not-canonical", "the bytes that the standard encoder writes", "other offsets, padding or trailing bytes");
        return values;
    }

    /// <summary>Parameters by the texts of their types.</summary>
    /// <exception cref="InvalidOperationException">A text is no type.</exception>
    public static Items<AbiParameter> Types(params ReadOnlySpan<string> types)
    {
        var parameters = ImmutableArray.CreateBuilder<AbiParameter>(types.Length);
        foreach (var type in types) parameters.Add(new(AbiType.Parse(type).Value));
        return new(parameters.ToImmutable());
    }
}
