using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>A channel key's signature of an order: 64 bytes, EIP-2098.</summary>
[GenerateSerializer, Immutable, Alias("tpw.order-signature")]
public sealed record OrderSignature(HexBytes Signature);
