using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>One of a channel's two parties. A is the one with the lower address (Contracts/channels, Side).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelSide>))]
public enum ChannelSide
{
    A,
    B,
}

/// <summary>Of a party.</summary>
public static class ChannelSides
{
    /// <summary>The other one.</summary>
    public static ChannelSide Other(this ChannelSide side) => side == ChannelSide.A ? ChannelSide.B : ChannelSide.A;
}
