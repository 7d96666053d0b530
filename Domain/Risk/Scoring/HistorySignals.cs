using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>Signals that are the same for each movement of a payment: what the account did before, and from where it acts now.</summary>
internal static class HistorySignals
{
    private const int HoursPerDay = 24;
    private const int YoungDeviceHours = 72;
    private const int YoungNetworkHours = 24;
    private const uint MaxPassThrough = 2000;

    internal static void Fill(RiskInput input, SignalTable signals)
    {
        signals[RiskSignal.ListStaleHours] = StaleHours(input);
        if (input.Payment.Direction == RiskDirection.In) InflowSignals.FillHistory(input, signals);
        if (input.Payment.Direction != RiskDirection.Out) return;
        var profile = input.Profile;
        signals[RiskSignal.Cold] = profile.Learned < RiskProfileState.MinLearned ? 1 : 0;
        signals[RiskSignal.DormantDays] =
            profile.LearnedAt is { } learned ? Math.Max(0, (input.Hour - RiskInput.HourOf(learned)) / HoursPerDay) : 0;
        signals[RiskSignal.OddHour] = profile.Hours.Oddness(input.Hour % HoursPerDay);
        signals[RiskSignal.NewDevice] = Newness(profile, profile.Devices, input.Payment.Device?.Value, input.Hour, YoungDeviceHours);
        signals[RiskSignal.NewNetwork] = Newness(profile, profile.Networks, input.Payment.Network?.ToString(), input.Hour, YoungNetworkHours);
        if (profile.Exposure is { } exposure && (input.Hour / HoursPerDay) - exposure.Day <= ProfileExposure.KeptDays)
            signals[RiskSignal.OwnExposure] = MovementSignals.Nearness(exposure.Hops);
        signals[RiskSignal.Emptied] = Worths.Emptied(input.Payment);
        FillWindows(input, signals);
    }

    private static void FillWindows(RiskInput input, SignalTable signals)
    {
        var (profile, hour) = (input.Profile, input.Hour);

        // A payment that was looked at before is in the windows already.
        var moved = Worths.Of(input.Policy, input.Payment);
        var own = profile.PendingOf(input.Payment.Id) is null ? moved : default;
        var (day, week) = (profile.Out.Day(hour) + own, profile.Out.Week(hour) + own);
        signals[RiskSignal.DayCount] = day.Count;
        signals[RiskSignal.DayWorth] = day.Worth;
        signals[RiskSignal.DayRateZ] = profile.Rates.DayRateZ(day.Count);
        signals[RiskSignal.HourRateZ] = profile.Rates.HourRateZ((profile.Out.Hour(hour) + own).Count);
        signals[RiskSignal.DayWorthZ] = profile.Rates.WorthZ(day.Worth, input.Policy.ScaleFloor);
        if (moved.Below > 0)
        {
            signals[RiskSignal.BelowDay] = day.Below;
            signals[RiskSignal.BelowWeek] = week.Below;
            signals[RiskSignal.BelowCountDay] = day.BelowCount;
        }

        signals[RiskSignal.NewPartiesDay] = profile.Attempted.NewAfter(hour - HoursPerDay) + NewParties(input);
        signals[RiskSignal.NewPartiesZ] = profile.Rates.MeetingZ(signals[RiskSignal.NewPartiesDay]);
        var inflow = profile.In.Day(hour);
        signals[RiskSignal.InflowDay] = inflow.Worth;
        if (inflow.Worth > 0) signals[RiskSignal.PassThrough] = FixedPoint.PerMille(day.Worth, inflow.Worth, MaxPassThrough);
    }

    private static int NewParties(RiskInput input)
    {
        var count = 0;
        for (var i = 0; i < input.Payment.Movements.Length; i++)
        {
            var movement = input.Payment.Movements[i];
            if (!Worths.IsStranger(movement) || IsRepeated(input.Payment, i)) continue;
            var mark = PartyMark.Of(input.Profile.Key, movement.Party);
            if (input.Profile.Paid.Find(mark) is null && input.Profile.Attempted.Find(mark) is null) count++;
        }

        return count;
    }

    private static bool IsRepeated(RiskPayment payment, int index)
    {
        for (var i = 0; i < index; i++)
            if (payment.Movements[i].Party == payment.Movements[index].Party) return true;
        return false;
    }

    /// <summary>0 while the account has no habit: then everything is new, and <see cref="RiskSignal.Cold"/> says so.</summary>
    private static long Newness(RiskProfileState profile, PartyBook known, string? text, int hour, int youngHours)
    {
        if (known.Count == 0) return 0;
        if (text is null || known.Find(PartyMark.Of(profile.Key, text)) is not { } entry) return 1000;
        return hour - entry.FirstHour < youngHours && profile.Learned >= RiskProfileState.MinLearned && IsLater(profile, entry) ? 500 : 0;
    }

    /// <summary>The first device and network are as old as the account; they are not young because the account is.</summary>
    private static bool IsLater(RiskProfileState profile, PartyEntry entry) => profile.FirstAt is { } first && entry.FirstHour > RiskInput.HourOf(first) + 1;

    private static long StaleHours(RiskInput input)
    {
        long oldest = 0;
        foreach (var list in input.Context.Lists)
            if (list.ExpiresAt <= input.At) oldest = Math.Max(oldest, 1 + input.Hour - RiskInput.HourOf(list.ExpiresAt));
        return oldest;
    }
}
