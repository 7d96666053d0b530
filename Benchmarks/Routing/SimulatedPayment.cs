using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Routing;

/// <summary>How a payment went.</summary>
/// <param name="Failure">Null if all arrived.</param>
/// <param name="Attempts">Parts tried.</param>
/// <param name="Parts">Parts that arrived.</param>
/// <param name="Fee">Fees of them.</param>
public readonly record struct SimulatedPayment(PaymentFailure? Failure, int Attempts, int Parts, UInt256 Fee)
{
    /// <summary>Pays by a payer who knows nothing but the channels and its own balances. The world is left as it was.</summary>
    public static SimulatedPayment Run(PartPlanner planner, ChannelGraph graph, BalanceWorld world, PaymentTask task)
    {
        const ulong Second = 1_000_000;
        var (plan, liquidity) = (new PaymentPlan(task), Liquidity.Unknown());
        try
        {
            while (true)
            {
                switch (planner.Next(plan, graph, liquidity, world.Own(task.From), Second))
                {
                    case PlanStep.Send send:
                        plan = plan.Evolve(new PlanEvent.Sent(send.Part, send.Route));
                        if (world.Lock(send.Route) is not { } failed) break;
                        if (failed.Reason != HopFailure.TemporaryLack) throw new InvalidOperationException($"A route broke a policy: {failed}");
                        var ended = new PlanEvent.Ended(send.Part, failed);
                        liquidity = liquidity.With(graph, plan.Observe(ended), Second);
                        plan = plan.Evolve(ended);
                        break;
                    case PlanStep.Impossible impossible:
                        return new(impossible.Reason, plan.Attempts, 0, UInt256.Zero);
                    default:
                        // All is locked at once: the payee has the whole amount and takes it.
                        return new(null, plan.Attempts, plan.InFlight.Count, task.MostFee - plan.FeeLeft);
                }
            }
        }
        finally
        {
            foreach (var route in plan.InFlight.Values) world.Unlock(route);
        }
    }
}
