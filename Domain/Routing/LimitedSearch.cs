namespace TPWallet.Domain.Routing;

/// <summary>
/// The cheapest path within limits on fee, time and hops, and within each channel's room for the amount and time with the fees and deltas of the hops after it. From the
/// payee backwards with labels: a
/// label is dropped for another at its node that is no worse in anything, for then all that it could become the other becomes as well. Lower bounds
/// from the payer of cost, fee and
/// time lead the search and end what cannot meet a limit.
/// </summary>
internal sealed class LimitedSearch(ArcTerms terms)
{
    /// <summary>Labels made in one search; above it the search gives up.</summary>
    public const int MostLabels = 1 << 16;

    private readonly LowerBounds _bounds = new(terms);
    private readonly SearchHeap _heap = new();
    private readonly List<Label> _labels = [];
    private int[] _newest = [];
    private UInt128 _mostAmount;
    private UInt128 _amount;
    private ChannelGraph _graph = ChannelGraph.Empty;
    private RouteRequest? _request;

    /// <summary>The path's cost, and its arcs from the payer on in <paramref name="arcs"/>; or why there is none.</summary>
    public (ulong? Cost, NoRoute Reason) Find(ChannelGraph graph, RouteRequest request, int payer, int payee, List<int> arcs)
    {
        (_graph, _request, _amount) = (graph, request, request.Amount.Narrow());
        _mostAmount = _amount + UInt128.Min(request.MostFee.Narrow(), NarrowAmount.Ceiling);
        _bounds.Begin(graph, payer);
        _heap.Clear();
        _labels.Clear();
        _newest = _newest.Length < graph.NodeCount ? new int[graph.NodeCount] : _newest;
        Array.Fill(_newest, -1);
        Add(new(0, _amount, request.FinalDelta, payee, 0, -1, -1, -1));
        while (_heap.Count > 0)
        {
            var number = _heap.Pop().Item;
            var label = _labels[number];
            if (label.Node == payer)
            {
                arcs.Clear();
                for (var at = label; at.Parent >= 0; at = _labels[at.Parent]) arcs.Add(at.Arc);
                return (label.Cost, default);
            }

            if (label.Hops == Math.Min(request.MostHops, RouteRequest.HopCeiling) || IsDropped(number)) continue;
            foreach (ref readonly var arc in graph.ArcsInto(label.Node)) Extend(arc, label, number, payer);
            if (_labels.Count > MostLabels) return (null, NoRoute.GaveUp);
        }

        return (null, NoRoute.OverLimits);
    }

    private void Extend(in ChannelArc arc, Label label, int number, int payer)
    {
        // Reached by nothing from the payer, or too little room for the fees of the hops after it, or for their time.
        if (_bounds.Cost(arc.Node) == RouteCost.Never || arc.Most < label.Amount || arc.LongestLock < label.Delta) return;
        var first = arc.Node == payer;
        var price = terms.Price(arc, first);
        if (price == RouteCost.Never || label.Amount > terms.Room(arc)) return;
        var amount = first ? label.Amount : label.Amount + arc.FeeOf(label.Amount);
        var delta = first ? label.Delta : label.Delta + arc.LockDelta;
        if (amount > _mostAmount || amount >= NarrowAmount.Ceiling || delta + _bounds.Delta(arc.Node) > _request!.MostDelta) return;
        if (terms.Units(_mostAmount - amount) < _bounds.Fee(arc.Node)) return;
        Add(new(label.Cost + price, amount, delta, arc.Node, label.Hops + 1, arc.Number, number, -1));
    }

    private void Add(Label label)
    {
        for (var at = _newest[label.Node]; at >= 0; at = _labels[at].Before)
            if (_labels[at].IsNoWorseThan(label)) return;
        _labels.Add(label with { Before = _newest[label.Node] });
        _newest[label.Node] = _labels.Count - 1;
        _heap.Push(label.Cost + _bounds.Cost(label.Node), _labels.Count - 1);
    }

    // A later label at the node was better in everything.
    private bool IsDropped(int number)
    {
        for (var at = _newest[_labels[number].Node]; at > number; at = _labels[at].Before)
            if (_labels[at].IsNoWorseThan(_labels[number])) return true;
        return false;
    }

    private readonly record struct Label(ulong Cost, UInt128 Amount, uint Delta, int Node, int Hops, int Arc, int Parent, int Before)
    {
        public bool IsNoWorseThan(in Label other) => Cost <= other.Cost && Amount <= other.Amount && Delta <= other.Delta && Hops <= other.Hops;
    }
}
