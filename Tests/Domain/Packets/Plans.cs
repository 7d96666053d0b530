using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>Packets whose legs hang together.</summary>
internal static class Plans
{
    /// <summary>Transfers "a" then "b", where "undo-a" answers a failure of "b"; with more legs as given.</summary>
    internal static PacketContent Undoable(PacketContent packet, params ReadOnlySpan<Leg> legs) => Undoable(packet, "a", [
        Transfer("a", 5), PacketRun.After(Transfer("b", 1), "a"), .. legs]);

    /// <param name="undo">The leg that has a compensation of 2 wei; null for none beside the given legs.</param>
    internal static PacketContent Undoable(PacketContent packet, string? undo, params ReadOnlySpan<Leg> legs) => packet with
    {
        Legs = undo is null
            ? [Transfer("a", 5), PacketRun.After(Transfer("b", 1), "a"), .. legs]
            : [.. legs, Transfer("undo-" + undo, 2, to: "back") with { Compensates = undo }],
        CompensateBefore = packet.SettleBefore + Span.Hours(24),
    };

    /// <summary>Legs of one group.</summary>
    internal static Leg In(string group, Leg leg) => leg with { Group = group };
}
