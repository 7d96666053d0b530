using System.Text.Json.Serialization;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>At which hours of the UTC day an account pays, as counts that are halved together when one is full.</summary>
[JsonConverter(typeof(PackedJson<HourBook>))]
public sealed class HourBook : IPacked<HourBook>
{
    private const int Hours = 24;

    /// <summary>With fewer payments nothing is said.</summary>
    private const int MinPayments = 20;

    private readonly ImmutableArray<byte> _counts;

    private HourBook(ImmutableArray<byte> counts) => _counts = counts;

    public static HourBook Empty { get; } = new([.. new byte[Hours]]);

    public int PackedLength => Hours;

    public static HourBook Unpack(ReadOnlySpan<byte> packed) =>
        packed.Length == Hours ? new([.. packed]) : throw new FormatException($"Expected {Hours} counts.");

    /// <summary>
    /// 1000 where the account never paid within an hour of this one, 0 where it did at least as often as by chance (<see cref="Grains.Interfaces.Risk.RiskSignal.OddHour"/>).
    /// </summary>
    public long Oddness(int hour)
    {
        var total = 0;
        foreach (var count in _counts) total += count;
        if (total < MinPayments) return 0;
        var near = _counts[(hour + Hours - 1) % Hours] + _counts[hour % Hours] + _counts[(hour + 1) % Hours];
        return Math.Max(0, 1000 - (near * 8000L / total));
    }

    public HourBook With(int hour)
    {
        var counts = _counts[hour % Hours] < byte.MaxValue ? _counts : [.. _counts.Select(count => (byte)(count / 2))];
        return new(counts.SetItem(hour % Hours, (byte)(counts[hour % Hours] + 1)));
    }

    public void Pack(Span<byte> packed) => _counts.CopyTo(packed);
}
