using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>
/// Which words of others count. In this order: its form (Malformed); a network in which this deployment has a side (NoRule); not said in the future (NotYetOpen), nor too long ago
/// (Expired); newer than what is known of that side (StaleVersion), by enough (LimitWindow); a side that is not here (WrongState); signed by its party (BadSignature); room for it
/// (HardLimit); a contract that shows the channel open (NodeUnavailable where that is not known, NotFound).
/// </summary>
public static class GossipRules
{
    /// <summary>A word counts for two weeks (BOLT-7 has a node prune what is older).</summary>
    public static readonly Span Lasts = Span.Hours(14 * 24);

    /// <summary>Said again before it is too old.</summary>
    public static readonly Span Refresh = Span.Hours(7 * 24);

    /// <summary>How far a teller's clock may run ahead.</summary>
    public static readonly Span Doubt = Span.Seconds(30);

    /// <summary>A side says something new no more often.</summary>
    public static readonly Span LeastPause = Span.Seconds(60);

    /// <summary>Most sides of others that are known.</summary>
    public const int MostSides = 8_192;

    /// <summary>Most of them that one operator told of first.</summary>
    public const int MostSidesOfOne = 4_096;

    /// <summary>Whether this very word is known.</summary>
    public static bool IsKnown(GossipState state, SignedAnnouncement word) => IsWhole(word) && state.Find(SideOf(word))?.Content == word.Content;

    /// <summary>Why a word that is not known does not count, whatever its contract shows; null: it may.</summary>
    public static Rejection? Judge(GossipState state, Name from, SignedAnnouncement word, Stamp stamp)
    {
        if (!IsWhole(word)) return new(RejectionCode.Malformed, "an announcement of a side", "another form");
        var (content, side) = (word.Content, SideOf(word));
        if (!state.Networks.Contains(content.Network)) return new(RejectionCode.NoRule, "a network in which this deployment has a channel", content.Network.Key);
        var said = SaidAt(content);
        if (said > stamp.Latest + Doubt) return new(RejectionCode.NotYetOpen, $"said by {stamp.Latest + Doubt}", $"{said}");
        if (said + Lasts < stamp.Earliest) return new(RejectionCode.Expired, $"said after {stamp.Earliest - Lasts}", $"{said}");
        var known = state.Find(side);
        if (known is not null && known.Content.Second >= content.Second) return new(RejectionCode.StaleVersion, $"a word after second {known.Content.Second}", $"{content.Second}");
        if (known is not null && said < SaidAt(known.Content) + LeastPause)
            return new(RejectionCode.LimitWindow, $"at least {LeastPause.Ms} ms between two words of a side", $"{(said - SaidAt(known.Content)).Ms}");
        if (state.OwnOf(side) is not null) return new(RejectionCode.WrongState, "a side at another operator", $"{side} is here");
        if (!AnnouncementDigest.IsSigned(word)) return new(RejectionCode.BadSignature, $"a signature of {content.Party}", "another");
        return known is null ? JudgeRoom(state, from) : null;
    }

    /// <summary>Why what the contract shows does not bear a word out; null: it does.</summary>
    public static Rejection? Judge(FundingSight? sight) => sight switch
    {
        null => new(RejectionCode.NodeUnavailable, "the channel in a final block", "no node of its chain answers for it"),
        { Stage: ChannelStage.Open, Capacity.IsZero: false } => null,
        _ => new(RejectionCode.NotFound, "a channel that is open in a final block", sight.Stage.ToString()),
    };

    /// <summary>When a word was said.</summary>
    public static Instant SaidAt(ChannelAnnouncement content) => new(checked((long)content.Second * 1000));

    internal static ChannelRef SideOf(SignedAnnouncement word) => new(ChannelDomain.Id(word.Content.Facts), word.Content.Side);

    private static Rejection? JudgeRoom(GossipState state, Name from)
    {
        var (all, own) = (0, 0);
        foreach (var word in state.Words.Values)
        {
            if (word.From is null) continue;
            all++;
            if (word.From == from) own++;
        }

        if (all >= MostSides) return new(RejectionCode.HardLimit, $"at most {MostSides} sides of others", $"{all}");
        return own >= MostSidesOfOne ? new(RejectionCode.HardLimit, $"at most {MostSidesOfOne} sides from one operator", $"{own} from {from}") : null;
    }

    /// <summary>Amounts that a channel can hold, times that are times, keys that are keys.</summary>
    private static bool IsWhole(SignedAnnouncement word)
    {
        var (content, facts) = (word.Content, word.Content.Facts);
        if (!facts.Chain.IsEvm || facts.A.CompareTo(facts.B) >= 0 || !Enum.IsDefined(content.Side)) return false;
        if (content.Second is 0 or > uint.MaxValue || content.ShortestLock > content.LongestLock || content.LongestLock > uint.MaxValue) return false;
        if (content.Least > content.Forwards.Most || content.Forwards.Most > BookRules.MostDeposited || content.LockFloor > BookRules.MostDeposited) return false;
        if (!Secp256k1.IsCompressedPoint(content.OnionKey.Span) || word.Signature.Length != ChannelSignature.Length) return false;
        return content.Forwards.BaseFee <= BookRules.MostDeposited && HopOf(content).IsValid;
    }

    /// <summary>As whoever looks for ways reckons with it.</summary>
    public static HopPolicy HopOf(ChannelAnnouncement content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var forwards = content.Forwards;
        return new(forwards.BaseFee, forwards.FeePpm, forwards.LockDelta, content.Least, forwards.Most) { LongestLock = HopPolicy.LongestOf(content.LongestLock) };
    }
}
