using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Packets;

namespace TPWallet.Grains.Effects.Simulation;

/// <summary>
/// One way in which a packet's legs on one chain may run: all that are wanted, or up to a leg that settled, then the compensations that would answer
/// the failure of the next one, latest first.
/// </summary>
/// <param name="IsWhole">Every wanted leg runs: only then what the packet is to bring has to arrive.</param>
internal sealed record SimulatedPath(IReadOnlyList<(Leg Leg, LegCall Call)> Legs, bool IsWhole)
{
    /// <summary>All ways, the whole one first. There is one more for each leg with a compensation on this chain.</summary>
    public static IEnumerable<SimulatedPath> Of(PacketContent packet, IReadOnlyList<(Leg Leg, LegCall Call)> legs)
    {
        var wanted = legs.Where(leg => leg.Leg.Compensates is null).ToArray();
        if (wanted.Length > 0) yield return new(wanted, IsWhole: true);
        foreach (var undone in packet.Legs.Where(leg => legs.Any(other => other.Leg.Compensates == leg.Id)))
        {
            var later = LegPlan.Later(packet, undone).Select(leg => leg.Id).ToHashSet();
            var settled = wanted.Where(leg => !later.Contains(leg.Leg.Id)).ToArray();
            var undoing = packet.Legs.Reverse()
                .Where(leg => leg == undone || LegPlan.Later(packet, leg).Any(other => other.Id == undone.Id))
                .SelectMany(leg => legs.Where(other => other.Leg.Compensates == leg.Id));
            yield return new([.. settled, .. undoing], IsWhole: false);
        }
    }
}
