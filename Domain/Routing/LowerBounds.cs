namespace TPWallet.Domain.Routing;

/// <summary>
/// What every path from the payer to a node costs, asks in fees and delays at least: three plain searches over the arcs that can carry the amount.
/// </summary>
internal sealed class LowerBounds(ArcTerms terms)
{
    private readonly SearchSide _cost = new();
    private readonly SearchSide _fee = new();
    private readonly SearchSide _delta = new();
    private ChannelGraph _graph = ChannelGraph.Empty;
    private int _payer;

    private delegate ulong Weight(in ChannelArc arc, bool first, ulong price);

    public void Begin(ChannelGraph graph, int payer)
    {
        (_graph, _payer) = (graph, payer);
        Run(_cost, static (in ChannelArc _, bool _, ulong price) => price);
        Run(_fee, (in ChannelArc arc, bool first, ulong _) => first ? 0 : terms.Fee(arc));
        Run(_delta, static (in ChannelArc arc, bool first, ulong _) => first ? 0 : arc.LockDelta);
    }

    public ulong Cost(int node) => _cost.CostOf(node);

    public ulong Fee(int node) => _fee.CostOf(node);

    public ulong Delta(int node) => _delta.CostOf(node);

    private void Run(SearchSide side, Weight weight)
    {
        side.Begin(_graph.NodeCount, _payer);
        while (side.Heap.Count > 0)
        {
            var (cost, node) = side.Heap.Pop();
            // What is that dear is of no use, and a sum of such would overflow.
            if (cost != side.CostOf(node) || cost >= PathFinder.CostCeiling) continue;
            foreach (ref readonly var arc in _graph.ArcsOutOf(node))
            {
                if (cost >= side.CostOf(arc.Node)) continue;
                var price = terms.Price(arc, node == _payer);
                if (price == RouteCost.Never) continue;
                var sum = cost + weight(arc, node == _payer, price);
                if (sum >= side.CostOf(arc.Node)) continue;
                side.Put(arc.Node, sum, arc.Number, node);
                side.Heap.Push(sum, arc.Node);
            }
        }
    }
}
