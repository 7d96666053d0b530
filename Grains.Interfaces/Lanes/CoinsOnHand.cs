using Orleans;

namespace TPWallet.Grains.Interfaces.Lanes;

/// <summary>What a lane of coins could give to a leg now.</summary>
/// <param name="Reserved">What it holds for the leg already; null: nothing, and then coins are chosen of the others.</param>
/// <param name="Change">Own change that is not final, each enough by itself.</param>
[GenerateSerializer, Immutable, Alias("tpw.coins-on-hand")]
public sealed record CoinsOnHand(CoinSpend? Reserved, ImmutableArray<CoinInput> Final, ImmutableArray<ChangeOnHand> Change);

/// <summary>An own change that is not final, with what its unconfirmed ancestors pay and weigh.</summary>
[GenerateSerializer, Immutable, Alias("tpw.change-on-hand")]
public sealed record ChangeOnHand(CoinInput Coin, long AncestorsFeeSat, long AncestorsVirtualBytes);
