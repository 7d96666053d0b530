using TPWallet.Grains.Interfaces.Routing;

namespace TPWallet.Domain.Routing;

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
