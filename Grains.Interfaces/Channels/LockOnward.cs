using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>Where a lock of the peer's goes on to, as it was decided once.</summary>
/// <param name="Next">The account's side of the next channel.</param>
/// <param name="Amount">Of the lock there; base units.</param>
/// <param name="Expiry">Of the lock there; seconds since 1970.</param>
/// <param name="Onion">What the peer there peels.</param>
/// <param name="SharedSecret">What this hop shares with who made the onion: a failure is wrapped with it on its way back (BOLT-4).</param>
[GenerateSerializer, Immutable, Alias("tpw.lock-onward")]
public sealed record LockOnward(ChannelRef Next, UInt256 Amount, ulong Expiry, HexBytes Onion, Bytes32 SharedSecret);
