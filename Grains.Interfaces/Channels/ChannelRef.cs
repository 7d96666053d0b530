using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>One side of a channel: the key of its grain. Both sides may be in one deployment.</summary>
/// <param name="Channel">The channel's id.</param>
/// <param name="Us">Which side.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-ref")]
public readonly record struct ChannelRef(Bytes32 Channel, ChannelSide Us)
{
    /// <summary>The other side.</summary>
    public ChannelRef Peer => this with { Us = Us.Other() };

    /// <summary>The grain's key, id and side with a slash between.</summary>
    public override string ToString() => $"{Channel}/{Us}";

    /// <summary>Reads a grain's key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ChannelRef Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Enum.TryParse<ChannelSide>(key[(slash + 1)..], out var side) && Enum.IsDefined(side)
            ? new(Bytes32.Parse(key[..slash]), side)
            : throw new FormatException($"Not one side of a channel: {key}");
    }
}
