namespace TPWallet.Domain.Routing;

/// <summary>Why a node passed a lock no further.</summary>
public enum HopFailure
{
    /// <summary>It had not enough in that channel, or no free lock, just then.</summary>
    TemporaryLack,

    /// <summary>It knows no such channel, or the next node does not answer.</summary>
    UnknownNode,

    /// <summary>It asks a higher fee.</summary>
    FeeTooLow,

    /// <summary>It asks a longer delta, or the lock would end too soon.</summary>
    ExpiryTooSoon,

    /// <summary>The payee does not take the payment. No route helps.</summary>
    RefusedByPayee,

    /// <summary>Nobody can tell who failed.</summary>
    Unreadable,
}

/// <summary>How a part ended.</summary>
public abstract record PartOutcome
{
    private PartOutcome()
    {
    }

    /// <summary>The payee took it.</summary>
    public sealed record Delivered : PartOutcome;

    /// <summary>It came back.</summary>
    /// <param name="Hop">The hop that was not made, from 0: its <see cref="RouteHop.From"/> said so. Without meaning for the payee's refusal and for
    /// what cannot be read.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Failed(int Hop, HopFailure Reason) : PartOutcome;
}
