using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Routing;

/// <summary>A channel in one direction as a search reads it: flat, beside its neighbours in memory.</summary>
/// <param name="Node">The node at the far end: the payer among a node's incoming arcs, the payee among its outgoing ones.</param>
/// <param name="Number">Twice the channel's number, and one more from B to A.</param>
/// <param name="Capacity">The channel's.</param>
/// <param name="Most">Most in one lock; zero where nothing is forwarded.</param>
/// <param name="Least">Least in one lock.</param>
/// <param name="BaseFee">The payer's, for each lock.</param>
/// <param name="FeePpm">The payer's, in millionths.</param>
/// <param name="LockDelta">The payer's, in seconds.</param>
/// <param name="LongestLock">How long a lock may last, in seconds.</param>
/// <param name="CapacityLog">log2(capacity + 1), see <see cref="FixedPoint.Log2"/>: the prior's half of each probability.</param>
public readonly record struct ChannelArc(
    int Node, int Number, UInt128 Capacity, UInt128 Most, UInt128 Least, UInt128 BaseFee, uint FeePpm, uint LockDelta, uint LongestLock, uint CapacityLog)
{
    internal static ChannelArc Of(ChannelEdge edge, ChannelSide payer, int number, int node)
    {
        var capacity = edge.Capacity.Narrow();
        var log = FixedPoint.Log2(capacity + 1);
        var way = (2 * number) + (int)payer;
        return edge.PolicyOf(payer) is { Enabled: true } policy
            ? new(node, way, capacity, UInt128.Min(policy.Most.Narrow(), capacity), policy.Least.Narrow(), policy.BaseFee.Narrow(), policy.FeePpm, policy.LockDelta, policy.LongestLock, log)
            : new(node, way, capacity, 0, 0, 0, 0, 0, 0, log);
    }

    internal UInt128 FeeOf(UInt128 amount) => HopPolicy.FeeOf(BaseFee, FeePpm, amount);
}
