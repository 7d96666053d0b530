using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>What a snapshot consists of.</summary>
internal sealed record GraphParts(
    ImmutableList<Address> Nodes,
    ImmutableSortedDictionary<Address, int> NodeNumbers,
    ImmutableList<ChannelEdge?> Edges,
    ImmutableSortedDictionary<Bytes32, int> EdgeNumbers,
    ChannelArc[][] Into,
    ChannelArc[][] OutOf);

/// <summary>Makes a snapshot from the one before and a batch of changes.</summary>
internal sealed class GraphBatch(ChannelGraph graph)
{
    private readonly ImmutableList<Address>.Builder _nodes = graph.Nodes.ToBuilder();
    private readonly ImmutableSortedDictionary<Address, int>.Builder _nodeNumbers = graph.NodeNumbers.ToBuilder();
    private readonly ImmutableList<ChannelEdge?>.Builder _edges = graph.Edges.ToBuilder();
    private readonly ImmutableSortedDictionary<Bytes32, int>.Builder _edgeNumbers = graph.EdgeNumbers.ToBuilder();

    // By number: what changed last decides, however often a channel changed in the batch.
    private readonly SortedDictionary<int, ChannelEdge> _touched = [];

    public void Apply(GraphChange change)
    {
        switch (change)
        {
            case GraphChange.Announce { Edge: var edge }:
                Announce(edge);
                break;
            case GraphChange.Update update:
                if (_edgeNumbers.TryGetValue(update.Way.Channel, out var number) && update.Policy.IsValid) Put(number, _edges[number]!.With(update.Way.Payer, update.Policy));
                break;
            case GraphChange.Close close:
                if (!_edgeNumbers.TryGetValue(close.Channel, out var closed)) break;
                _touched[closed] = _edges[closed]!;
                _edges[closed] = null;
                _edgeNumbers.Remove(close.Channel);
                break;
            default:
                throw new UnreachableException($"No change of a graph: {change}");
        }
    }

    public GraphParts Build(ChannelArc[][] into, ChannelArc[][] outOf) => new(
        _nodes.ToImmutable(), _nodeNumbers.ToImmutable(), _edges.ToImmutable(), _edgeNumbers.ToImmutable(),
        Arcs(into, static side => side.Other()), Arcs(outOf, static side => side));

    private void Announce(ChannelEdge edge)
    {
        if (!edge.IsValid) return;
        if (_edgeNumbers.TryGetValue(edge.Id, out var number))
        {
            if (_edges[number]!.A == edge.A && _edges[number]!.B == edge.B) Put(number, edge);
            return;
        }

        NumberOf(edge.A);
        NumberOf(edge.B);
        _edges.Add(edge);
        _edgeNumbers.Add(edge.Id, _edges.Count - 1);
        _touched[_edges.Count - 1] = edge;
    }

    private void Put(int number, ChannelEdge edge)
    {
        _edges[number] = edge;
        _touched[number] = edge;
    }

    private int NumberOf(Address node)
    {
        if (_nodeNumbers.TryGetValue(node, out var number)) return number;
        _nodes.Add(node);
        _nodeNumbers.Add(node, _nodes.Count - 1);
        return _nodes.Count - 1;
    }

    // Each touched channel is one arc each way: among its owner's arcs, which is its payer (outgoing) or its payee (incoming).
    private ChannelArc[][] Arcs(ChannelArc[][] before, Func<ChannelSide, ChannelSide> owner)
    {
        var changed = new SortedDictionary<int, SortedDictionary<int, ChannelArc?>>();
        foreach (var (number, edge) in _touched)
        {
            foreach (var payer in new[] { ChannelSide.A, ChannelSide.B })
            {
                var node = _nodeNumbers[edge.PartyOf(owner(payer))];
                if (!changed.TryGetValue(node, out var arcs)) changed.Add(node, arcs = []);
                arcs[(2 * number) + (int)payer] = _edges[number] is { } open
                    ? ChannelArc.Of(open, payer, number, _nodeNumbers[edge.PartyOf(owner(payer).Other())])
                    : null;
            }
        }

        var after = new ChannelArc[_nodes.Count][];
        before.CopyTo(after, 0);
        Array.Fill(after, [], before.Length, after.Length - before.Length);
        foreach (var (node, arcs) in changed) after[node] = Merge(after[node], arcs);
        return after;
    }

    // Arcs stand in the order of their numbers, whatever the batches were.
    private static ChannelArc[] Merge(ChannelArc[] before, SortedDictionary<int, ChannelArc?> changed)
    {
        var after = new List<ChannelArc>(before.Length + changed.Count);
        after.AddRange(before.Where(arc => !changed.ContainsKey(arc.Number)));
        after.AddRange(changed.Values.OfType<ChannelArc>());
        after.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        return [.. after];
    }
}
