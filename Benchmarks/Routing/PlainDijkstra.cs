using TPWallet.Domain.Routing;

namespace TPWallet.Benchmarks.Routing;

/// <summary>
/// The textbook's search: from the payee backwards over the same arcs until the payer is settled, with a binary heap whose old entries are skipped,
/// and the bare fee as weight. It keeps its arrays.
/// </summary>
public sealed class PlainDijkstra(ChannelGraph graph)
{
    private const ulong Millionths = 1_000_000;

    private readonly ulong[] _cost = new ulong[graph.NodeCount];
    private (ulong Cost, int Node)[] _heap = new (ulong, int)[1024];
    private int _count;

    /// <summary>The least sum of fees; <see cref="ulong.MaxValue"/> without a path.</summary>
    public ulong Find(int payer, int payee, ulong amount)
    {
        Array.Fill(_cost, ulong.MaxValue);
        _count = 0;
        _cost[payee] = 0;
        Push(0, payee);
        while (_count > 0)
        {
            var (cost, node) = Pop();
            if (cost > _cost[node]) continue;
            if (node == payer) return cost;
            foreach (ref readonly var arc in graph.ArcsInto(node))
            {
                if (arc.Most < amount || arc.Least > amount) continue;
                var sum = cost + (ulong)arc.BaseFee + (amount * arc.FeePpm / Millionths);
                if (sum >= _cost[arc.Node]) continue;
                _cost[arc.Node] = sum;
                Push(sum, arc.Node);
            }
        }

        return ulong.MaxValue;
    }

    private void Push(ulong cost, int node)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, 2 * _count);
        var at = _count++;
        for (; at > 0 && _heap[(at - 1) / 2].Cost > cost; at = (at - 1) / 2) _heap[at] = _heap[(at - 1) / 2];
        _heap[at] = (cost, node);
    }

    private (ulong Cost, int Node) Pop()
    {
        var top = _heap[0];
        var last = _heap[--_count];
        var at = 0;
        while ((2 * at) + 1 < _count)
        {
            var child = (2 * at) + 1;
            if (child + 1 < _count && _heap[child + 1].Cost < _heap[child].Cost) child++;
            if (_heap[child].Cost >= last.Cost) break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return top;
    }
}
