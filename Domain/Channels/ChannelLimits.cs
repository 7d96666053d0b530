namespace TPWallet.Domain.Channels;

/// <summary>The named maxima of one channel.</summary>
public static class ChannelLimits
{
    /// <summary>Proposals of one side that the other has neither signed nor refused (design: W).</summary>
    public const int OpenProposals = 16;

    /// <summary>
    /// Refused proposals that the peer could still complete. Beyond them this side proposes nothing until a state is full: an unfriendly peer must not fill the
    /// store.
    /// </summary>
    public const int Burnt = 16;

    /// <summary>Orders of the peer's that were signed for it and that it has not made durable; beyond them its next one waits.</summary>
    public const int UnheardLeaves = 4;

    /// <summary>Updates that wait.</summary>
    public const int Wishes = 1024;

    /// <summary>Messages of the peer whose bytes are remembered.</summary>
    public const int HeardLast = 16;

    /// <summary>Wishes without effect that are remembered for who asks.</summary>
    public const int Refused = 64;

    /// <summary>The latest second of a chain's clock that is believed.</summary>
    public const ulong LatestSecond = 1UL << 48;

    /// <summary>Own locks that have ended and are remembered for who asks.</summary>
    public const int EndedLocks = 64;

    /// <summary>Bytes of what is said with a lock that is given back: an onion failure with some room.</summary>
    public const int LongestReason = 1_024;
}
