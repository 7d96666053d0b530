using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>A party's signature of a state: 64 bytes, EIP-2098.</summary>
[GenerateSerializer, Immutable, Alias("tpw.state-signature")]
public sealed record StateSignature(ulong Nonce, HexBytes Signature);
