using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>The incoming lock that an outgoing one is carried for, both of one account.</summary>
/// <param name="Side">The account's side of the channel that it came by.</param>
/// <param name="Number">Of the peer's lock there.</param>
/// <param name="SharedSecret">What this hop shares with who made the onion: a failure is wrapped with it on its way back (BOLT-4).</param>
[GenerateSerializer, Immutable, Alias("tpw.lock-origin")]
public sealed record LockOrigin(ChannelRef Side, long Number, Bytes32 SharedSecret);
