using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>
/// Signals of what comes in: the same questions as of what leaves, asked of what usually comes in, and of who pays. Deposits that were held count in the windows and
/// teach nothing.
/// </summary>
internal static class InflowSignals
{
    private const int FullTrust = 1000;

    /// <summary>The same for each movement.</summary>
    internal static void FillHistory(RiskInput input, SignalTable signals)
    {
        var (profile, hour) = (input.Profile, input.Hour);
        var moved = Worths.Of(input.Policy, input.Payment);
        var own = profile.PendingOf(input.Payment.Id) is null ? moved : default;
        var day = profile.Arrived.Day(hour) + own;
        signals[RiskSignal.Cold] = profile.InflowRates.IsKnown ? 0 : 1;
        signals[RiskSignal.DayCount] = day.Count;
        signals[RiskSignal.DayWorth] = day.Worth;
        signals[RiskSignal.DayRateZ] = profile.InflowRates.DayRateZ(day.Count);
        signals[RiskSignal.DayWorthZ] = profile.InflowRates.WorthZ(day.Worth, input.Policy.ScaleFloor);
        if (moved.Below == 0) return;
        signals[RiskSignal.BelowDay] = day.Below;
        signals[RiskSignal.BelowWeek] = (profile.Arrived.Week(hour) + own).Below;
        signals[RiskSignal.BelowCountDay] = day.BelowCount;
    }

    internal static void Fill(RiskInput input, RiskMovement movement, uint worth, SignalTable signals)
    {
        var profile = input.Profile;
        var mark = PartyMark.Of(profile.Key, movement.Party);
        var isNew = profile.Sources.Find(mark) is null;
        signals[RiskSignal.Dust] = worth <= input.Policy.DustWorth ? worth + 1L : 0;
        signals[RiskSignal.NewPartyWorth] = isNew ? worth + 1L : 0;
        FillAmount(input, movement, worth, signals);
        FillParties(input, signals);
    }

    private static void FillAmount(RiskInput input, RiskMovement movement, uint worth, SignalTable signals)
    {
        (signals[RiskSignal.AmountZ], signals[RiskSignal.AmountDrift], signals[RiskSignal.ColdWorth]) = (0, 0, 0);
        if (movement.Asset is not { } asset) return;
        if (input.Profile.InflowsOf(asset) is { IsKnown: true } known)
        {
            var size = FixedPoint.Log2(movement.Amount);
            signals[RiskSignal.AmountZ] = FixedPoint.RobustZ(size, known.Amounts.Values, input.Policy.ScaleFloor);
            signals[RiskSignal.AmountDrift] = Math.Max(0, (size - known.Baseline) * 1000L / FixedPoint.Doubling);
        }
        else
        {
            signals[RiskSignal.ColdWorth] = worth;
        }
    }

    /// <summary>Each payer counts: a clean one beside a listed one makes nothing clean. A payer that looks like somebody whom the account pays is there to be mistaken for him.</summary>
    private static void FillParties(RiskInput input, SignalTable signals)
    {
        var profile = input.Profile;
        long alike = 0;
        foreach (var party in input.Context.Parties)
        {
            foreach (var hit in party.Hits) signals[RiskSignal.ListSeverity] = Math.Max(signals[RiskSignal.ListSeverity], (long)hit.Kind);
            if (party.Screening is { } said) signals[RiskSignal.VerdictSeverity] = Math.Max(signals[RiskSignal.VerdictSeverity], (long)said.Verdict - 1);
            if (party.Screening is not { } screening || screening.ExpiresAt <= input.At) signals[RiskSignal.UnscreenedWorth] = signals[RiskSignal.Worth];
            if (party.Flow is { } flow && MovementSignals.Nearness(flow.Hops) is > 0 and var near)
            {
                signals[RiskSignal.FlowNearness] = Math.Max(signals[RiskSignal.FlowNearness], near);
                signals[RiskSignal.FlowShare] = Math.Max(signals[RiskSignal.FlowShare], Math.Clamp(flow.SharePerMille, 0, FullTrust));
            }

            var mark = PartyMark.Of(profile.Key, party.Party);
            if (profile.Paid.Find(mark) is null && profile.Sources.Find(mark) is null) alike = Math.Max(alike, profile.Paid.LookAlike(mark));
        }

        signals[RiskSignal.LookAlike] = alike;
    }
}
