using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.CoinChannels;

/// <summary>The named maxima of one channel.</summary>
public static class CoinLimits
{
    /// <summary>Updates of one round.</summary>
    public const int Updates = 32;

    /// <summary>Updates that wait.</summary>
    public const int Wishes = 1_024;

    /// <summary>
    /// HTLCs of both parties that one channel ever carries: each is remembered while the channel lives, for the penalty. After them it still pays without HTLCs.
    /// </summary>
    public const int HtlcsEver = 10_000;

    /// <summary>Messages of the peer whose bytes are remembered.</summary>
    public const int HeardLast = 16;

    /// <summary>Wishes without effect that are remembered for who asks.</summary>
    public const int Refused = 64;

    /// <summary>Outputs not worth their fee that are remembered.</summary>
    public const int Forgone = 2_048;

    /// <summary>Longest funding transaction that is kept, to be sent: more than any that nodes relay needs for some hundred inputs.</summary>
    public const int FundingBytes = 20_000;

    /// <summary>Blocks without the funding after which the accepter forgets the channel (BOLT-2).</summary>
    public const uint FundingBlocks = 2_016;

    /// <summary>The peer's questions are taken no faster than one in so long: each is two rows of the journal.</summary>
    public static readonly Span QuestionPause = Span.Seconds(10);

    /// <summary>Heights from here on are instants (BIP-65).</summary>
    public const uint HeightBound = 500_000_000;
}
