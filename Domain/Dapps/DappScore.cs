using System.Numerics;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Dapps;

/// <summary>What each part of a trust score is worth. Versioned data: docs/risk.md says the same, and whoever changes a number raises <see cref="Version"/>.</summary>
/// <param name="Source">For a verified source.</param>
/// <param name="FirstAudit">For the best auditor without an open finding; each medium and low one takes some of it.</param>
/// <param name="SecondAudit">For the next auditor, in thousandths of what the first would have been worth.</param>
/// <param name="Age">For <see cref="FullAgeDays"/> days, and of it for fewer.</param>
/// <param name="HolderStep">For 100 holders, and again for each ten times more up to 100,000.</param>
/// <param name="CallStep">For each doubling of the calls that went well.</param>
/// <param name="Failures">Taken if all calls failed, and of it for fewer.</param>
/// <param name="Incident">Taken for each incident.</param>
/// <param name="UnderHigh">Most while a high finding is open.</param>
/// <param name="UnderCritical">Most while a critical one is.</param>
public sealed record DappWeights(
    int Version,
    int Source,
    int FirstAudit,
    int SecondAudit,
    int MediumFinding,
    int LowFinding,
    int Age,
    int FullAgeDays,
    int HolderStep,
    int HolderDays,
    int CallStep,
    int MostCalls,
    int Failures,
    int Incident,
    int IncidentDays,
    int UnderHigh,
    int UnderCritical)
{
    public static DappWeights Standard { get; } = new(
        Version: 1, Source: 250, FirstAudit: 200, SecondAudit: 750, MediumFinding: 20, LowFinding: 5, Age: 200, FullAgeDays: 365,
        HolderStep: 25, HolderDays: 30, CallStep: 10, MostCalls: 100, Failures: 300, Incident: 300, IncidentDays: 365, UnderHigh: 300, UnderCritical: 100);
}

/// <summary>
/// The trust of a contract: a sum of parts in whole points, within 0 and 1000. What is not known gives nothing, and before the chain showed the code there is nothing to
/// trust. One operator's claims alone come to 700, what accounts can do by calling and waiting to 300; the rest takes time and use.
/// </summary>
public static class DappScore
{
    public const int Full = 1000;

    private const long DayMs = 86_400_000;
    private const int FewHolders = 100;
    private const int HolderSteps = 4;

    public static DappTrust Of(DappWeights weights, DappState state, Instant now)
    {
        if (state.Seen is not { Code: not null } seen) return new(weights.Version, 0, []);
        if (state.Override is { } said && said.ExpiresAt > now) return new(weights.Version, said.TrustPerMille, [new("override", said.TrustPerMille)]);
        var live = state.Audits.Where(audit => audit.ExpiresAt > now).ToArray();
        var parts = ImmutableArray.CreateBuilder<TrustPart>();
        Add(parts, "source", state.Source is null ? 0 : weights.Source);
        Add(parts, "audits", Audits(weights, live));
        Add(parts, "age", Scaled(weights.Age, DaysSince(Later(seen.Since, state.Source?.DeployedAt), now), weights.FullAgeDays));
        Add(parts, "holders", state.Holders is { } holders && DaysSince(holders.At, now) < weights.HolderDays ? Holders(weights, holders.Count) : 0);
        Add(parts, "calls", Math.Min(weights.CallStep * BitLength(state.Calls.Settled), weights.MostCalls));
        Add(parts, "failures", -Scaled(weights.Failures, state.Calls.Failed, Math.Max(state.Calls.Settled + state.Calls.Failed, 1)));
        Add(parts, "incidents", DaysSince(state.Incidents.LastAt, now) < weights.IncidentDays ? -weights.Incident * state.Incidents.Count : 0);
        var sum = Math.Clamp(parts.Sum(static part => part.Points), 0, Full);
        var most = live.Any(static audit => audit.Open.Critical > 0) ? weights.UnderCritical
            : live.Any(static audit => audit.Open.High > 0) ? weights.UnderHigh : Full;
        Add(parts, "open-findings", Math.Min(most - sum, 0));
        return new(weights.Version, Math.Min(sum, most), parts.ToImmutable());
    }

    private static void Add(ImmutableArray<TrustPart>.Builder parts, Name name, int points)
    {
        if (points != 0) parts.Add(new(name, points));
    }

    /// <summary>The two best auditors; each is worth what its worst audit is.</summary>
    private static int Audits(DappWeights weights, DappAudit[] live)
    {
        var worths = live.GroupBy(static audit => audit.Auditor).Select(of => of.Min(audit => Worth(weights, audit.Open))).OrderDescending().ToArray();
        return worths switch
        {
            [] => 0,
            [var only] => only,
            [var first, var second, ..] => first + (second * weights.SecondAudit / Full),
        };
    }

    private static int Worth(DappWeights weights, OpenFindings open) =>
        open.Critical + open.High > 0 ? 0 : Math.Max(0, weights.FirstAudit - (weights.MediumFinding * open.Medium) - (weights.LowFinding * open.Low));

    private static int Holders(DappWeights weights, long count)
    {
        var steps = 0;
        for (long least = FewHolders; steps < HolderSteps && count >= least; least *= 10) steps++;
        return steps * weights.HolderStep;
    }

    private static int BitLength(int count) => 32 - BitOperations.LeadingZeroCount((uint)count);

    /// <summary>So much of the points as there is of the whole, all of them from there on.</summary>
    private static int Scaled(int points, long part, long whole) => (int)(points * Math.Clamp(part, 0, whole) / whole);

    private static long DaysSince(Instant then, Instant now) => Math.Max(0, now.UnixMs - then.UnixMs) / DayMs;

    private static Instant Later(Instant left, Instant? right) => right > left ? right.Value : left;
}
