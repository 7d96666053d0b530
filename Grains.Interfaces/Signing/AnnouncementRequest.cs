using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// Asks for the signature of what other operators are told of a side. It binds nobody to anything, so that neither a mandate nor a freeze is asked for; a stolen silo could have ways to it
/// refused, or priced out. None is signed for a time that is still to come: it would count then.
/// </summary>
/// <param name="Side">The channel's id, and which party the account's key is.</param>
[GenerateSerializer, Immutable, Alias("tpw.sign-announcement")]
public sealed record SignAnnouncementRequest(AccountId Account, ChannelRef Side, ChannelAnnouncement Content);

/// <summary>A channel key's signature of an announcement: 64 bytes, EIP-2098.</summary>
[GenerateSerializer, Immutable, Alias("tpw.announcement-signature")]
public sealed record AnnouncementSignature(HexBytes Signature);
