using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// Chooses a payment's next part: what remains in one if that is likely enough to arrive, else the half, and so on down to the smallest part; of
/// several unlikely ones that from which
/// most can be expected. The answer depends on the arguments alone.
/// </summary>
public sealed class PartPlanner(PathFinder finder)
{
    private const int Refinements = 2;

    /// <inheritdoc cref="RouteRequest.Disliked"/>
    public ImmutableSortedDictionary<Bytes32, uint> Disliked { get; init; } = ImmutableSortedDictionary<Bytes32, uint>.Empty;

    /// <summary>What to do next.</summary>
    /// <param name="plan">The payment.</param>
    /// <param name="graph">The channels.</param>
    /// <param name="liquidity">What is known of their balances, with all that the payment's parts showed.</param>
    /// <param name="own">What the payer can offer now in each of its channels, without what is in flight.</param>
    /// <param name="second">Now.</param>
    public PlanStep Next(PaymentPlan plan, ChannelGraph graph, Liquidity liquidity, ImmutableSortedDictionary<Bytes32, UInt256> own, ulong second)
    {
        if (plan.Failure is { } failure) return new PlanStep.Impossible(failure);
        if (plan.Task.Amount.IsZero) return new PlanStep.Impossible(PaymentFailure.OutOfRange);
        if (plan.Delivered == plan.Task.Amount) return new PlanStep.Delivered();
        var remaining = plan.Remaining;
        if (remaining.IsZero) return new PlanStep.Wait();
        var parts = Math.Min(plan.Task.MostParts, PaymentContent.PartCeiling) - plan.InFlight.Count;
        if (parts <= 0) return new PlanStep.Impossible(PaymentFailure.TooManyParts);
        if (plan.Attempts >= Math.Min(plan.Task.MostAttempts, PaymentTask.AttemptCeiling)) return new PlanStep.Impossible(PaymentFailure.TooManyAttempts);
        var request = new RouteRequest(
            plan.Task.From, plan.Task.To, remaining, plan.FeeLeft, plan.Task.FinalDelta, plan.Task.MostDelta, plan.Task.MostHops, plan.Task.Prices)
        {
            Own = own,
            Disliked = Disliked,
            InFlight = plan.Held(),
            Without = plan.Without,
        };
        var smallest = UInt256.Min(remaining, UInt256.Max(plan.Task.LeastPart, (remaining + (ulong)(parts - 1)) / (ulong)parts));
        var (route, reason) = Choose(plan.Task, request, smallest, size => finder.Find(graph, liquidity, request with { Amount = size }, second));
        return route is null ? new PlanStep.Impossible(Why(reason)) : new PlanStep.Send(plan.Attempts + 1, route);
    }

    /// <summary>All parts that are to be sent now: one after the other, as if each were under way. None where they do not make up the payment.</summary>
    /// <inheritdoc cref="Next" path="/param"/>
    public (ImmutableArray<Route> Routes, PaymentFailure? Failure) All(
        PaymentPlan plan, ChannelGraph graph, Liquidity liquidity, ImmutableSortedDictionary<Bytes32, UInt256> own, ulong second)
    {
        var routes = ImmutableArray.CreateBuilder<Route>();
        while (true)
        {
            switch (Next(plan, graph, liquidity, own, second))
            {
                case PlanStep.Send { Route: var route } send:
                    routes.Add(route);
                    plan = plan.Evolve(new PlanEvent.Sent(send.Part, route));
                    var first = route.Hops[0].Way.Channel;
                    if (own.TryGetValue(first, out var left)) own = own.SetItem(first, left - route.Sent);
                    break;
                case PlanStep.Impossible impossible:
                    return ([], impossible.Reason);
                default:
                    return (routes.ToImmutable(), null);
            }
        }
    }

    private static (Route? Route, NoRoute Reason) Choose(PaymentTask task, RouteRequest request, UInt256 smallest, Func<UInt256, RouteAnswer> find)
    {
        Route? best = null;
        var (size, reason) = (request.Amount, NoRoute.NoPath);
        while (true)
        {
            switch (find(size))
            {
                case RouteAnswer.Found { Route: var route }:
                    if (route.ChancePpm >= task.GoodChancePpm) return (Larger(task, route, request.Amount, find), default);
                    if (best is null || Expected(route) > Expected(best)) best = route;
                    break;
                case RouteAnswer.None none:
                    reason = none.Reason;
                    break;
            }

            if (size <= smallest || IsFinal(reason)) return (best, reason);
            size = UInt256.Max(Half(size), smallest);
        }
    }

    // Between a size that is good and its double, which was not, there may be a better one: fewer parts.
    private static Route Larger(PaymentTask task, Route good, UInt256 remaining, Func<UInt256, RouteAnswer> find)
    {
        var (low, high) = (good.Amount, UInt256.Min(remaining, good.Amount + good.Amount));
        for (var i = 0; i < Refinements && low < high; i++)
        {
            var middle = Half(low + high);
            if (find(middle) is RouteAnswer.Found { Route: var route } && route.ChancePpm >= task.GoodChancePpm) (good, low) = (route, middle);
            else high = middle;
        }

        return good;
    }

    private static UInt256 Expected(Route route) => route.Amount * route.ChancePpm;

    private static UInt256 Half(UInt256 amount) => (amount.Narrow() >> 1).Widen();

    private static bool IsFinal(NoRoute reason) => reason is NoRoute.AmountOutOfRange or NoRoute.LimitsOutOfRange or NoRoute.UnknownPayer or NoRoute.UnknownPayee or NoRoute.SameNode;

    private static PaymentFailure Why(NoRoute reason) => reason switch
    {
        NoRoute.AmountOutOfRange or NoRoute.LimitsOutOfRange => PaymentFailure.OutOfRange,
        NoRoute.UnknownPayer or NoRoute.UnknownPayee or NoRoute.SameNode => PaymentFailure.Unreachable,
        NoRoute.NoPath => PaymentFailure.NoPath,
        NoRoute.OverLimits or NoRoute.GaveUp => PaymentFailure.OverLimits,
        _ => throw new UnreachableException($"No reason: {reason}"),
    };
}
