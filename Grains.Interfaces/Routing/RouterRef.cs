using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Routing;

/// <summary>A network of channels: those of one token in one contract, over which payments go.</summary>
/// <param name="Manager">The contract.</param>
[GenerateSerializer, Immutable, Alias("tpw.router-ref")]
public readonly record struct RouterRef(ChainId Chain, Address Manager, Address Token)
{
    /// <summary>The grain key: chain, contract and token with slashes between.</summary>
    public string Key => $"{Chain}/{Manager}/{Token}";

    /// <summary>Reads a grain key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static RouterRef Parse(string key) => key.Split('/') is [var chain, var manager, var token]
        ? new(ChainId.Parse(chain), Address.Parse(manager), Address.Parse(token))
        : throw new FormatException("Expected chain/contract/token.");

    public override string ToString() => Key;
}
