using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>
/// The rules that a deployment starts with. Its weights were set on the tuning families and the normal sequences of the <c>risk</c> benchmark, never on its held-out ones.
/// </summary>
public static class StandardRiskPolicy
{
    /// <summary>Raised with each change of a rule, a weight or a band.</summary>
    public const int Version = 3;

    private static readonly ImmutableArray<RiskBand> Bands =
    [
        new(20, RiskAction.SecondFactor, 0, 0, Span.Zero),
        new(35, RiskAction.Confirmations, 0, 6, Span.Zero),
        new(50, RiskAction.Quorum, 1, 6, Span.Zero),
        new(65, RiskAction.Hold, 1, 12, Span.Hours(4)),
        new(85, RiskAction.Review, 2, 12, Span.Hours(24)),
        new(1000, RiskAction.Block, 2, 12, Span.Hours(24)),
    ];

    /// <summary>The rule of payments whose parties no outside service has judged. In shadow unless a deployment has such a service.</summary>
    public static Name UnscreenedRule { get; } = "unscreened";

    private const long UnscreenedWorth = 10_000;

    /// <summary>The standard rules over a deployment's assets.</summary>
    /// <param name="unscreenedFrom">From this worth on a payment waits for an outside service's verdict; null: for none.</param>
    public static RiskPolicy Of(ImmutableArray<AssetReference> assets, long? unscreenedFrom = null) =>
        new(
            Version,
            [
                .. Lists(unscreenedFrom),
                .. Amounts().Concat(Rates()).Concat(Access()).Concat(Parties()).Concat(Structuring()).Concat(Contracts())
                    .Select(static rule => rule with { Direction = RiskDirection.Out }),
                .. Deposits(),
            ],
            Bands, assets, 100, 2, 96);

    private static IEnumerable<RiskRule> Lists(long? unscreenedFrom) =>
    [
        Rule("list-watch", "list", 60, RiskAction.Review, (RiskSignal.ListSeverity, 1)),
        Rule("list-deny", "list", 100, RiskAction.Block, (RiskSignal.ListSeverity, 2)),
        Rule("list-stale", "stale", 10, RiskAction.Allow, (RiskSignal.ListStaleHours, 1)),
        Rule("list-stale-day", "stale", 65, RiskAction.Hold, (RiskSignal.ListStaleHours, 24)),
        Rule("verdict-review", "verdict", 60, RiskAction.Review, (RiskSignal.VerdictSeverity, 1)),
        Rule("verdict-block", "verdict", 100, RiskAction.Block, (RiskSignal.VerdictSeverity, 2)),
        Rule(UnscreenedRule, "verdict", 40, RiskAction.Hold, (RiskSignal.UnscreenedWorth, unscreenedFrom ?? UnscreenedWorth)) with { Shadow = unscreenedFrom is null },
        Rule("flow-one-hop", "flow", 70, RiskAction.Hold, (RiskSignal.FlowNearness, 7), (RiskSignal.FlowShare, 100)),
        Rule("flow-two-hops", "flow", 65, RiskAction.Hold, (RiskSignal.FlowNearness, 6), (RiskSignal.FlowShare, 250)),
        Rule("flow-three-hops", "flow", 35, RiskAction.Allow, (RiskSignal.FlowNearness, 5), (RiskSignal.FlowShare, 400)),
        Rule("source-near", "source", 15, RiskAction.Allow, (RiskSignal.OwnExposure, 5)),
        Rule("source-next", "source", 40, RiskAction.Allow, (RiskSignal.OwnExposure, 7)),
        Rule("travel-rule", "travel-rule", 20, RiskAction.Hold, (RiskSignal.TravelRuleMissing, 1000)),
        Rule("inbound-dust", "dust", 10, RiskAction.Allow, (RiskSignal.Dust, 1)) with { Direction = RiskDirection.In },
    ];

    private static IEnumerable<RiskRule> Amounts() =>
    [
        Rule("amount-high", "amount", 12, RiskAction.Allow, (RiskSignal.AmountZ, 3500), (RiskSignal.Worth, 100)),
        Rule("amount-high-new-party", "amount", 25, RiskAction.Allow, (RiskSignal.AmountZ, 3500), (RiskSignal.NewPartyWorth, 400)),
        Rule("amount-extreme-new-party", "amount", 40, RiskAction.Allow, (RiskSignal.AmountZ, 6000), (RiskSignal.NewPartyWorth, 1000)),
        Rule("amount-extreme", "amount", 25, RiskAction.Allow, (RiskSignal.AmountZ, 7000), (RiskSignal.Worth, 500)),
        Rule("amount-drift", "amount", 20, RiskAction.Allow, (RiskSignal.AmountDrift, 3000), (RiskSignal.FreshPartyWorth, 1000)),
        Rule("amount-drift-far", "amount", 40, RiskAction.Allow, (RiskSignal.AmountDrift, 4000), (RiskSignal.FreshPartyWorth, 2000)),
        Rule("amount-cold", "amount", 12, RiskAction.Allow, (RiskSignal.ColdWorth, 2000)),
        Rule("amount-cold-great", "amount", 30, RiskAction.Allow, (RiskSignal.ColdWorth, 20_000)),
        Rule("drain", "drain", 8, RiskAction.Allow, (RiskSignal.Drain, 700), (RiskSignal.FreshPartyWorth, 300)),
        Rule("drain-all", "drain", 12, RiskAction.Allow, (RiskSignal.Drain, 850), (RiskSignal.FreshPartyWorth, 300)),
        Rule("drain-assets", "drain", 65, RiskAction.Allow, (RiskSignal.Emptied, 3), (RiskSignal.FreshPartyWorth, 1)),
        Rule("day-worth", "amount", 15, RiskAction.Allow, (RiskSignal.DayWorthZ, 3500), (RiskSignal.DayWorth, 1000)),
        Rule("day-worth-far", "amount", 25, RiskAction.Allow, (RiskSignal.DayWorthZ, 6000), (RiskSignal.DayWorth, 2000)),
        Rule("asset-bridged", "asset", 12, RiskAction.Allow, (RiskSignal.Worth, 2000)) with { Classes = [AssetClass.Bridged, AssetClass.Synthetic] },
        Rule("asset-unknown", "asset", 15, RiskAction.Allow, (RiskSignal.AssetDistrust, 700)),
        Rule("cold-tier-new-party", "tier", 30, RiskAction.Quorum, (RiskSignal.NewPartyWorth, 1)) with { Tiers = [Tier.Cold] },
    ];

    private static IEnumerable<RiskRule> Rates() =>
    [
        Rule("hour-rate", "rate", 15, RiskAction.Allow, (RiskSignal.HourRateZ, 3000)),
        Rule("hour-rate-far", "rate", 45, RiskAction.Allow, (RiskSignal.HourRateZ, 9000)),
        Rule("hour-rate-new-network", "rate", 65, RiskAction.Allow, (RiskSignal.HourRateZ, 9000), (RiskSignal.NewNetwork, 500)),
        Rule("hour-rate-extreme", "rate", 65, RiskAction.Allow, (RiskSignal.HourRateZ, 20_000)),
        Rule("day-rate", "rate", 15, RiskAction.Allow, (RiskSignal.DayRateZ, 5000)),
        Rule("day-rate-far", "rate", 45, RiskAction.Allow, (RiskSignal.DayRateZ, 10_000)),
        Rule("cold-count", "rate", 15, RiskAction.Allow, (RiskSignal.Cold, 1), (RiskSignal.DayCount, 12)),
        Rule("dormant", "dormant", 20, RiskAction.Allow, (RiskSignal.DormantDays, 60), (RiskSignal.NewPartyWorth, 300)),
        Rule("pass-through", "pass-through", 10, RiskAction.Allow,
            (RiskSignal.PassThrough, 700), (RiskSignal.InflowDay, 1500), (RiskSignal.NewPartyWorth, 500)),
        Rule("pass-through-dormant", "pass-through", 55, RiskAction.Allow,
            (RiskSignal.PassThrough, 600), (RiskSignal.InflowDay, 1000), (RiskSignal.NewPartyWorth, 300), (RiskSignal.DormantDays, 30)),
    ];

    private static IEnumerable<RiskRule> Access() =>
    [
        Rule("device-new", "device", 15, RiskAction.SecondFactor, (RiskSignal.NewDevice, 1000)),
        Rule("device-young", "device", 12, RiskAction.Allow, (RiskSignal.NewDevice, 500)),
        Rule("network-new", "network", 8, RiskAction.Allow, (RiskSignal.NewNetwork, 1000)),
        Rule("odd-hour", "hour", 8, RiskAction.Allow, (RiskSignal.OddHour, 1000), (RiskSignal.Worth, 300)),
        Rule("odd-hour-great", "hour", 30, RiskAction.Allow, (RiskSignal.OddHour, 1000), (RiskSignal.NewPartyWorth, 1500)),
        Rule("takeover-three", "takeover", 25, RiskAction.Allow, (RiskSignal.Takeover, 3), (RiskSignal.FreshPartyWorth, 300)),
        Rule("takeover-three-great", "takeover", 40, RiskAction.Allow, (RiskSignal.Takeover, 3), (RiskSignal.FreshPartyWorth, 1000)),
        Rule("takeover-four", "takeover", 45, RiskAction.Allow, (RiskSignal.Takeover, 4), (RiskSignal.FreshPartyWorth, 300)),
    ];

    private static IEnumerable<RiskRule> Parties() =>
    [
        Rule("party-new", "party", 6, RiskAction.Allow, (RiskSignal.NewPartyWorth, 300)),
        Rule("party-new-great", "party", 12, RiskAction.Allow, (RiskSignal.NewPartyWorth, 2000)),
        Rule("parties-many-new", "split", 15, RiskAction.Allow, (RiskSignal.NewPartiesZ, 3000), (RiskSignal.DayWorthZ, 2500)),
        Rule("party-rises", "rises", 65, RiskAction.Allow,
            (RiskSignal.PartyRises, 6), (RiskSignal.AmountDrift, 2500), (RiskSignal.FreshPartyWorth, 600)),
        Rule("look-alike", "look-alike", 65, RiskAction.Hold, (RiskSignal.LookAlike, 6)),
        Rule("look-alike-close", "look-alike", 90, RiskAction.Review, (RiskSignal.LookAlike, 7)),
        Rule("dust-sender", "dust", 65, RiskAction.Hold, (RiskSignal.DustSender, 1)),
        Rule("return", "return", 0, RiskAction.Review, (RiskSignal.Returning, 1)),
    ];

    private static IEnumerable<RiskRule> Structuring() =>
    [
        Rule("split-day", "split", 30, RiskAction.Allow,
            (RiskSignal.BelowDay, 1000), (RiskSignal.BelowCountDay, 3), (RiskSignal.DayWorthZ, 3000), (RiskSignal.NewPartyWorth, 200)),
        Rule("split-day-new-parties", "split", 48, RiskAction.Allow,
            (RiskSignal.BelowDay, 1500), (RiskSignal.BelowCountDay, 3), (RiskSignal.DayWorthZ, 3300), (RiskSignal.NewPartiesZ, 2700)),
        Rule("split-cold", "split", 45, RiskAction.Allow, (RiskSignal.Cold, 1), (RiskSignal.BelowDay, 2500), (RiskSignal.BelowCountDay, 4)),
        Rule("party-collects-day", "collect", 65, RiskAction.Hold,
            (RiskSignal.PartyBelowDay, 2500), (RiskSignal.PartySenders, 4), (RiskSignal.PartyYouth, 16), (RiskSignal.Worth, 300)),
        Rule("party-collects-week", "collect", 65, RiskAction.Hold,
            (RiskSignal.PartyBelowWeek, 5000), (RiskSignal.PartySenders, 6), (RiskSignal.PartyYouth, 16), (RiskSignal.Worth, 300)),
    ];

    private static IEnumerable<RiskRule> Contracts() =>
    [
        Rule("contract-unknown", "contract", 20, RiskAction.Allow, (RiskSignal.ContractDistrust, 700), (RiskSignal.Worth, 100)),
        Rule("contract-unknown-great", "contract", 45, RiskAction.Allow, (RiskSignal.ContractDistrust, 700), (RiskSignal.Worth, 2000)),
        Rule("power-distrusted", "power", 70, RiskAction.Hold, (RiskSignal.PowerGrant, 1), (RiskSignal.ContractDistrust, 600)),
        Rule("power-over-all", "power", 50, RiskAction.Quorum, (RiskSignal.PowerGrant, 2), (RiskSignal.ContractDistrust, 300)),
        Rule("power-over-account", "power", 65, RiskAction.Hold, (RiskSignal.PowerGrant, 3)),
    ];

    /// <summary>
    /// Of what comes in. Size alone asks for time on the chain and never for a person; who pays, and sums that are paid in pieces, ask for one.
    /// </summary>
    private static IEnumerable<RiskRule> Deposits() => ((RiskRule[])
    [
        Rule("deposit-great", "amount", 20, RiskAction.Confirmations, (RiskSignal.Worth, 5000)),
        Rule("deposit-far", "amount", 35, RiskAction.Confirmations, (RiskSignal.AmountZ, 7000), (RiskSignal.Worth, 500)),
        Rule("deposit-far-new-source", "amount", 45, RiskAction.Confirmations, (RiskSignal.AmountZ, 7000), (RiskSignal.NewPartyWorth, 1000)),
        Rule("deposit-cold-great", "amount", 35, RiskAction.Confirmations, (RiskSignal.ColdWorth, 20_000)),
        Rule("deposit-unknown-asset", "asset", 10, RiskAction.Allow, (RiskSignal.AssetDistrust, 700)),
        Rule("deposit-look-alike", "look-alike", 65, RiskAction.Hold, (RiskSignal.LookAlike, 6)),
        Rule("deposit-look-alike-close", "look-alike", 90, RiskAction.Review, (RiskSignal.LookAlike, 7)),
        Rule("deposit-split", "split", 65, RiskAction.Hold,
            (RiskSignal.BelowDay, 2500), (RiskSignal.BelowCountDay, 4), (RiskSignal.DayWorthZ, 3300), (RiskSignal.NewPartyWorth, 200)),
        Rule("deposit-split-cold", "split", 50, RiskAction.Confirmations, (RiskSignal.Cold, 1), (RiskSignal.BelowDay, 2500), (RiskSignal.BelowCountDay, 4)),
        Rule("deposit-source-spreads", "collect", 65, RiskAction.Hold,
            (RiskSignal.PartyBelowDay, 2500), (RiskSignal.PartySenders, 4), (RiskSignal.PartyYouth, 16), (RiskSignal.Worth, 300)),
        Rule("deposit-source-repeats", "collect", 65, RiskAction.Hold,
            (RiskSignal.PartyBelowWeek, 5000), (RiskSignal.PartySenders, 2), (RiskSignal.PartyYouth, 16), (RiskSignal.Worth, 300)),
    ]).Select(static rule => rule with { Direction = RiskDirection.In });

    private static RiskRule Rule(Name id, Name group, int points, RiskAction floor, params ReadOnlySpan<(RiskSignal Signal, long AtLeast)> when)
    {
        var conditions = ImmutableArray.CreateBuilder<RiskCondition>(when.Length);
        foreach (var (signal, atLeast) in when) conditions.Add(new(signal, atLeast));
        return new(id, group, null, [], [], conditions.MoveToImmutable(), points, floor, false);
    }
}
