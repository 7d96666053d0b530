using System.Numerics;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Routing;

/// <summary>
/// Every path that passes no node twice, one by one: prices, fees, deltas and bounds worked out from the documentation in big integers.
/// </summary>
internal sealed class ReferenceSearch(ChannelGraph graph, Liquidity liquidity, RouteRequest request, ulong second)
{
    private readonly List<ChannelWay> _path = [];
    private BigInteger? _best;

    public BigInteger? LeastCost()
    {
        Visit(request.To, request.Amount, request.FinalDelta, 0);
        return _best;
    }

    public BigInteger Cost(ChannelWay way, UInt256 amount)
    {
        var edge = graph.Find(way.Channel)!;
        var policy = edge.PolicyOf(way.Payer)!;
        BigInteger paid = amount;
        var length = (int)paid.GetBitLength();
        var (down, up) = (Math.Max(length - 40, 0), Math.Max(40 - length, 0));
        var share = (paid >> down) << up;
        var cost = 1 + (share * request.Prices.HopPpm / 1_000_000) + (((share * request.Prices.RiskPpm / 1_000_000) * Improbability(way, edge, amount)) >> 16);
        if (edge.PartyOf(way.Payer) == request.From) return cost + (request.Own.ContainsKey(way.Channel) ? share * request.Disliked.GetValueOrDefault(way.Channel) / 1_000_000 : 0);
        return cost + ((((BigInteger)policy.BaseFee >> down) + ((paid >> down) * policy.FeePpm / 1_000_000)) << up)
            + (share * request.Prices.TimePpm / 1_000_000 * policy.LockDelta / 31_536_000);
    }

    public UInt256 Room(ChannelWay way, ChannelEdge edge) => UInt256.Min(UInt256.Min(edge.PolicyOf(way.Payer)!.Most, edge.Capacity), Bounds(way, edge).High);

    private void Visit(Address node, UInt256 amount, ulong delta, BigInteger cost)
    {
        if (node == request.From)
        {
            if (_path.Count <= request.MostHops && amount - request.Amount <= request.MostFee && (_best is null || cost < _best)) _best = cost;
            return;
        }

        foreach (var edge in graph.ChannelsOf(node).ToArray())
        {
            var way = new ChannelWay(edge.Id, edge.A == node ? ChannelSide.B : ChannelSide.A);
            var (payer, policy) = (edge.PartyOf(way.Payer), edge.PolicyOf(way.Payer));
            if (policy is not { Enabled: true } || request.Without.Contains(way) || request.Avoiding.Contains(payer)) continue;
            if (payer == request.To || _path.Exists(passed => graph.Find(passed.Channel)!.PartyOf(passed.Payer) == payer)) continue;
            // A lock below the least is not taken; the search asks the least of what arrives.
            if (request.Amount < policy.Least || amount > Room(way, edge) || delta > request.MostDelta || delta > policy.LongestLock) continue;
            _path.Add(way);
            var own = payer == request.From;
            Visit(payer, own ? amount : amount + policy.FeeOf(amount), own ? delta : delta + policy.LockDelta, cost + Cost(way, request.Amount));
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private (UInt256 Low, UInt256 High) Bounds(ChannelWay way, ChannelEdge edge)
    {
        if (edge.PartyOf(way.Payer) == request.From && request.Own.TryGetValue(way.Channel, out var spendable))
            return (UInt256.Min(spendable, edge.Capacity), UInt256.Min(spendable, edge.Capacity));
        var bounds = liquidity.Bounds(graph, way, second);
        var held = request.InFlight.GetValueOrDefault(way);
        return bounds.High <= held ? (UInt256.Zero, UInt256.Zero) : (UInt256.Max(bounds.Low, held) - held, bounds.High - held);
    }

    private uint Improbability(ChannelWay way, ChannelEdge edge, UInt256 amount)
    {
        var (low, high) = Bounds(way, edge);
        return amount <= low ? 0 : FixedPoint.Log2(Narrow(high - low) + 1) - FixedPoint.Log2(Narrow(high - amount) + 1);
    }

    private static UInt128 Narrow(UInt256 amount) => (UInt128)(BigInteger)amount;
}
