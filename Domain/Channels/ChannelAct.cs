using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A call of the contract that this side makes by a packet of its account, under its mandate.</summary>
/// <param name="Number">Counts this side's acts: each has a packet of its own.</param>
/// <param name="Nonce">Of the state that it rests on; of a pull how often was pulled before, of a secret its lock's number, of a withdrawal its order's.</param>
/// <param name="Packet">The packet's id.</param>
/// <param name="OpenBefore">When it must have been signed.</param>
/// <param name="SettleBefore">When it must be on the chain; then it is given up, and another takes its place if it is still of use.</param>
/// <param name="IsProposed">The packet is there.</param>
/// <param name="Trouble">Why the act before it failed, or null.</param>
public sealed record ChannelAct(
    int Number, ChannelActKind Kind, ulong Nonce, Name Packet, Instant OpenBefore, Instant SettleBefore, bool IsProposed, Rejection? Trouble);

/// <summary>Acts of a kind that failed, one after the other.</summary>
/// <param name="Failures">How many.</param>
/// <param name="TryAfter">No other begins earlier; null: one may at once.</param>
public sealed record ActPause(int Failures, Instant? TryAfter);
