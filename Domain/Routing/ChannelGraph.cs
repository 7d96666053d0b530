using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// The known channels at one moment: immutable; a batch of changes makes the next snapshot and copies only the nodes it touches. Nodes and channels
/// have numbers, which
/// later snapshots keep and never give to others, so that what was learnt about a channel is found without a search.
/// </summary>
public sealed class ChannelGraph
{
    private readonly ChannelArc[][] _into;
    private readonly ChannelArc[][] _outOf;

    private ChannelGraph(GraphParts parts, object line) => ((Nodes, NodeNumbers, Edges, EdgeNumbers, _into, _outOf), Line) = (parts, line);

    /// <summary>Without channels.</summary>
    public static ChannelGraph Empty { get; } = new(new([], ImmutableSortedDictionary<Address, int>.Empty, [], ImmutableSortedDictionary<Bytes32, int>.Empty, [], []), new());

    /// <summary>Nodes, with those that have no channel left.</summary>
    public int NodeCount => Nodes.Count;

    /// <summary>Open channels.</summary>
    public int ChannelCount => EdgeNumbers.Count;

    /// <summary>Numbers that channels have had: each channel's is below.</summary>
    public int ChannelNumbers => Edges.Count;

    /// <summary>All open channels in the order of their ids.</summary>
    public IEnumerable<ChannelEdge> Channels => EdgeNumbers.Values.Select(number => Edges[number]!);

    /// <summary>The same object for the snapshots that share their numbers.</summary>
    internal object Line { get; }

    internal ImmutableList<Address> Nodes { get; }

    internal ImmutableSortedDictionary<Address, int> NodeNumbers { get; }

    internal ImmutableList<ChannelEdge?> Edges { get; }

    internal ImmutableSortedDictionary<Bytes32, int> EdgeNumbers { get; }

    /// <summary>The next snapshot. Changes count in their order.</summary>
    public ChannelGraph With(IReadOnlyList<GraphChange> changes)
    {
        var batch = new GraphBatch(this);
        foreach (var change in changes) batch.Apply(change);
        return new(batch.Build(_into, _outOf), ReferenceEquals(this, Empty) ? new() : Line);
    }

    /// <summary>
    /// The same channels numbered anew, without the numbers of closed ones. It begins a line of its own; <see cref="Liquidity"/> follows by itself.
    /// </summary>
    public ChannelGraph Compacted() => Empty.With([.. Channels.Select(static edge => new GraphChange.Announce(edge))]);

    /// <summary>A node's number; null where no channel ever named it.</summary>
    public int? NodeNumber(Address node) => node.Value is not null && NodeNumbers.TryGetValue(node, out var number) ? number : null;

    /// <summary>A node by its number.</summary>
    public Address NodeAt(int number) => Nodes[number];

    /// <summary>An open channel; null where there is none.</summary>
    public ChannelEdge? Find(Bytes32 channel) => EdgeNumbers.TryGetValue(channel, out var number) ? Edges[number] : null;

    /// <summary>An open channel's number; null where there is none.</summary>
    public int? ChannelNumber(Bytes32 channel) => EdgeNumbers.TryGetValue(channel, out var number) ? number : null;

    /// <summary>A channel by its number; null once it is closed.</summary>
    public ChannelEdge? ChannelAt(int number) => Edges[number];

    /// <summary>A node's channels.</summary>
    public IEnumerable<ChannelEdge> ChannelsOf(Address node) => NodeNumber(node) is { } number ? _outOf[number].Select(arc => Edges[arc.Number >> 1]!) : [];

    /// <summary>The channels by which a node is paid.</summary>
    public ReadOnlySpan<ChannelArc> ArcsInto(int node) => _into[node];

    /// <summary>The channels by which a node pays.</summary>
    public ReadOnlySpan<ChannelArc> ArcsOutOf(int node) => _outOf[node];

    /// <summary>How all capacities are spread.</summary>
    public CapacityDistribution Capacities() => new(Channels.Select(static edge => edge.Capacity));

    /// <summary>How the capacities of a node's channels are spread.</summary>
    public CapacityDistribution Capacities(Address node) => new(ChannelsOf(node).Select(static edge => edge.Capacity));

    /// <summary>How the nodes' capacities (each node's channels together) are spread; nodes without a channel are left out.</summary>
    public CapacityDistribution CapacitiesOfNodes() => new(_outOf.Where(static arcs => arcs.Length > 0)
        .Select(static arcs => arcs.Aggregate(UInt256.Zero, static (sum, arc) => sum + arc.Capacity.Widen())));

    internal ChannelWay WayOf(int arc) => new(Edges[arc >> 1]!.Id, (ChannelSide)(arc & 1));
}
