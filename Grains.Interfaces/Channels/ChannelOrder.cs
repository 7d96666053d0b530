using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What a channel key signs for the contract beside states. Times are seconds since 1970 by the chain's clock.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(Demand), "close")]
[JsonDerivedType(typeof(Pull), "pull")]
[GenerateSerializer, Immutable, Alias("tpw.channel-order")]
public abstract record ChannelOrder
{
    private ChannelOrder()
    {
    }

    /// <summary>To close by a state (EIP-712 type Close).</summary>
    /// <param name="Expiry">Last second at which it is good.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel-order.demand")]
    public sealed record Demand(ChannelBook Book, ulong Expiry) : ChannelOrder;

    /// <summary>To be paid out, to the address that the mandate names (EIP-712 type Pull).</summary>
    /// <param name="Amount">Base units.</param>
    /// <param name="Pulls">How often the key was paid out in the token: the order is good once.</param>
    /// <param name="Expiry">Last second at which it is good.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel-order.pull")]
    public sealed record Pull(UInt256 Amount, ulong Pulls, ulong Expiry) : ChannelOrder;
}
