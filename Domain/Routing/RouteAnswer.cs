using TPWallet.Grains.Interfaces.Routing;

namespace TPWallet.Domain.Routing;

/// <summary>Why there is no route.</summary>
public enum NoRoute
{
    /// <summary>Zero, or more than any channel can hold.</summary>
    AmountOutOfRange,

    /// <summary>The limits cannot be met by any route: no hop, or a last lock longer than the first may be.</summary>
    LimitsOutOfRange,

    /// <summary>The payer has no channel.</summary>
    UnknownPayer,

    /// <summary>The payee has no channel.</summary>
    UnknownPayee,

    /// <summary>Payer and payee are one.</summary>
    SameNode,

    /// <summary>No sequence of channels can carry the amount, as far as is known.</summary>
    NoPath,

    /// <summary>Some can, but none within the limits on fee, time and hops.</summary>
    OverLimits,

    /// <summary>None within the limits was found before the search had looked at as many as it may.</summary>
    GaveUp,
}

/// <summary>What a search came to.</summary>
public abstract record RouteAnswer
{
    private RouteAnswer()
    {
    }

    /// <summary>The cheapest route.</summary>
    public sealed record Found(Route Route) : RouteAnswer;

    /// <summary>There is none.</summary>
    public sealed record None(NoRoute Reason) : RouteAnswer;
}
