using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>A payment that may go in parts.</summary>
/// <param name="From">Who pays.</param>
/// <param name="To">Who is paid.</param>
/// <param name="Amount">What shall arrive.</param>
/// <param name="MostFee">Most that all parts together may pay in fees.</param>
/// <param name="FinalDelta">How long each last lock lasts, in seconds.</param>
/// <param name="MostDelta">Most that a first lock may last.</param>
/// <param name="LeastPart">Smallest part; a payment below it goes in one.</param>
/// <param name="MostParts">Most parts in flight at once.</param>
/// <param name="MostAttempts">Most parts tried.</param>
public sealed record PaymentTask(
    Address From, Address To, UInt256 Amount, UInt256 MostFee, uint FinalDelta, uint MostDelta, UInt256 LeastPart, int MostParts, int MostAttempts)
{
    /// <summary>Attempts that no payment needs more of.</summary>
    public const int AttemptCeiling = 1000;

    /// <summary>What routes are compared by.</summary>
    public RoutePrices Prices { get; init; } = RoutePrices.Default;

    /// <summary>Most channels of a route.</summary>
    public int MostHops { get; init; } = RouteRequest.HopCeiling;

    /// <summary>A part whose chance (in millionths) is lower is not tried before smaller ones were looked at.</summary>
    public uint GoodChancePpm { get; init; } = 500_000;
}
