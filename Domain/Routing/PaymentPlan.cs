using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// Where a payment stands: Sent → in flight → Ended (delivered | came back), until all is delivered or it is given up. A pure fold of <see
/// cref="PlanEvent"/>s;
/// <see cref="PartPlanner"/> chooses the next one.
/// </summary>
/// <param name="Task">What is to be paid.</param>
public sealed record PaymentPlan(PaymentTask Task)
{
    /// <summary>Parts whose end is not known, by their numbers.</summary>
    public ImmutableSortedDictionary<int, Route> InFlight { get; init; } = ImmutableSortedDictionary<int, Route>.Empty;

    /// <summary>Parts tried; the last one's number.</summary>
    public int Attempts { get; init; }

    /// <summary>What arrived.</summary>
    public UInt256 Delivered { get; init; }

    /// <summary>Fees of what arrived.</summary>
    public UInt256 FeePaid { get; init; }

    /// <summary>Channels that do not do what their policy says: left out for the rest of this payment.</summary>
    public ImmutableSortedSet<ChannelWay> Without { get; init; } = [];

    /// <summary>Why no more is tried; null while it goes on.</summary>
    public PaymentFailure? Failure { get; init; }

    /// <summary>What is neither delivered nor in flight.</summary>
    [JsonIgnore]
    public UInt256 Remaining => Task.Amount - Delivered - InFlight.Values.Aggregate(UInt256.Zero, static (sum, route) => sum + route.Amount);

    /// <summary>What is left for fees of further parts.</summary>
    [JsonIgnore]
    public UInt256 FeeLeft => Task.MostFee - FeePaid - InFlight.Values.Aggregate(UInt256.Zero, static (sum, route) => sum + route.Fee);

    /// <summary>After an event. Throws for one that cannot have happened.</summary>
    public PaymentPlan Evolve(PlanEvent happened)
    {
        switch (happened)
        {
            case PlanEvent.Sent sent:
                if (sent.Part != Attempts + 1 || sent.Route.Amount > Remaining || sent.Route.Fee > FeeLeft)
                    throw new InvalidOperationException($"Part {sent.Part} does not belong to this payment.");
                return this with { Attempts = sent.Part, InFlight = InFlight.Add(sent.Part, sent.Route) };
            case PlanEvent.Ended ended:
                if (!InFlight.TryGetValue(ended.Part, out var route)) throw new InvalidOperationException($"Part {ended.Part} is not in flight.");
                return (this with { InFlight = InFlight.Remove(ended.Part) }).After(route, ended.Outcome);
            case PlanEvent.GivenUp given:
                return this with { Failure = given.Reason };
            default:
                throw new UnreachableException($"No event of a payment: {happened}");
        }
    }

    /// <summary>What a part's end shows of the channels' balances, for <see cref="Liquidity.With"/>: asked before <see cref="Evolve"/>.</summary>
    public ImmutableArray<Observation> Observe(PlanEvent.Ended ended)
    {
        var hops = InFlight[ended.Part].Hops;
        switch (ended.Outcome)
        {
            case PartOutcome.Delivered:
                return [.. hops.Select(static hop => new Observation.Paid(hop.Way, hop.Amount))];
            case PartOutcome.Failed { Reason: HopFailure.Unreadable }:
                return [];
            case PartOutcome.Failed failed:
                var reached = failed.Reason == HopFailure.RefusedByPayee ? hops.Length : Math.Clamp(failed.Hop, 0, hops.Length);
                var had = hops.Take(reached).Select(static Observation (hop) => new Observation.Had(hop.Way, hop.Amount));
                if (failed.Reason != HopFailure.TemporaryLack || reached == hops.Length) return [.. had];
                // Other parts may hold some of that channel: the balance is below both together.
                var others = Held(ended.Part).GetValueOrDefault(hops[reached].Way);
                return [.. had, new Observation.Lacked(hops[reached].Way, hops[reached].Amount + others)];
            default:
                throw new UnreachableException($"No outcome: {ended.Outcome}");
        }
    }

    /// <summary>What the parts in flight hold of each channel.</summary>
    public ImmutableSortedDictionary<ChannelWay, UInt256> Held() => Held(0);

    private ImmutableSortedDictionary<ChannelWay, UInt256> Held(int except)
    {
        var held = ImmutableSortedDictionary.CreateBuilder<ChannelWay, UInt256>();
        foreach (var (part, route) in InFlight)
        {
            if (part == except) continue;
            foreach (var hop in route.Hops) held[hop.Way] = held.GetValueOrDefault(hop.Way) + hop.Amount;
        }

        return held.ToImmutable();
    }

    private PaymentPlan After(Route route, PartOutcome outcome) => outcome switch
    {
        PartOutcome.Delivered => this with { Delivered = Delivered + route.Amount, FeePaid = FeePaid + route.Fee },
        PartOutcome.Failed { Reason: HopFailure.RefusedByPayee } => this with { Failure = PaymentFailure.RefusedByPayee },
        PartOutcome.Failed { Reason: HopFailure.TemporaryLack or HopFailure.Unreadable } => this,
        PartOutcome.Failed failed => failed.Hop >= 0 && failed.Hop < route.Hops.Length ? this with { Without = Without.Add(route.Hops[failed.Hop].Way) } : this,
        _ => throw new UnreachableException($"No outcome: {outcome}"),
    };
}
