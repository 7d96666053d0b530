namespace TPWallet.Domain.Routing;

/// <summary>Why a payment cannot be made.</summary>
public enum PlanFailure
{
    /// <summary>The task's amount or limits admit no payment at all.</summary>
    OutOfRange,

    /// <summary>Payer or payee has no channel, or they are one.</summary>
    Unreachable,

    /// <summary>The channels known cannot carry what remains.</summary>
    NoPath,

    /// <summary>They can, but not within the limits on fee, time and hops.</summary>
    OverLimits,

    /// <summary>As many parts as may be in flight are, and do not suffice.</summary>
    TooManyParts,

    /// <summary>As many parts as may be tried were.</summary>
    TooManyAttempts,

    /// <summary>The payee does not take it.</summary>
    RefusedByPayee,
}

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
    public sealed record Impossible(PlanFailure Reason) : PlanStep;
}
