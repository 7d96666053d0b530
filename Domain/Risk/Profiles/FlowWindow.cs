using System.Buffers.Binary;
using System.Text.Json.Serialization;
using TPWallet.Domain.Risk.Scoring;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>What moved in some time.</summary>
/// <param name="Worth">Thousandths of reference amounts, saturating.</param>
/// <param name="Below">The part of it in payments below the reference amount.</param>
/// <param name="BelowCount">How many those are.</param>
public readonly record struct Flow(uint Count, uint Worth, uint Below, uint BelowCount)
{
    public static Flow operator +(Flow left, Flow right) => new(
        FixedPoint.Add(left.Count, right.Count),
        FixedPoint.Add(left.Worth, right.Worth),
        FixedPoint.Add(left.Below, right.Below),
        FixedPoint.Add(left.BelowCount, right.BelowCount));
}

/// <summary>What moved in the last 24 hours, by hour, and in the last seven days, by day. Only hours and days in which something moved take room.</summary>
[JsonConverter(typeof(PackedJson<FlowWindow>))]
public sealed class FlowWindow : IPacked<FlowWindow>
{
    private const int HoursPerDay = 24;
    private const int Days = 7;
    private const int EntrySize = 5 * sizeof(uint);

    private readonly ImmutableArray<(int At, Flow Flow)> _hours;
    private readonly ImmutableArray<(int At, Flow Flow)> _days;

    private FlowWindow(ImmutableArray<(int At, Flow Flow)> hours, ImmutableArray<(int At, Flow Flow)> days) => (_hours, _days) = (hours, days);

    public static FlowWindow Empty { get; } = new([], []);

    public int PackedLength => 1 + ((_hours.Length + _days.Length) * EntrySize);

    public static FlowWindow Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length == 0 || packed.Length % EntrySize != 1 || packed[0] > HoursPerDay || packed.Length / EntrySize - packed[0] is < 0 or > Days)
            throw new FormatException("Expected the hours and days of a window.");
        var hours = Read(packed[1..], packed[0]);
        return new(hours, Read(packed[(1 + (hours.Length * EntrySize))..], (packed.Length / EntrySize) - hours.Length));
    }

    /// <summary>The window with one more flow. An hour before the newest counts as the newest: time does not run back.</summary>
    public FlowWindow With(int hour, Flow flow)
    {
        if (_hours is [.., var newest] && hour < newest.At) hour = newest.At;
        return new(Add(_hours, hour, flow, HoursPerDay), Add(_days, hour / HoursPerDay, flow, Days));
    }

    /// <summary>Of this hour and the 23 before it.</summary>
    public Flow Day(int hour) => Sum(_hours, hour - HoursPerDay);

    /// <summary>Of this day and the six before it.</summary>
    public Flow Week(int hour) => Sum(_days, (hour / HoursPerDay) - Days);

    /// <summary>Of this hour alone.</summary>
    public Flow Hour(int hour) => Sum(_hours, hour - 1);

    public void Pack(Span<byte> packed)
    {
        packed[0] = (byte)_hours.Length;
        Write(packed[1..], _hours);
        Write(packed[(1 + (_hours.Length * EntrySize))..], _days);
    }

    private static Flow Sum(ImmutableArray<(int At, Flow Flow)> entries, int after)
    {
        var sum = default(Flow);
        foreach (var (at, flow) in entries)
            if (at > after) sum += flow;
        return sum;
    }

    private static ImmutableArray<(int At, Flow Flow)> Add(ImmutableArray<(int At, Flow Flow)> entries, int at, Flow flow, int length)
    {
        if (entries is [.., var newest] && newest.At == at) return entries.SetItem(entries.Length - 1, (at, newest.Flow + flow));
        return [.. entries.Where(entry => entry.At > at - length), (at, flow)];
    }

    private static ImmutableArray<(int At, Flow Flow)> Read(ReadOnlySpan<byte> packed, int count)
    {
        var entries = ImmutableArray.CreateBuilder<(int, Flow)>(count);
        for (; count > 0; count--, packed = packed[EntrySize..])
        {
            entries.Add((BinaryPrimitives.ReadInt32LittleEndian(packed), new(
                BinaryPrimitives.ReadUInt32LittleEndian(packed[4..]),
                BinaryPrimitives.ReadUInt32LittleEndian(packed[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(packed[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(packed[16..]))));
        }

        return entries.MoveToImmutable();
    }

    private static void Write(Span<byte> packed, ImmutableArray<(int At, Flow Flow)> entries)
    {
        foreach (var (at, flow) in entries)
        {
            BinaryPrimitives.WriteInt32LittleEndian(packed, at);
            BinaryPrimitives.WriteUInt32LittleEndian(packed[4..], flow.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(packed[8..], flow.Worth);
            BinaryPrimitives.WriteUInt32LittleEndian(packed[12..], flow.Below);
            BinaryPrimitives.WriteUInt32LittleEndian(packed[16..], flow.BelowCount);
            packed = packed[EntrySize..];
        }
    }
}
