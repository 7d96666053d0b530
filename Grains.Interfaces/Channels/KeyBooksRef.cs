using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>The books of a channel key: all channels that an account has by it in one contract and token.</summary>
/// <param name="Manager">The contract.</param>
[GenerateSerializer, Immutable, Alias("tpw.key-books-ref")]
public readonly record struct KeyBooksRef(AccountId Account, Name Key, ChainId Chain, Address Manager, Address Token)
{
    /// <summary>Reads a grain key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static KeyBooksRef Parse(string key) => key.Split('/') is [var account, var name, var chain, var manager, var token] && Name.TryParse(name, out var of)
        ? new(AccountId.Parse(account), of, ChainId.Parse(chain), Address.Parse(manager), Address.Parse(token))
        : throw new FormatException("Expected account/key/chain/contract/token.");

    /// <summary>The books that a side's money stands in.</summary>
    public static KeyBooksRef Of(ChannelOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        return new(opening.Account, opening.Key, opening.Facts.Chain, opening.Facts.Manager, opening.Facts.Token);
    }

    /// <summary>The grain key: account, key, chain, contract and token with slashes between.</summary>
    public override string ToString() => $"{Account}/{Key}/{Chain}/{Manager}/{Token}";
}
