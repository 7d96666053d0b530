using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What the contract's registry says of a secret at a final block.</summary>
/// <param name="Second">When it was registered; 0: it was not.</param>
/// <param name="Secret">Null where it was not, or its event has not been found yet.</param>
[GenerateSerializer, Immutable, Alias("tpw.registry-sight")]
public sealed record RegistrySight(LockKind Kind, Bytes32 Target, ulong Second, Bytes32? Secret);
