using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>One side of a channel: the key of its grain. Both sides may be in one deployment.</summary>
/// <param name="Channel">The channel's id (<see cref="CoinParties.Id"/>).</param>
/// <param name="Us">Which side.</param>
[GenerateSerializer, Immutable, Alias("tpw.coin-channel-ref")]
public readonly record struct CoinChannelRef(Bytes32 Channel, CoinSide Us)
{
    /// <summary>The other side.</summary>
    public CoinChannelRef Peer => this with { Us = Us.Other() };

    /// <summary>The grain's key, id and side with a slash between.</summary>
    public override string ToString() => $"{Channel}/{Us}";

    /// <summary>Reads a grain's key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static CoinChannelRef Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Enum.TryParse<CoinSide>(key[(slash + 1)..], out var side) && Enum.IsDefined(side) && key[(slash + 1)..] == side.ToString()
            ? new(Bytes32.Parse(key[..slash]), side)
            : throw new FormatException($"Not one side of a channel: {key}");
    }
}
