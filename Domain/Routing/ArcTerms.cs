using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>
/// What one request makes of each arc: whether it can carry the amount, its price and its room. Its memory is used again by the next request.
/// </summary>
internal sealed class ArcTerms
{
    private readonly List<Special> _specials = [];

    // For each arc the request and what is special about it there.
    private (int Request, int Special)[] _marks = [];
    private int _request;
    private ChannelGraph _graph = ChannelGraph.Empty;
    private Liquidity _liquidity = Liquidity.Unknown();
    private RouteCost _cost;
    private UInt128 _amount;
    private ulong _second;

    public void Begin(ChannelGraph graph, Liquidity liquidity, RouteRequest request, ulong second)
    {
        (_graph, _liquidity, _second, _amount) = (graph, liquidity.MovedTo(graph), second, request.Amount.Narrow());
        _cost = new(request.Amount, request.Prices);
        if (_marks.Length < 2 * graph.ChannelNumbers) _marks = new (int, int)[2 * graph.ChannelNumbers];
        if (++_request == int.MaxValue)
        {
            Array.Clear(_marks);
            _request = 1;
        }

        _specials.Clear();
        foreach (var (way, held) in request.InFlight) Except(way, new(false, null, held.Narrow()));
        foreach (var (channel, spendable) in request.Own)
        {
            if (graph.Find(channel) is { } edge && (edge.A == request.From || edge.B == request.From))
                Except(
                    new(channel, edge.A == request.From ? ChannelSide.A : ChannelSide.B),
                    new(false, UInt128.Min(spendable.Narrow(), edge.Capacity.Narrow()), 0) { Beside = _cost.Share(request.Disliked.GetValueOrDefault(channel)) });
        }

        foreach (var way in request.Without) Except(way, new(true, null, 0));
        foreach (var node in request.Avoiding)
            if (node != request.From && node != request.To && graph.NodeNumber(node) is { } number) Bar(number);
    }

    /// <summary>The arc's price for the request's amount, or <see cref="RouteCost.Never"/>.</summary>
    public ulong Price(in ChannelArc arc, bool first)
    {
        if (arc.Most < _amount || arc.Least > _amount) return RouteCost.Never;
        if (IsPlain(arc.Number, out var belief))
            return _cost.Sum(arc, first, arc.CapacityLog - FixedPoint.Log2((arc.Capacity - _amount) + 1));
        var (low, high) = Bounds(arc, belief);
        if (_amount > high) return RouteCost.Never;
        if (_amount <= low) return With(_cost.Sum(arc, first, 0), arc);
        return _cost.Sum(arc, first, FixedPoint.Log2((high - low) + 1) - FixedPoint.Log2((high - _amount) + 1));
    }

    /// <summary>Fee alone, in the price's unit, for an arc that has a price.</summary>
    public ulong Fee(in ChannelArc arc) => _cost.Fee(arc);

    /// <summary>At least as many units as these fees are.</summary>
    public UInt128 Units(UInt128 fees) => _cost.Units(fees);

    /// <summary>Most that the arc can carry as far as is known.</summary>
    public UInt128 Room(in ChannelArc arc) => IsPlain(arc.Number, out var belief) ? arc.Most : UInt128.Min(arc.Most, Bounds(arc, belief).High);

    /// <summary>The chance that the arc's payer can offer an amount, with 32 bits of fraction.</summary>
    public ulong Chance(in ChannelArc arc, UInt128 amount)
    {
        var (low, high) = IsPlain(arc.Number, out var belief) ? (0, arc.Capacity) : Bounds(arc, belief);
        if (amount <= low) return 1UL << 32;
        if (amount > high) return 0;
        var (room, span) = ((high - amount) + 1, (high - low) + 1);
        var shift = Math.Max(64 - (int)UInt128.LeadingZeroCount(span), 0);
        return (ulong)(((room >> shift) << 32) / (span >> shift));
    }

    private ulong With(ulong sum, in ChannelArc arc) => sum == RouteCost.Never || _marks[arc.Number].Request != _request
        ? sum
        : Math.Min(sum + _specials[_marks[arc.Number].Special].Beside, RouteCost.MostOfHop);

    private bool IsPlain(int arc, out Belief? belief)
    {
        belief = _liquidity.Find(arc >> 1);
        return belief is null && _marks[arc].Request != _request;
    }

    private (UInt128 Low, UInt128 High) Bounds(in ChannelArc arc, Belief? belief)
    {
        var (low, high) = belief?.Of((ChannelSide)(arc.Number & 1), arc.Capacity, _second, _liquidity.HalfLife) ?? (0, arc.Capacity);
        if (_marks[arc.Number].Request != _request) return (low, high);
        var special = _specials[_marks[arc.Number].Special];
        if (special.Barred) return (0, 0);
        if (special.Own is { } own) return (own, own);
        // Other parts hold so much of it: they came through, or will have shown that it lacked.
        return high <= special.Held ? (0, 0) : (UInt128.Max(low, special.Held) - special.Held, high - special.Held);
    }

    private void Except(ChannelWay way, Special special)
    {
        if (_graph.ChannelNumber(way.Channel) is { } number) Mark((2 * number) + (int)way.Payer, special);
    }

    private void Mark(int arc, Special special)
    {
        _marks[arc] = (_request, _specials.Count);
        _specials.Add(special);
    }

    private void Bar(int node)
    {
        foreach (ref readonly var arc in _graph.ArcsInto(node)) Mark(arc.Number, new(true, null, 0));
        foreach (ref readonly var arc in _graph.ArcsOutOf(node)) Mark(arc.Number, new(true, null, 0));
    }

    private readonly record struct Special(bool Barred, UInt128? Own, UInt128 Held)
    {
        public ulong Beside { get; init; }
    }
}
