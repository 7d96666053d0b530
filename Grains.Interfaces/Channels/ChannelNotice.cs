using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>Messages that have no number.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelNotice>))]
public enum ChannelNotice
{
    /// <summary>That the peer has lost state: <see cref="ChannelMessage.Prove"/>.</summary>
    Proof,

    /// <summary>That this side has: <see cref="ChannelMessage.Lost"/>.</summary>
    Loss,
}
