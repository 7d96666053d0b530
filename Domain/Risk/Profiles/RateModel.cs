using TPWallet.Domain.Risk.Scoring;

namespace TPWallet.Domain.Risk.Profiles;

/// <summary>
/// How often and how much an account pays on the days on which it pays, learned from settled payments when their day is over. What a day adds is capped at twice the
/// median, so that a burst does not excuse the next one.
/// </summary>
/// <param name="Counts">Payments of each active day.</param>
/// <param name="Peaks">Payments of the busiest hour of each active day.</param>
/// <param name="Worths">Logarithm of the worth that left on each active day.</param>
/// <param name="Meetings">Parties paid for the first time on each active day.</param>
/// <param name="Hour">Since 1970, of the newest payment.</param>
/// <param name="DayCount">Payments of the day that is not over.</param>
/// <param name="HourCount">Payments of the newest hour.</param>
/// <param name="DayMeetings">Of the day that is not over.</param>
/// <param name="PeakCount">Of the day that is not over.</param>
public sealed record RateModel(
    Sample Counts, Sample Peaks, Sample Worths, Sample Meetings, int Hour, ushort DayCount, ushort HourCount, ushort PeakCount, uint DayWorth, ushort DayMeetings)
{
    /// <summary>With fewer days there is nothing to compare with.</summary>
    public const int MinDays = 5;

    private const int HoursPerDay = 24;

    public static RateModel Empty { get; } = new(default, default, default, default, 0, 0, 0, 0, 0, 0);

    public bool IsKnown => Counts.Count >= MinDays;

    /// <summary>Rates vary as counts do, by their root; worth as the account's own days do. In thousandths; 0 while nothing is known.</summary>
    public long DayRateZ(long count) => IsKnown ? CountZ(count, Counts) : 0;

    public long HourRateZ(long count) => IsKnown ? CountZ(count, Peaks) : 0;

    public long MeetingZ(long count) => IsKnown ? CountZ(count, Meetings) : 0;

    public long WorthZ(uint worth, int scaleFloor) => IsKnown ? FixedPoint.RobustZ(FixedPoint.Log2(worth), Worths.Values, scaleFloor) : 0;

    /// <summary>The model after one more settled payment.</summary>
    /// <param name="meetings">Parties that it paid for the first time.</param>
    public RateModel Learn(int hour, uint worth, int meetings)
    {
        if (hour < Hour) hour = Hour;
        var next = hour / HoursPerDay == Hour / HoursPerDay ? this : Close();
        var hourCount = (ushort)(next.DayCount > 0 && hour == Hour ? Math.Min(next.HourCount + 1, ushort.MaxValue) : 1);
        return next with
        {
            Hour = hour,
            HourCount = hourCount,
            PeakCount = Math.Max(next.PeakCount, hourCount),
            DayCount = (ushort)Math.Min(next.DayCount + 1, ushort.MaxValue),
            DayWorth = FixedPoint.Add(next.DayWorth, worth),
            DayMeetings = (ushort)Math.Min(next.DayMeetings + meetings, ushort.MaxValue),
        };
    }

    private static long CountZ(long count, Sample sample)
    {
        var median = sample.Median;
        var root = Math.Max(FixedPoint.Root(median * 1_000_000L), 1000);
        return Math.Min(FixedPoint.RobustZ(count, sample.Values, 1), Math.Max(count - median, 0) * 1_000_000 / root);
    }

    private static long Capped(long value, Sample sample, long cap) => sample.Count < MinDays ? value : Math.Min(value, cap);

    private RateModel Close() => DayCount == 0 ? this : new(
        Counts.With(Capped(DayCount, Counts, (2L * Counts.Median) + 1)),
        Peaks.With(Capped(PeakCount, Peaks, (2L * Peaks.Median) + 1)),
        Worths.With(Capped(FixedPoint.Log2(DayWorth), Worths, Worths.Median + FixedPoint.Doubling)),
        Meetings.With(Capped(DayMeetings, Meetings, (2L * Meetings.Median) + 1)),
        Hour, 0, 0, 0, 0, 0);
}
