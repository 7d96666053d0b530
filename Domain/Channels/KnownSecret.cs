using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A secret that opens a lock of the peer's in a channel that is being closed.</summary>
/// <param name="Lock">The lock's number.</param>
public sealed record KnownSecret(long Lock, LockKind Kind, Bytes32 Secret);
