using System.Runtime.CompilerServices;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>
/// What a channel key signs for an announcement: EIP-712 under a domain of its own, which no contract has. So it is never the digest of a state or an order of
/// a channel (<see cref="ChannelDomain"/>), of a vote or of a transaction.
/// </summary>
public static class AnnouncementDigest
{
    /// <summary>The domain's name.</summary>
    public const string Name = "TPWallet Channel Announcements";

    /// <summary>The domain's version.</summary>
    public const string Version = "1";

    private const int Fields = 14;

    private static readonly Bytes32 Type = ChannelWords.TypeHash(
        "Announcement(bytes32 channel,address party,uint64 second,bool disabled,uint256 baseFee,uint32 feePpm,uint32 lockDelta,uint256 least,uint256 most,"u8 +
        "uint64 shortestLock,uint64 longestLock,uint256 lockFloor,bytes onionKey)"u8);

    // A channel announces itself again and again.
    private static readonly ConditionalWeakTable<ChannelFacts, byte[]> Separators = [];

    /// <summary>The digest of an announcement.</summary>
    public static Bytes32 Of(ChannelAnnouncement announcement)
    {
        ArgumentNullException.ThrowIfNull(announcement);
        Span<byte> buffer = stackalloc byte[Fields * ChannelWords.Size];
        var words = new ChannelWords(buffer);
        words.Add(Type);
        words.Add(ChannelDomain.Id(announcement.Facts));
        words.Add(announcement.Party);
        words.Add(announcement.Second);
        words.Add(announcement.IsDisabled ? UInt256.One : UInt256.Zero);
        words.Add(announcement.Forwards.BaseFee);
        words.Add(announcement.Forwards.FeePpm);
        words.Add(announcement.Forwards.LockDelta);
        words.Add(announcement.Least);
        words.Add(announcement.Forwards.Most);
        words.Add(announcement.ShortestLock);
        words.Add(announcement.LongestLock);
        words.Add(announcement.LockFloor);
        words.Add(Bytes32.From(Keccak256.Hash(announcement.OnionKey.Span)));
        return words.Digest(Separators.GetValue(announcement.Facts, SeparatorOf));
    }

    /// <summary>Whether the party whose word it is signed it.</summary>
    public static bool IsSigned(SignedAnnouncement word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return ChannelSignature.IsBy(word.Content.Party, Of(word.Content), word.Signature);
    }

    /// <summary>The EIP-712 domain separator for the channels of a contract; the contract's own is <see cref="ChannelDomain.Separator"/>.</summary>
    public static byte[] SeparatorOf(ChannelFacts facts) => Eip712.DomainSeparator(new TypedDataDomain(Name, Version, facts.Chain.EvmNumber, facts.Manager.ToArray()));
}
