using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>The contracts whose trust a payment's score asks for.</summary>
public static class AskedContracts
{
    /// <summary>Those that are called, then those behind assets, each once.</summary>
    public static IEnumerable<(ChainId Chain, Address Address)> Of(RiskPolicy policy, RiskPayment payment) =>
        payment.Movements.Select(Called).Concat(payment.Movements.Select(movement => Behind(policy, movement)))
            .OfType<(ChainId, Address)>().Distinct();

    /// <summary>The contract that a movement calls or gives power to, or null.</summary>
    private static (ChainId Chain, Address Address)? Called(RiskMovement movement) =>
        movement.Kind >= EffectKind.ContractCall && Address.TryParse(movement.Party, out var address) ? (movement.Chain, address) : null;

    /// <summary>The contract of a movement's asset; null where there is none, or the policy lists the asset.</summary>
    internal static (ChainId Chain, Address Address)? Behind(RiskPolicy policy, RiskMovement movement) =>
        movement.Asset is { IsNative: false, Contract: { } contract } asset && Worths.Find(policy, asset) is null ? (asset.Chain, contract) : null;
}
