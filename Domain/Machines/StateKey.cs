using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Machines;

/// <summary>
/// A composed key inside a machine's state, such as "chain|asset". Ordered by code unit, also after a snapshot was read: the comparer of a
/// sorted dictionary of strings is lost in JSON, the order of this type is its own.
/// </summary>
[JsonConverter(typeof(TextJsonConverter<StateKey>))]
public readonly record struct StateKey(string Value) : IText<StateKey>, IComparable<StateKey>
{
    private const int MaxLength = 1024;

    public static string Form => "a state key of 1 to 1024 characters";

    public static implicit operator StateKey(string text) => new(text);

    public static StateKey Of(params ReadOnlySpan<string> parts) => new(string.Join('|', parts!));

    public static bool TryParse(string? text, out StateKey value)
    {
        value = new(text ?? "");
        return text is { Length: > 0 and <= MaxLength };
    }

    public int CompareTo(StateKey other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";
}
