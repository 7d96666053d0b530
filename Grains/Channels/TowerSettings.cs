using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>Whether this deployment guards sides of channels for other operators.</summary>
/// <param name="Payer">The account that pays for what is said to a contract, and the channel key whose mandate allows it; null: it guards nothing.</param>
public sealed record TowerSettings(TowerPayer? Payer)
{
    /// <summary>A deployment that is no tower.</summary>
    public static TowerSettings None { get; } = new((TowerPayer?)null);
}

/// <summary>Who pays for what a tower does.</summary>
public sealed record TowerPayer(AccountId Account, Name Key);
