using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Towers;

/// <summary>What a tower keeps of one side of a channel for another operator.</summary>
/// <param name="Customer">The operator, by the name that this deployment's configuration gives it.</param>
/// <param name="Side">The side that is guarded.</param>
[GenerateSerializer, Immutable, Alias("tpw.tower-ref")]
public readonly record struct TowerRef(Name Customer, ChannelRef Side)
{
    /// <summary>The grain's key: operator, channel id and side with slashes between.</summary>
    public string Key => $"{Customer}/{Side}";

    public override string ToString() => Key;

    /// <summary>Reads a grain's key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TowerRef Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Name.TryParse(key[..slash], out var customer)
            ? new(customer, ChannelRef.Parse(key[(slash + 1)..]))
            : throw new FormatException($"Not a side that a tower guards: {key}");
    }
}
