namespace TPWallet.Chains;

/// <summary>Why bytes or text from outside were not accepted: a stable code, what the standard asks for, what was there instead.</summary>
public sealed record DecodeRefusal(string Code, string Expected, string Actual)
{
    public override string ToString() => $"{Code}: expected {Expected}, got {Actual}";
}

/// <summary>What a decoder answers: the value, or a typed refusal. Decoders never throw on any input.</summary>
public readonly struct Decoded<T>
{
    private static readonly DecodeRefusal Nothing = new("decode.nothing", "a decoded value", "nothing");

    private readonly T? _value;
    private readonly bool _present;
    private readonly DecodeRefusal? _refusal;

    private Decoded(T? value, bool present, DecodeRefusal? refusal) => (_value, _present, _refusal) = (value, present, refusal);

    public bool IsOk => _present;

    /// <summary>The decoded value. Reading it from a refusal is a bug of the caller.</summary>
    /// <exception cref="InvalidOperationException">The input was refused.</exception>
    public T Value => _present ? _value! : throw new InvalidOperationException($"Refused: {Refusal}");

    /// <summary>The refusal, or null if the input was accepted.</summary>
    public DecodeRefusal? Refusal => _present ? null : _refusal ?? Nothing;

    public static implicit operator Decoded<T>(T value) => new(value, present: true, refusal: null);

    public static implicit operator Decoded<T>(DecodeRefusal refusal) => new(default, present: false, refusal);

    /// <summary>Both outcomes at once: true with the value, or false with the refusal.</summary>
    public bool TryGet(
        [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out DecodeRefusal? refusal)
    {
        value = _value;
        refusal = Refusal;
        return _present;
    }

    public override string ToString() => _present ? $"{_value}" : $"{Refusal}";
}
