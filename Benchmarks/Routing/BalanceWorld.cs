using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Routing;

/// <summary>
/// The network as it is: locks move balances, a node without enough fails the lock, and one that is not paid as its policy asks refuses.
/// </summary>
public sealed class BalanceWorld(GeneratedNetwork network)
{
    private readonly ulong[] _balances = [.. network.BalanceOfA.SelectMany((ofA, number) => new[] { ofA, network.Graph.ChannelAt(number)!.Capacity.Low - ofA })];

    /// <summary>What an arc's payer has.</summary>
    public ulong BalanceOf(int arc) => _balances[arc];

    /// <summary>What a node has in each of its channels.</summary>
    public ImmutableSortedDictionary<Bytes32, UInt256> Own(Address node) => network.Graph.ChannelsOf(node)
        .ToImmutableSortedDictionary(static edge => edge.Id, edge => (UInt256)_balances[ArcOf(new(edge.Id, edge.A == node ? ChannelSide.A : ChannelSide.B))]);

    /// <summary>Locks a route's amounts; null if all hops have them, else the failure, with nothing locked.</summary>
    public PartOutcome.Failed? Lock(Route route)
    {
        for (var i = 0; i < route.Hops.Length; i++)
        {
            if (Refusal(route, i) is not { } reason)
            {
                _balances[ArcOf(route.Hops[i].Way)] -= route.Hops[i].Amount.Low;
                continue;
            }

            for (var back = 0; back < i; back++) Return(route.Hops[back]);
            return new(i, reason);
        }

        return null;
    }

    /// <summary>Gives a locked route's amounts back.</summary>
    public void Unlock(Route route)
    {
        foreach (var hop in route.Hops) Return(hop);
    }

    private HopFailure? Refusal(Route route, int index)
    {
        var hop = route.Hops[index];
        var policy = network.Graph.Find(hop.Way.Channel)!.PolicyOf(hop.Way.Payer);
        if (policy is not { Enabled: true } || hop.Amount < policy.Least || hop.Amount > policy.Most) return HopFailure.UnknownNode;
        if (_balances[ArcOf(hop.Way)] < hop.Amount.Low) return HopFailure.TemporaryLack;
        if (index == 0) return null;
        var before = route.Hops[index - 1];
        if (before.Amount - hop.Amount < policy.FeeOf(hop.Amount)) return HopFailure.FeeTooLow;
        return before.Delta - hop.Delta < policy.LockDelta ? HopFailure.ExpiryTooSoon : null;
    }

    private void Return(RouteHop hop) => _balances[ArcOf(hop.Way)] += hop.Amount.Low;

    private int ArcOf(ChannelWay way) => (2 * network.Graph.ChannelNumber(way.Channel)!.Value) + (int)way.Payer;
}
