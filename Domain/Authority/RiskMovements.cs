using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>A packet's effects as the risk rules see them: made of the same outflow that account and signer judge, so that both can tell a score of something else.</summary>
public static class RiskMovements
{
    /// <summary>One for each effect, in the packet's order.</summary>
    public static ImmutableArray<RiskMovement> Of(Outflow outflow) =>
    [
        .. outflow.Effects.Select(effect =>
            new RiskMovement(effect.Leg, effect.Kind, effect.Chain, effect.Asset, effect.Amount, effect.Destination, effect.Scope, effect.Tier)),
    ];
}
