using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>Under which key payers write what an account reads in an onion (BOLT-4).</summary>
/// <param name="PublicKey">A compressed secp256k1 point, 33 bytes. It signs nothing and holds nothing.</param>
[GenerateSerializer, Immutable, Alias("tpw.onion-key")]
public sealed record OnionKeyView(HexBytes PublicKey);
