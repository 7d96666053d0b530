using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.CoinChannels;

/// <summary>One of the two parties of a channel on a chain of the Bitcoin family.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CoinSide>))]
public enum CoinSide
{
    /// <summary>Who funds the channel, and pays the fees of its commitment transactions.</summary>
    Opener,

    /// <summary>The other one.</summary>
    Accepter,
}

/// <summary>Of a party.</summary>
public static class CoinSides
{
    /// <summary>The other one.</summary>
    public static CoinSide Other(this CoinSide side) => side == CoinSide.Opener ? CoinSide.Accepter : CoinSide.Opener;
}
