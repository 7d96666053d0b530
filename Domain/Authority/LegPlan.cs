using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>
/// How the legs of a packet hang together: order, groups, compensations. One reading for the form check, the packet machine and the simulation.
/// <list type="bullet">
/// <item>A leg starts when all legs that it names have settled.</item>
/// <item>A group of ledger legs is atomic: all legs are debited in one append of the owner, once all that any of them waits for has settled and
/// every payee has said that it can accept.</item>
/// <item>No chain undoes one transaction because another failed, so every other group is all-or-compensate: its legs run one after the other, as they
/// are listed, and each but the last has a compensation. What one EVM transaction does together is one leg, a contract call.</item>
/// <item>A compensation runs when its leg has settled and a later one was released: later in the group, or, outside groups, waiting for it.</item>
/// </list>
/// </summary>
public static class LegPlan
{
    /// <summary>The legs of a group, as they are listed; the leg alone outside groups.</summary>
    public static ImmutableArray<Leg> Together(PacketContent packet, Leg leg) =>
        leg.Group is { } group ? [.. packet.Legs.Where(other => other.Group == group)] : [leg];

    /// <summary>Whether the leg starts together with others, in one append of the owner.</summary>
    public static bool IsAtomic(PacketContent packet, Leg leg) =>
        Together(packet, leg) is { Length: > 1 } legs && legs.All(member => member is Leg.LedgerTransfer);

    /// <summary>What must have settled before the leg starts, the order within its group included.</summary>
    public static ImmutableArray<Name> Before(PacketContent packet, Leg leg)
    {
        var together = Together(packet, leg);
        if (together.Length == 1) return leg.After;
        if (IsAtomic(packet, leg)) return [.. together.SelectMany(member => member.After).Distinct()];
        var at = together.IndexOf(leg);
        return at == 0 ? leg.After : [.. leg.After.Append(together[at - 1].Id).Distinct()];
    }

    /// <summary>The legs whose failure makes what this one did unwanted.</summary>
    public static ImmutableArray<Leg> Later(PacketContent packet, Leg leg)
    {
        var together = Together(packet, leg);
        if (together.Length > 1) return IsAtomic(packet, leg) ? [] : together.RemoveRange(0, together.IndexOf(leg) + 1);
        var later = ImmutableSortedSet<Name>.Empty;

        // Each round reaches one leg further, so there are no more rounds than legs.
        for (var round = 0; round < packet.Legs.Length; round++)
            later = later.Union(packet.Legs.Where(other => Before(packet, other).Any(id => id == leg.Id || later.Contains(id))).Select(other => other.Id));
        return [.. packet.Legs.Where(other => later.Contains(other.Id))];
    }

    /// <summary>The leg that undoes this one, or null.</summary>
    public static Leg? CompensationOf(PacketContent packet, Name leg) => packet.Legs.FirstOrDefault(other => other.Compensates == leg);

    /// <summary>The leg over channels that this one is made instead of, or null.</summary>
    public static Name? InsteadOf(Leg leg) => (leg as Leg.ChainTransfer)?.InsteadOf;

    /// <summary>The leg that is made instead of this one, or null.</summary>
    public static Leg? MadeInstead(PacketContent packet, Name leg) => packet.Legs.FirstOrDefault(other => InsteadOf(other) == leg);

    /// <summary>Until when a leg may be first signed and a signed one is left to be mined.</summary>
    public static Instant Deadline(PacketContent packet, Leg leg) =>
        leg.Compensates is null ? packet.SettleBefore : packet.CompensateBefore ?? packet.SettleBefore;

    internal static Rejection? Check(PacketContent packet) => CheckNames(packet) ?? CheckOrder(packet) ?? CheckGroups(packet) ?? CheckCompensations(packet);

    private static Rejection? CheckNames(PacketContent packet)
    {
        foreach (var leg in packet.Legs)
        {
            if (leg.After.Length > PacketContent.MaxLegs) return new(RejectionCode.TooLarge, $"{PacketContent.MaxLegs} legs before {leg.Id}", "more");
            if (leg.After.FirstOrDefault(name => packet.Legs.All(other => other.Id != name || other.Compensates is not null || InsteadOf(other) is not null)) is { Value: not null } unknown)
                return new(RejectionCode.DependencyUnknown, $"a leg of this packet before {leg.Id}", $"{unknown}");
            if (leg.Finality is { Confirmations: < 1 or > MaxConfirmations } depth)
                return new(RejectionCode.FinalityTooWeak, $"1 to {MaxConfirmations} confirmations of {leg.Id}", $"{depth.Confirmations}");
            if (leg.Replaces is { } old && (old.Leg.Packet.Owner != packet.Ref.Owner || old.Leg.Packet == packet.Ref || !leg.IsOnChain))
                return new(RejectionCode.LegMismatch, $"a chain leg of another packet of this owner that {leg.Id} replaces", $"{old.Leg}");
            if (leg.Replaces is { } once && packet.Legs.Any(other => other.Id != leg.Id && other.Replaces?.Leg == once.Leg))
                return new(RejectionCode.LegMismatch, $"one leg instead of {once.Leg}", "two");
            if (leg is { Finality: not null, IsOnChain: false }) return Bad($"no confirmations of {leg.Id}, which is not on a chain", "some");
        }

        return null;
    }

    private static Rejection? CheckOrder(PacketContent packet)
    {
        var done = ImmutableSortedSet<Name>.Empty;
        var open = packet.Legs;

        // Each round takes what waits for nothing more; a round that takes nothing has found a cycle.
        for (var round = 0; round <= PacketContent.MaxLegs && !open.IsEmpty; round++)
        {
            var ready = open.Where(leg => Before(packet, leg).All(done.Contains)).ToImmutableArray();
            if (ready.IsEmpty) return new(RejectionCode.CyclicLegs, "an order of legs", $"a cycle through {open[0].Id}");
            done = done.Union(ready.Select(leg => leg.Id));
            open = open.RemoveRange(ready);
        }

        return null;
    }

    private static Rejection? CheckGroups(PacketContent packet)
    {
        foreach (var leg in packet.Legs.Where(leg => leg.Group is not null && !IsAtomic(packet, leg)))
        {
            if (!Later(packet, leg).IsEmpty && CompensationOf(packet, leg.Id) is null)
                return new(RejectionCode.CompensationMissing, $"a compensation of {leg.Id}, since group {leg.Group} is not on the ledger alone", "none");
        }

        return null;
    }

    private static Rejection? CheckCompensations(PacketContent packet)
    {
        var compensations = packet.Legs.Where(leg => leg.Compensates is not null).ToArray();
        if (compensations.Length == 0 != packet.CompensateBefore is null) return Invalid("compensate-before with compensations, and only then", "one alone");
        if (packet.CompensateBefore <= packet.SettleBefore) return Invalid($"compensate-before after {packet.SettleBefore}", $"{packet.CompensateBefore}");
        foreach (var leg in compensations)
        {
            if (packet.Legs.FirstOrDefault(other => other.Id == leg.Compensates && other.Compensates is null) is not { } undone)
                return Invalid($"a leg of this packet that {leg.Id} undoes", $"{leg.Compensates}");
            if (compensations.Any(other => other != leg && other.Compensates == leg.Compensates)) return Invalid($"one compensation of {undone.Id}", "another");
            if (!leg.After.IsEmpty || leg.Group is not null) return Invalid($"no order and no group of compensation {leg.Id}", "some");
            if (Later(packet, undone).IsEmpty) return Invalid($"a leg after {undone.Id}, whose failure {leg.Id} would answer", "none");
            if (packet.Allocations.Any(allocation => allocation.Shares.Any(share => share.Leg == leg.Id)))
                return Invalid($"no share of compensation {leg.Id}", "one");
        }

        return null;
    }

    /// <summary>More confirmations than any window of recent blocks holds would never be seen.</summary>
    internal const int MaxConfirmations = 100_000;

    private static Rejection Invalid(string expected, string actual) => new(RejectionCode.CompensationInvalid, expected, actual);

    private static Rejection Bad(string expected, string actual) => new(RejectionCode.Malformed, expected, actual);
}
