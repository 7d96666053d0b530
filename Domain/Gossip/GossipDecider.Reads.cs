using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>What is said of the state: to other operators, to whoever looks for ways, and to this operator.</summary>
public sealed partial class GossipDecider
{
    /// <summary>What an operator may hear after a number. One that asks for more than there is has seen a journal that was put back: it hears all.</summary>
    public static GossipPage Tell(GossipState state, Name to, long after)
    {
        var entries = ImmutableArray.CreateBuilder<GossipEntry>();
        var last = after < 0 || after > state.Count ? 0 : after;
        foreach (var (number, word) in Later(state, last))
        {
            if (entries.Count >= GossipPage.Most) return new(entries.ToImmutable(), last, false);
            if (MayHear(state, word, to)) entries.Add(new(number, word.Word));
            last = number;
        }

        return new(entries.ToImmutable(), state.Count, true);
    }

    /// <summary>What others told of a network after a number.</summary>
    public static HeardPage ReadHeard(GossipState state, RouterRef network, long after)
    {
        var sides = ImmutableArray.CreateBuilder<HeardSide>();
        var last = after;
        foreach (var (number, word) in Later(state, after))
        {
            if (sides.Count >= HeardPage.Most) return new(sides.ToImmutable(), last, state.Epoch, false, state.Networks.Contains(network));
            if (word.From is not null && word.Content.Network == network) sides.Add(new(word.Content, word.Capacity));
            last = number;
        }

        return new(sides.ToImmutable(), Math.Max(after, state.Count), state.Epoch, true, state.Networks.Contains(network));
    }

    /// <summary>What is to be done with words before anything is asked of a chain.</summary>
    public static ImmutableArray<WordVerdict> Weigh(GossipState state, Name from, ImmutableArray<SignedAnnouncement> words, Stamp stamp) =>
        [.. words.Select(word => GossipRules.IsKnown(state, word) ? new WordVerdict(false, null)
            : GossipRules.Judge(state, from, word, stamp) is { } refusal ? new WordVerdict(false, refusal) : new WordVerdict(true, null))];

    /// <summary>What this operator sees, but for those who were asked.</summary>
    public static GossipView View(GossipState state, ImmutableArray<TellerLine> tellers)
    {
        var own = state.Own.Values.SelectMany(static pair => new[] { pair.A, pair.B }).OfType<OwnSide>().ToArray();
        return new(
            [.. state.Networks.OrderBy(static network => network.Key, StringComparer.Ordinal).Select(network => LineOf(state, network))],
            own.Count(side => state.Find(side.Side.Side) is { Content.IsDisabled: false }),
            [.. own.Where(static side => side.Trouble is not null).Take(GossipView.MostUnsigned).Select(static side => new UnsignedSide(side.Side.Side, side.Trouble!))],
            tellers);
    }

    /// <summary>How many sides are known from each teller.</summary>
    public static ImmutableSortedDictionary<Name, int> SidesOf(GossipState state) => state.Words.Values.Where(static word => word.From is not null)
        .GroupBy(static word => word.From!.Value).ToImmutableSortedDictionary(static group => group.Key, static group => group.Count());

    private static NetworkLine LineOf(GossipState state, RouterRef network)
    {
        var words = state.Words.Values.Where(word => word.From is not null && word.Content.Network == network).ToArray();
        var channels = words.GroupBy(static word => word.Side.Channel).Count(static group => group.Count() == 2);
        return words.Length == 0
            ? new(network, 0, 0, null, null)
            : new(network, channels, words.Length, words.Min(static word => GossipRules.SaidAt(word.Content)), words.Max(static word => GossipRules.SaidAt(word.Content)));
    }

    /// <summary>Not what it told itself.</summary>
    private static bool MayHear(GossipState state, KnownWord word, Name to) =>
        word.From != to && (state.Find(word.Side.Peer) is not null || (state.OwnOf(word.Side) is { } own && own.Opening.Peer == to));

    private static IEnumerable<KeyValuePair<long, KnownWord>> Later(GossipState state, long after) =>
        after >= state.Count ? [] : state.Words.SkipWhile(word => word.Key <= after);
}
