using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>A channel in one direction.</summary>
/// <param name="Channel">Its id.</param>
/// <param name="Payer">The side whose balance falls.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-way")]
public readonly record struct ChannelWay(Bytes32 Channel, ChannelSide Payer) : IComparable<ChannelWay>
{
    /// <summary>The other direction.</summary>
    public ChannelWay Back => new(Channel, Payer.Other());

    /// <inheritdoc/>
    public int CompareTo(ChannelWay other)
    {
        var order = Channel.CompareTo(other.Channel);
        return order != 0 ? order : Payer.CompareTo(other.Payer);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Channel}/{Payer}";
}
