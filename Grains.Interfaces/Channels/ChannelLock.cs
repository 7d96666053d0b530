using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>A conditional payment (HTLC or PTLC) inside a channel's book.</summary>
/// <param name="Offerer">Who pays if the secret comes in time.</param>
/// <param name="Number">Counts the locks that this party ever offered in this channel, from 1.</param>
/// <param name="Amount">Base units, above zero.</param>
/// <param name="Expiry">Last second, by the contract's clock, at which the secret may be registered on chain.</param>
/// <param name="Target">SHA-256 of the secret, or the address of the point with 12 zero bytes before it.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-lock")]
public sealed record ChannelLock(ChannelSide Offerer, long Number, UInt256 Amount, ulong Expiry, LockKind Kind, Bytes32 Target)
{
    /// <summary>Who gets the amount if the secret comes in time.</summary>
    public ChannelSide Payee => Offerer.Other();
}
