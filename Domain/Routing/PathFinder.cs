using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// Finds the route of least <see cref="RouteCost"/> within a request's limits: first without the limits, by two waves from both ends; if that route
/// breaks one, by
/// <see cref="LimitedSearch"/>. It keeps its memory from search to search, and so is used by one caller at a time; the answer depends on the
/// arguments alone.
/// </summary>
public sealed class PathFinder
{
    /// <summary>Above every sum of prices that is of use, and far enough below the end that one more hop does not overflow.</summary>
    internal const ulong CostCeiling = 1UL << 62;

    private readonly ArcTerms _terms = new();
    private readonly SearchSide _fromPayer = new();
    private readonly SearchSide _fromPayee = new();
    private readonly LimitedSearch _limited;
    private readonly List<int> _arcs = [];
    private ChannelGraph _graph = ChannelGraph.Empty;
    private ulong _best;
    private int _meeting;

    /// <summary>With memory of its own.</summary>
    public PathFinder() => _limited = new(_terms);

    /// <summary>The cheapest route, or why there is none.</summary>
    /// <param name="graph">The channels.</param>
    /// <param name="liquidity">What is known of their balances.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="second">Now.</param>
    public RouteAnswer Find(ChannelGraph graph, Liquidity liquidity, RouteRequest request, ulong second)
    {
        if (request.Amount.IsZero || request.Amount.Narrow() == NarrowAmount.Ceiling) return new RouteAnswer.None(NoRoute.AmountOutOfRange);
        if (request.MostHops < 1 || request.MostDelta < request.FinalDelta) return new RouteAnswer.None(NoRoute.LimitsOutOfRange);
        if (graph.NodeNumber(request.From) is not { } payer) return new RouteAnswer.None(NoRoute.UnknownPayer);
        if (graph.NodeNumber(request.To) is not { } payee) return new RouteAnswer.None(NoRoute.UnknownPayee);
        if (payer == payee) return new RouteAnswer.None(NoRoute.SameNode);
        _graph = graph;
        _terms.Begin(graph, liquidity, request, second);
        if (!Meet(payer, payee)) return new RouteAnswer.None(NoRoute.NoPath);
        Collect();
        if (RouteBuilder.Build(graph, _terms, request, _arcs, _best) is { } route) return new RouteAnswer.Found(route);
        var (found, reason) = _limited.Find(graph, request, payer, payee, _arcs);
        return found is { } cost ? new RouteAnswer.Found(RouteBuilder.Build(graph, _terms, request, _arcs, cost)!) : new RouteAnswer.None(reason);
    }

    // Both waves grow until no path through what they have not reached can be cheaper than the best that they have made together.
    private bool Meet(int payer, int payee)
    {
        (_best, _meeting) = (CostCeiling, -1);
        _fromPayer.Begin(_graph.NodeCount, payer);
        _fromPayee.Begin(_graph.NodeCount, payee);
        while (_fromPayer.Heap.Count > 0 && _fromPayee.Heap.Count > 0 && _fromPayer.Heap.Least + _fromPayee.Heap.Least < _best)
        {
            if (_fromPayer.Work <= _fromPayee.Work) Grow(_fromPayer, _fromPayee, payer, backwards: false);
            else Grow(_fromPayee, _fromPayer, payer, backwards: true);
        }

        return _meeting >= 0;
    }

    private void Grow(SearchSide near, SearchSide far, int payer, bool backwards)
    {
        var (cost, node) = near.Heap.Pop();
        if (cost != near.CostOf(node)) return;
        var arcs = backwards ? _graph.ArcsInto(node) : _graph.ArcsOutOf(node);
        var farLeast = far.Heap.Least;
        near.Work += arcs.Length + 1;
        foreach (ref readonly var arc in arcs)
        {
            var known = near.CostOf(arc.Node);
            // What cannot make a cheaper path needs no price: the least hop is one unit.
            if (cost >= known || cost >= _best) continue;
            var price = _terms.Price(arc, (backwards ? arc.Node : node) == payer);
            if (price == RouteCost.Never || cost + price >= known) continue;
            var sum = cost + price;
            var rest = far.CostOf(arc.Node);
            if (rest != RouteCost.Never && sum + rest < _best) (_best, _meeting) = (sum + rest, arc.Node);
            // Through a node that the other wave has not settled the rest costs at least its least; a settled one's path was just looked at.
            if (sum >= _best || farLeast >= _best - sum)
            {
                if (_meeting == arc.Node) near.Put(arc.Node, sum, arc.Number, node);
                continue;
            }

            near.Put(arc.Node, sum, arc.Number, node);
            near.Heap.Push(sum, arc.Node);
        }
    }

    private void Collect()
    {
        _arcs.Clear();
        for (var (arc, from) = _fromPayer.StepTo(_meeting); arc >= 0; (arc, from) = _fromPayer.StepTo(from)) _arcs.Add(arc);
        _arcs.Reverse();
        for (var (arc, to) = _fromPayee.StepTo(_meeting); arc >= 0; (arc, to) = _fromPayee.StepTo(to)) _arcs.Add(arc);
    }
}
