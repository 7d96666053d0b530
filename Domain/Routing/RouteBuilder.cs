using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>Makes the route that some arcs are, from the payee backwards as fees and deltas add up, and holds it against the request.</summary>
internal static class RouteBuilder
{
    /// <summary>The route; null if it breaks a limit of the request or of a channel.</summary>
    public static Route? Build(ChannelGraph graph, ArcTerms terms, RouteRequest request, List<int> arcs, ulong cost)
    {
        if (arcs.Count > Math.Min(request.MostHops, RouteRequest.HopCeiling)) return null;
        var hops = ImmutableArray.CreateBuilder<RouteHop>(arcs.Count);
        var (amount, delta, chance) = (request.Amount.Narrow(), request.FinalDelta, 1UL << 32);
        for (var i = arcs.Count - 1; i >= 0; i--)
        {
            var (edge, payer) = (graph.ChannelAt(arcs[i] >> 1)!, (ChannelSide)(arcs[i] & 1));
            var arc = ChannelArc.Of(edge, payer, arcs[i] >> 1, 0);
            if (amount < arc.Least || amount > terms.Room(arc) || delta > Math.Min(request.MostDelta, arc.LongestLock)) return null;
            var fee = i == 0 ? UInt128.Zero : arc.FeeOf(amount);
            hops.Add(new(new(edge.Id, payer), edge.PartyOf(payer), edge.PartyOf(payer.Other()), amount.Widen(), delta, fee.Widen()));
            chance = (ulong)(((UInt128)chance * terms.Chance(arc, amount)) >> 32);
            amount += fee;
            if (amount >= NarrowAmount.Ceiling) return null;
            if (i > 0) delta += arc.LockDelta;
        }

        if (amount - request.Amount.Narrow() > request.MostFee.Narrow()) return null;
        hops.Reverse();
        return new(hops.MoveToImmutable(), cost, (uint)((chance * HopPolicy.Millionths) >> 32));
    }
}
