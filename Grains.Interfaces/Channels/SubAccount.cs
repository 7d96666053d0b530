using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>What a channel's money is to one side. Names are stored: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SubAccount>))]
public enum SubAccount
{
    /// <summary>The chain outside the channel: deposits come from it, and what the contract gives the peer goes to it.</summary>
    World = 1,

    /// <summary>Free of this side.</summary>
    Free,

    /// <summary>In locks that this side offers.</summary>
    Held,

    /// <summary>The peer's: free, and in locks that it offers.</summary>
    Peer,

    /// <summary>In locks of either side that the contract will resolve.</summary>
    Claims,

    /// <summary>Given to this side's key by the contract, which pays it out on the key's order.</summary>
    Credit,

    /// <summary>Withdrawn by this side in the newest state, and not given by the contract yet.</summary>
    Leaving,

    /// <summary>Withdrawn by the peer in the newest state, and not given by the contract yet.</summary>
    PeerLeaving,
}
