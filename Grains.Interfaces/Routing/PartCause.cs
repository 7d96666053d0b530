using Orleans;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>Why a part came back.</summary>
/// <param name="Hop">The hop that was not made, from 0. Without meaning for the payee's refusal and for what cannot be read.</param>
[GenerateSerializer, Immutable, Alias("tpw.part-cause")]
public readonly record struct PartCause(int Hop, HopFailure Reason);
