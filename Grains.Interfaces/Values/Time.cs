using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;

namespace TPWallet.Grains.Interfaces.Values;

/// <summary>A point in time: milliseconds since the Unix epoch, UTC. JSON: a number.</summary>
[GenerateSerializer, Immutable, Alias("tpw.instant")]
[JsonConverter(typeof(InstantJsonConverter))]
public readonly record struct Instant(long UnixMs) : IComparable<Instant>
{
    public static Instant operator +(Instant at, Span span) => new(checked(at.UnixMs + span.Ms));

    public static Instant operator -(Instant at, Span span) => new(checked(at.UnixMs - span.Ms));

    public static Span operator -(Instant left, Instant right) => new(checked(left.UnixMs - right.UnixMs));

    public static bool operator <(Instant left, Instant right) => left.UnixMs < right.UnixMs;

    public static bool operator >(Instant left, Instant right) => left.UnixMs > right.UnixMs;

    public static bool operator <=(Instant left, Instant right) => left.UnixMs <= right.UnixMs;

    public static bool operator >=(Instant left, Instant right) => left.UnixMs >= right.UnixMs;

    public int CompareTo(Instant other) => UnixMs.CompareTo(other.UnixMs);

    public override string ToString() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMs).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A length of time in milliseconds; never a point in time. JSON: a number.</summary>
[GenerateSerializer, Immutable, Alias("tpw.span")]
[JsonConverter(typeof(SpanJsonConverter))]
public readonly record struct Span(long Ms) : IComparable<Span>
{
    public static Span Zero => default;

    public static Span Seconds(long seconds) => new(checked(seconds * 1000));

    public static Span Hours(long hours) => Seconds(checked(hours * 3600));

    public static bool operator <(Span left, Span right) => left.Ms < right.Ms;

    public static bool operator >(Span left, Span right) => left.Ms > right.Ms;

    public static bool operator <=(Span left, Span right) => left.Ms <= right.Ms;

    public static bool operator >=(Span left, Span right) => left.Ms >= right.Ms;

    public int CompareTo(Span other) => Ms.CompareTo(other.Ms);
}

/// <summary>
/// When a command is decided, as an interval: the true time lies in [Earliest, Latest] (engine-notes.md, Time).
/// Expiry is judged by <see cref="Latest"/>; time locks and the release of window amounts by <see cref="Earliest"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("tpw.stamp")]
public readonly record struct Stamp(Instant Earliest, Instant Latest)
{
    /// <summary>
    /// When a restore of the journal was noticed that still counts; null for most. What was decided shortly before it may be forgotten, so limit
    /// windows that reach back beyond it count as full.
    /// </summary>
    [Id(0)]
    public Instant? RestoredAt { get; init; }

    /// <summary>A stamp without doubt, for machines on a chain's or the signer's own clock and for tests.</summary>
    public static Stamp At(Instant at) => new(at, at);
}

/// <summary>Milliseconds since the Unix epoch as a JSON number, years 1970 to 9999.</summary>
public sealed class InstantJsonConverter : JsonConverter<Instant>
{
    public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var ms) && ms is >= 0 and <= 253_402_300_799_999
            ? new(ms)
            : throw new JsonException("Expected milliseconds since the Unix epoch as a number.");

    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) => writer.WriteNumberValue(value.UnixMs);
}

/// <summary>Milliseconds as a JSON number, 0 to ten years.</summary>
public sealed class SpanJsonConverter : JsonConverter<Span>
{
    public override Span Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var ms) && ms is >= 0 and <= 315_360_000_000_000
            ? new(ms)
            : throw new JsonException("Expected a length of time in milliseconds as a number.");

    public override void Write(Utf8JsonWriter writer, Span value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Ms);
}
