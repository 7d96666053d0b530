using TPWallet.Domain.Channels;
using TPWallet.Domain.Gossip;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>What other operators told, on the map of the channels of which a side is here.</summary>
public sealed partial record NetworkMap
{
    /// <summary>The channels that are known by what other operators told.</summary>
    private ImmutableSortedDictionary<Bytes32, HeardPair> Heard { get; init; } = ImmutableSortedDictionary<Bytes32, HeardPair>.Empty;

    /// <summary>
    /// With all that other operators told. Of a side that is here its own word counts alone; of a channel of which none is, both sides' words are needed, as neither account makes it public
    /// alone, and none of a key that is here, which would know it.
    /// </summary>
    public NetworkMap With(ImmutableArray<HeardSide> heard)
    {
        if (heard.IsEmpty) return this;
        var (parties, keys, pairs, changes) = (Parties.ToBuilder(), OnionKeys.ToBuilder(), ImmutableSortedDictionary.CreateBuilder<Bytes32, HeardPair>(), new List<GraphChange>());
        // A key reads with what it said last; one that is here with what is said here.
        foreach (var side in heard.OrderBy(static side => side.Content.Second))
        {
            var id = ChannelDomain.Id(side.Content.Facts);
            pairs[id] = pairs.GetValueOrDefault(id).With(side);
            if (OnionKeys.ContainsKey(side.Content.Party)) continue;
            keys[side.Content.Party] = side.Content.OnionKey;
            parties.TryAdd(NameOf(side.Content.OnionKey), side.Content.Party);
        }

        foreach (var (id, pair) in pairs)
            if (EdgeOf(id, pair) is { } edge) changes.Add(new GraphChange.Announce(edge));
        return this with { Parties = parties.ToImmutable(), OnionKeys = keys.ToImmutable(), Heard = pairs.ToImmutable(), Graph = Graph.With(changes) };
    }

    private ChannelEdge? EdgeOf(Bytes32 id, HeardPair pair)
    {
        if (Channels.TryGetValue(id, out var own))
            return own.IsOpen ? own.Edge with { FromA = own.A is null ? HopOf(pair.A) : own.Edge.FromA, FromB = own.B is null ? HopOf(pair.B) : own.Edge.FromB } : null;
        if (pair is not { A: { Content: var a } sideA, B: { } sideB } || OnionKeys.ContainsKey(a.Facts.A) || OnionKeys.ContainsKey(a.Facts.B)) return null;
        var (fromA, fromB) = (HopOf(sideA), HopOf(sideB));
        return fromA is null && fromB is null ? null : new(id, a.Facts.A, a.Facts.B, UInt256.Min(sideA.Capacity, sideB.Capacity), fromA, fromB);
    }

    private static HopPolicy? HopOf(HeardSide? side) => side is { Content: { IsDisabled: false } content } ? GossipRules.HopOf(content) : null;

    /// <summary>Of the channels of a node that are known by what others told alone.</summary>
    private IEnumerable<ulong> ShortestHeardAt(Address node) => Heard.IsEmpty ? [] : Graph.ChannelsOf(node)
        .Where(edge => !Channels.ContainsKey(edge.Id) && Heard.ContainsKey(edge.Id)).Select(edge => Heard[edge.Id].A!.Content.ShortestLock);

    /// <summary>What was told of both sides of a channel.</summary>
    private readonly record struct HeardPair(HeardSide? A, HeardSide? B)
    {
        public HeardSide? Of(ChannelSide side) => side == ChannelSide.A ? A : B;

        public HeardPair With(HeardSide side) => side.Content.Side == ChannelSide.A ? this with { A = side } : this with { B = side };
    }
}
