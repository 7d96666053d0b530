namespace TPWallet.Domain.Routing;

/// <summary>
/// What a route costs its payer beside fees, so that routes can be compared. All are millionths of the amount.
/// </summary>
/// <param name="RiskPpm">For each halving of the chance that the route can pay: so much fee is worth a route twice as likely.</param>
/// <param name="TimePpm">For a year in which the amount could be locked.</param>
/// <param name="HopPpm">For each hop.</param>
public readonly record struct RoutePrices(uint RiskPpm, uint TimePpm, uint HopPpm)
{
    /// <summary>Most of each: the whole amount.</summary>
    public const uint Most = HopPolicy.Millionths;

    /// <summary>0.2 % for a chance twice as good, 10 % a year, 10 millionths a hop.</summary>
    public static RoutePrices Default { get; } = new(2_000, 100_000, 10);
}
