using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Towers;

/// <summary>
/// What a side hands to a tower: the newest state under a key that the tower does not have, and for each state that the peer could close by the same key, under a key
/// that follows from that state alone. So the tower can read the newest state once an older one stands on chain, and before that nothing (Domain/Towers, TowerSeal).
/// </summary>
/// <param name="Facts">The channel's; its id is their hash.</param>
/// <param name="Window">Δ of the contract, in seconds: how often the tower looks follows from it.</param>
/// <param name="Nonce">Of the newest state.</param>
/// <param name="Sealed">The newest state with both signatures, sealed.</param>
/// <param name="Traps">Of the states that this side signed since it last handed over, at most <see cref="MostTraps"/>.</param>
[GenerateSerializer, Immutable, Alias("tpw.tower-hand-over")]
public sealed record TowerHandOver(ChannelFacts Facts, ulong Window, ulong Nonce, HexBytes Sealed, ImmutableArray<TowerTrap> Traps)
{
    /// <summary>Most traps of one message.</summary>
    public const int MostTraps = 1_000;
}

/// <summary>What one state that the peer could close by opens.</summary>
/// <param name="Hint">Follows from the state's hash, which cannot be told from it.</param>
/// <param name="Key">The channel's tower key, sealed by the state's hash: 48 bytes.</param>
[GenerateSerializer, Immutable, Alias("tpw.tower-trap")]
public readonly record struct TowerTrap(Bytes32 Hint, HexBytes Key);
