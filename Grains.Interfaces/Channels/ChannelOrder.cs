using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What a channel key signs for the contract beside states. Times are seconds since 1970 by the chain's clock.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(Demand), "close")]
[JsonDerivedType(typeof(Pull), "pull")]
[JsonDerivedType(typeof(Withdrawal), "withdrawal")]
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

    /// <summary>That a party may have withdrawn so much in total from the open channel (EIP-712 type Withdrawal); good with both signatures.</summary>
    /// <param name="Party">Who withdraws.</param>
    /// <param name="Total">All that it will have withdrawn, ever; base units.</param>
    /// <param name="Expiry">Last second at which it is good.</param>
    /// <param name="Book">A state that both signed and that names at least the total: from it on the amount is spent.</param>
    /// <param name="SignatureA">A's of that state.</param>
    /// <param name="SignatureB">B's of that state.</param>
    [GenerateSerializer, Immutable, Alias("tpw.channel-order.withdrawal")]
    public sealed record Withdrawal(ChannelSide Party, UInt256 Total, ulong Expiry, ChannelBook Book, HexBytes SignatureA, HexBytes SignatureB) : ChannelOrder;
}
