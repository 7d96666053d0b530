using TPWallet.Domain.Routing;

namespace TPWallet.Benchmarks.Routing;

/// <summary>
/// Dinic's algorithm over the actual balances: what could be paid by one who knew them all, fees and limits apart. It stops once an amount is
/// reached.
/// </summary>
public sealed class MaxFlow
{
    private readonly ChannelGraph _graph;
    private readonly Func<int, ulong> _balance;
    private readonly ulong[] _residual;
    private readonly int[] _level;
    private readonly int[] _next;

    /// <summary>Over a graph, with each arc's balance by the arc's number.</summary>
    public MaxFlow(ChannelGraph graph, Func<int, ulong> balance)
    {
        (_graph, _balance) = (graph, balance);
        (_residual, _level, _next) = (new ulong[2 * graph.ChannelNumbers], new int[graph.NodeCount], new int[graph.NodeCount]);
    }

    /// <summary>The flow from one node to another, or something of at least <paramref name="enough"/> if it is that much.</summary>
    public ulong From(int payer, int payee, ulong enough)
    {
        for (var arc = 0; arc < _residual.Length; arc++) _residual[arc] = 0;
        for (var node = 0; node < _graph.NodeCount; node++)
            foreach (var arc in _graph.ArcsOutOf(node)) _residual[arc.Number] = arc.Most > 0 ? _balance(arc.Number) : 0;
        var flow = 0UL;
        while (flow < enough && Level(payer, payee))
        {
            Array.Clear(_next);
            while (flow < enough && Push(payer, payee, enough - flow) is var pushed and > 0) flow += pushed;
        }

        return flow;
    }

    private bool Level(int payer, int payee)
    {
        Array.Fill(_level, -1);
        _level[payer] = 0;
        var queue = new Queue<int>([payer]);
        while (queue.TryDequeue(out var node))
        {
            foreach (ref readonly var arc in _graph.ArcsOutOf(node))
            {
                if (_residual[arc.Number] == 0 || _level[arc.Node] >= 0) continue;
                _level[arc.Node] = _level[node] + 1;
                if (arc.Node == payee) return true;
                queue.Enqueue(arc.Node);
            }
        }

        return false;
    }

    private ulong Push(int node, int payee, ulong most)
    {
        if (node == payee) return most;
        var arcs = _graph.ArcsOutOf(node);
        for (; _next[node] < arcs.Length; _next[node]++)
        {
            var arc = arcs[_next[node]];
            if (_residual[arc.Number] == 0 || _level[arc.Node] != _level[node] + 1) continue;
            var pushed = Push(arc.Node, payee, Math.Min(most, _residual[arc.Number]));
            if (pushed == 0) continue;
            _residual[arc.Number] -= pushed;
            _residual[arc.Number ^ 1] += pushed;
            return pushed;
        }

        return 0;
    }
}
