using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;

namespace TPWallet.Domain.Routing;

/// <summary>What to do next for a payment.</summary>
public abstract record PlanStep
{
    private PlanStep()
    {
    }

    /// <summary>Send this part: journal <see cref="PlanEvent.Sent"/> first.</summary>
    public sealed record Send(int Part, Route Route) : PlanStep;

    /// <summary>All is in flight: wait for a part's end.</summary>
    public sealed record Wait : PlanStep;

    /// <summary>All arrived.</summary>
    public sealed record Delivered : PlanStep;

    /// <summary>
    /// It cannot be made: journal <see cref="PlanEvent.GivenUp"/>. Parts in flight come back when the payee has waited long enough for the rest.
    /// </summary>
    public sealed record Impossible(PaymentFailure Reason) : PlanStep;
}
