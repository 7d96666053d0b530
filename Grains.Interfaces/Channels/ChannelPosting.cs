using System.Text.Json.Serialization;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>Why money moved from one sub-account to another; each kind has its two. Names are stored: append only.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelPosting>))]
public enum ChannelPosting
{
    /// <summary>World to Free: a deposit of this side that both count.</summary>
    Deposited = 1,

    /// <summary>World to Peer: a deposit of the peer that both count.</summary>
    PeerDeposited,

    /// <summary>Free to Peer: paid at once.</summary>
    Paid,

    /// <summary>Peer to Free: received at once.</summary>
    Received,

    /// <summary>Free to Held: a lock was offered.</summary>
    Offered,

    /// <summary>Held to Free: a lock came back.</summary>
    Returned,

    /// <summary>Held to Peer: a lock of the account's own paid.</summary>
    LockPaid,

    /// <summary>Held to Peer: a lock paid that was carried for another channel.</summary>
    CarriedOut,

    /// <summary>Peer to Free: a lock of the peer paid, and went no further.</summary>
    LockReceived,

    /// <summary>Peer to Free: of a lock of the peer that paid, what went on by another channel.</summary>
    CarriedIn,

    /// <summary>Peer to Free: of a lock of the peer that paid, what was kept for carrying it on.</summary>
    Fee,

    /// <summary>Peer to Free: a state holds that this side did not know, or the contract settled by another one than the newest.</summary>
    RestatedIn,

    /// <summary>Free to Peer: likewise.</summary>
    RestatedOut,

    /// <summary>Free to Held: likewise, for locks.</summary>
    RestatedLock,

    /// <summary>Held to Free: likewise, for locks.</summary>
    RestatedUnlock,

    /// <summary>Held to Claims: the contract settled by a state with locks of this side.</summary>
    Claimed,

    /// <summary>Peer to Claims: the contract settled by a state with locks of the peer.</summary>
    PeerClaimed,

    /// <summary>Free to Credit: the contract gave it when it settled.</summary>
    Settled,

    /// <summary>Peer to World: the contract gave it to the peer when it settled.</summary>
    PeerSettled,

    /// <summary>Claims to Credit: the contract gave it when it resolved locks.</summary>
    Resolved,

    /// <summary>Claims to World: the contract gave it to the peer when it resolved locks.</summary>
    PeerResolved,

    /// <summary>Free to Leaving: both signed that it is withdrawn.</summary>
    Leaving,

    /// <summary>Peer to PeerLeaving: likewise, by the peer.</summary>
    PeerLeaving,

    /// <summary>Leaving to Credit: the contract gave it while the channel was open.</summary>
    Withdrawn,

    /// <summary>PeerLeaving to World: the contract gave it to the peer while the channel was open.</summary>
    PeerWithdrawn,

    /// <summary>Leaving to Free: the channel was settled before it was withdrawn, and the contract gives it with the rest.</summary>
    LeavingReturned,

    /// <summary>PeerLeaving to Peer: likewise, of the peer.</summary>
    PeerLeavingReturned,
}
