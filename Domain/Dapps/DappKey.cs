using System.Globalization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Dapps;

/// <summary>The key of a contract's record: chain, slash, address.</summary>
public static class DappKey
{
    public static string Of(ChainId chain, Address address) => $"{chain}/{address}";

    /// <summary>The incident of a change, by its number. There is no slash in it: it is a part of a path.</summary>
    public static string IncidentOf(string key, int change) => string.Create(CultureInfo.InvariantCulture, $"dapp:{key.Replace('/', ':')}:{change}");

    /// <exception cref="FormatException">It is no such key.</exception>
    public static (ChainId Chain, Address Address) Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? (ChainId.Parse(key[..slash]), Address.Parse(key[(slash + 1)..])) : throw new FormatException("Expected chain/address.");
    }
}
