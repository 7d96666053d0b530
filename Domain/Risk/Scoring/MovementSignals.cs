using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>Signals of one movement: its amount against the account's own, and the party at its other end.</summary>
internal static class MovementSignals
{
    private const int FullTrust = 1000;
    private const int NearestHops = 8;
    private const int YoungDays = 30;
    private const long DayMs = 86_400_000;

    /// <summary>Writes each signal of a movement; nothing of the movement before it stays.</summary>
    internal static void Fill(RiskInput input, RiskMovement movement, SignalTable signals)
    {
        var worth = Worths.Of(input.Policy, movement.Asset, movement.Amount);
        signals[RiskSignal.Worth] = worth;
        var party = FactsOf(input.Context, movement.Party);
        FillParty(input, movement, party, movement.Scope == DestinationScope.Own ? 0 : worth, signals);
        signals[RiskSignal.AssetDistrust] = AssetDistrust(input, movement);
        if (input.Payment.Direction == RiskDirection.In)
        {
            InflowSignals.Fill(input, movement, worth, signals);
            FillStructuring(input, party, movement, worth, signals);
            return;
        }

        FillAmount(input, movement, worth, signals);
        FillMeeting(input, movement, worth, signals);
        FillStructuring(input, party, movement, worth, signals);
        signals[RiskSignal.PowerGrant] = PowerOf(movement.Kind);
        signals[RiskSignal.Returning] = Count(input.Payment.Returns);
        var called = movement.Kind >= EffectKind.ContractCall ? TrustOf(input.Context, movement.Chain, movement.Party) : FullTrust;
        signals[RiskSignal.ContractDistrust] = FullTrust - Math.Min(called, TrustOfLeg(input.Context, movement.Leg));
    }

    internal static long Nearness(int hops) => Math.Max(0, NearestHops - Math.Max(hops, 0));

    private static void FillAmount(RiskInput input, RiskMovement movement, uint worth, SignalTable signals)
    {
        (signals[RiskSignal.AmountZ], signals[RiskSignal.AmountDrift], signals[RiskSignal.ColdWorth], signals[RiskSignal.Drain]) = (0, 0, 0, 0);
        if (movement.Asset is not { } asset || movement.Scope == DestinationScope.Own) return;

        // Legs of one payment are judged together, or an amount would pass in pieces.
        var total = Worths.Total(input.Payment, asset);
        if (input.Profile.AmountsOf(asset) is { IsKnown: true } known)
        {
            var size = FixedPoint.Log2(total);
            signals[RiskSignal.AmountZ] = FixedPoint.RobustZ(size, known.Amounts.Values, input.Policy.ScaleFloor);
            signals[RiskSignal.AmountDrift] = Math.Max(0, (size - known.Baseline) * 1000L / FixedPoint.Doubling);
        }
        else
        {
            signals[RiskSignal.ColdWorth] = Math.Max(worth, Worths.Of(input.Policy, asset, total));
        }

        foreach (var available in input.Payment.Available)
            if (available.Asset == asset) signals[RiskSignal.Drain] = FixedPoint.PerMille(total, available.Value, 2 * FullTrust);
    }

    private static void FillMeeting(RiskInput input, RiskMovement movement, uint worth, SignalTable signals)
    {
        var profile = input.Profile;
        var mark = PartyMark.Of(profile.Key, movement.Party);
        var entry = profile.Paid.Find(mark);
        var size = Worths.SizeTo(input.Payment, movement.Party);
        var isNew = Worths.IsStranger(movement) && entry is null;
        var isFresh = isNew || (Worths.IsStranger(movement) && IsFresh(input, entry!.Value));
        signals[RiskSignal.PartyRises] = entry is { } before && before.IsRise(size) ? before.Rises + 1 : 0;
        signals[RiskSignal.FreshPartyWorth] = isFresh ? worth + 1L : 0;
        signals[RiskSignal.NewPartyWorth] = isNew ? worth + 1L : 0;

        // What the members let through, or was paid before, is meant even if it looks like another.
        signals[RiskSignal.LookAlike] = isNew ? Math.Max(profile.Paid.LookAlike(mark), 0) : 0;
        signals[RiskSignal.DustSender] = isNew && profile.Dust.Find(mark) is not null ? 1 : 0;
        signals[RiskSignal.Takeover] = Count(signals[RiskSignal.NewDevice] > 0) + Count(signals[RiskSignal.NewNetwork] > 0)
            + Count(isNew || (isFresh && entry!.Value.IsFarMore(size)))
            + Count(signals[RiskSignal.OddHour] >= FullTrust) + Count(signals[RiskSignal.Drain] >= FullTrust / 2);
    }

    private static bool IsFresh(RiskInput input, PartyEntry entry) => input.Hour - entry.FirstHour < YoungDays * 24;

    private static void FillParty(RiskInput input, RiskMovement movement, PartyFacts? party, uint worth, SignalTable signals)
    {
        long severity = 0;
        foreach (var hit in party?.Hits ?? []) severity = Math.Max(severity, SeverityOf(hit.Kind, input.Payment, movement.Chain));
        signals[RiskSignal.ListSeverity] = severity;
        signals[RiskSignal.VerdictSeverity] = party?.Screening is { } said ? Math.Max(0, (long)said.Verdict - 1) : 0;
        signals[RiskSignal.UnscreenedWorth] = party?.Screening is { } screening && screening.ExpiresAt > input.At ? 0 : worth;
        signals[RiskSignal.FlowNearness] = party?.Flow is { } flow ? Nearness(flow.Hops) : 0;
        signals[RiskSignal.FlowShare] = party?.Flow is { } share && Nearness(share.Hops) > 0 ? Math.Clamp(share.SharePerMille, 0, FullTrust) : 0;
        signals[RiskSignal.TravelRuleMissing] = party is { AsksTravelRule: true } && !input.Context.TravelRule ? worth : 0;
    }

    /// <summary>
    /// With whom the operator deals no more may have his money back, if persons say so; what the law froze stays. Where nobody can tell that it is his, the payee is one as any other.
    /// </summary>
    private static long SeverityOf(ListKind kind, RiskPayment payment, ChainId chain) => (long)(payment.Returns && chain.IsEvm && kind == ListKind.Deny ? ListKind.Watch : kind);

    private static void FillStructuring(RiskInput input, PartyFacts? party, RiskMovement movement, uint worth, SignalTable signals)
    {
        var counts = movement.Scope != DestinationScope.Own;
        var below = counts && worth < Worths.Whole ? worth : 0;
        var (day, week, senders) = party?.Activity is { } activity ? (activity.BelowDay, activity.BelowWeek, activity.Senders) : (0, 0, 0);
        signals[RiskSignal.PartyBelowDay] = below > 0 ? FixedPoint.Add(day, below) : 0;
        signals[RiskSignal.PartyBelowWeek] = below > 0 ? FixedPoint.Add(week, below) : 0;
        signals[RiskSignal.PartySenders] = counts ? senders + 1 : 0;
        signals[RiskSignal.PartyYouth] =
            !counts ? 0 : party?.Activity is { } seen ? Math.Clamp(YoungDays - ((input.At.UnixMs - seen.FirstAt.UnixMs) / DayMs), 0, YoungDays) : YoungDays;
    }

    private static long AssetDistrust(RiskInput input, RiskMovement movement) =>
        AskedContracts.Behind(input.Policy, movement) is var (chain, contract) ? FullTrust - TrustOf(input.Context, chain, contract.Value) : 0;

    private static int TrustOf(RiskContext context, ChainId chain, string address)
    {
        foreach (var contract in context.Contracts)
            if (contract.Chain == chain && contract.Address.Value == address) return Math.Clamp(contract.TrustPerMille, 0, FullTrust);
        return 0;
    }

    /// <summary>What leaves by a call is trusted no more than the contract that is called, or than whom the call lets take tokens; full where the leg calls nobody.</summary>
    private static int TrustOfLeg(RiskContext context, Name leg)
    {
        var least = FullTrust;
        foreach (var contract in context.Contracts)
            if (contract.Leg == leg) least = Math.Min(least, Math.Max(contract.TrustPerMille, 0));
        return least;
    }

    private static PartyFacts? FactsOf(RiskContext context, string party)
    {
        foreach (var facts in context.Parties)
            if (facts.Party == party) return facts;
        return null;
    }

    private static long PowerOf(EffectKind kind) => kind switch
    {
        < EffectKind.AllowanceAboveLeg => 0,
        EffectKind.AllowanceAboveLeg => 1,
        EffectKind.OperatorForAll or EffectKind.Permit => 2,
        _ => 3,
    };

    private static int Count(bool holds) => holds ? 1 : 0;
}
