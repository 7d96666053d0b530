using System.Text.Json.Serialization;

namespace TPWallet.Benchmarks;

/// <summary>One measured figure beside the limit measured in the same run.</summary>
/// <param name="Name">Stable name, as <c>crypto.sign</c>.</param>
/// <param name="Ours">Our figure, in <paramref name="Unit"/>.</param>
/// <param name="Limit">The limit's figure, in the same unit.</param>
/// <param name="Target">The ratio ours ÷ limit to reach: at most this where lower is better, else at least this.</param>
/// <param name="Unit">Unit of both figures.</param>
/// <param name="LowerIsBetter">True for times, false for rates.</param>
/// <param name="Note">For people: how the limit was taken; not part of bench.json.</param>
public sealed record BenchRow(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("ours")] double Ours,
    [property: JsonPropertyName("limit")] double Limit,
    [property: JsonPropertyName("target")] double Target,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("lower_is_better")] bool LowerIsBetter,
    [property: JsonIgnore] string Note = "")
{
    /// <summary>Ours ÷ limit.</summary>
    [JsonPropertyName("ratio")]
    public double Ratio => Ours / Limit;

    /// <summary>Whether the target is reached.</summary>
    [JsonIgnore]
    public bool Reached => LowerIsBetter ? Ratio <= Target : Ratio >= Target;
}
