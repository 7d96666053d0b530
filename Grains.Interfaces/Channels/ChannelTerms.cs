using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What both parties of a channel hold each other to; the same on both sides.</summary>
/// <param name="LockFloor">Locks below it are trimmed: worth less than their claim on chain (the contract's lock floor of the token).</param>
/// <param name="TrimCap">Most that may be trimmed in one state, of both parties together (the contract's trim cap).</param>
/// <param name="MostLocked">Most that one party may have locked in one state.</param>
/// <param name="LongestLock">Most seconds from the contract's clock to a new lock's expiry: bounds how long a payee can hold a payment.</param>
/// <param name="ShortestLock">Least seconds from the contract's clock to a new lock's expiry: what a claim on chain needs.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-terms")]
public sealed record ChannelTerms(UInt256 LockFloor, UInt256 TrimCap, UInt256 MostLocked, ulong LongestLock, ulong ShortestLock);
