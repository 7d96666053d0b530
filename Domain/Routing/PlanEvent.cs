using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;

namespace TPWallet.Domain.Routing;

/// <summary>What happened to a payment: a <see cref="PaymentPlan"/> is rebuilt from these, in their order, without a search.</summary>
public abstract record PlanEvent
{
    private PlanEvent()
    {
    }

    /// <summary>A part was sent.</summary>
    public sealed record Sent(int Part, Route Route) : PlanEvent;

    /// <summary>A part ended.</summary>
    public sealed record Ended(int Part, PartOutcome Outcome) : PlanEvent;

    /// <summary>No more is tried; parts in flight may still end.</summary>
    public sealed record GivenUp(PaymentFailure Reason) : PlanEvent;
}
