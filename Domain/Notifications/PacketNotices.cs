using System.Globalization;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Notifications;

/// <summary>What a packet's stream tells: how far it is, and each of its legs.</summary>
internal static class PacketNotices
{
    /// <summary>The stored types that are told.</summary>
    public static ImmutableSortedSet<string> Types { get; } = ImmutableSortedSet.Create(
        StringComparer.Ordinal,
        "drafted", "proposed", "quorum-reached", "approved", "votes-voided", "reserved", "frozen-out", "case-wanted", "leg-progressed", "leg-abandoned", "reopened", "finished");

    /// <summary>The types that receivers see.</summary>
    public static ImmutableArray<string> Said { get; } =
    [
        "packet.drafted", "packet.proposed", "packet.quorum-reached", "packet.approved", "packet.votes-voided", "packet.reserved", "packet.waiting", "packet.held",
        "packet.reopened", .. Enum.GetValues<PacketEnd>().Select(Ended),
        "leg.signed", "leg.accepted-by-node", "leg.mined", "leg.unmined", "leg.final", "leg.reverted", "leg.impossible", "leg.refused", "leg.delivered", "leg.returned",
        "leg.abandoned", "leg.paid", "leg.unpaid", "leg.delayed",
    ];

    public static Notice? Of(NoticeSource source, PacketEvent @event) => @event switch
    {
        PacketEvent.Drafted => Packet(source, "packet.drafted"),
        PacketEvent.Proposed => Packet(source, "packet.proposed"),
        PacketEvent.QuorumReached => Packet(source, "packet.quorum-reached"),
        PacketEvent.Approved => Packet(source, "packet.approved"),
        PacketEvent.VotesVoided e => Packet(source, "packet.votes-voided", e.Reason.Code.ToString()),
        PacketEvent.Reserved => Packet(source, "packet.reserved"),
        PacketEvent.FrozenOut e => Packet(source, "packet.waiting", e.Rejection.Code.ToString()),
        PacketEvent.CaseWanted => Packet(source, "packet.held"),
        PacketEvent.Reopened => Packet(source, "packet.reopened"),
        PacketEvent.Finished e => Packet(source, Ended(e.End), e.Rejection?.Code.ToString()),
        PacketEvent.LegAbandoned e => Leg(source, e.Leg, "leg.abandoned", data => data with { Reason = e.Rejection.Code.ToString() }),
        PacketEvent.LegProgressed e => Progress(source, e.Leg, e.Progress),
        _ => null,
    };

    /// <summary>A nonce that was given, and what a restore found, are no news.</summary>
    private static Notice? Progress(NoticeSource source, Name leg, LegProgress progress) => progress switch
    {
        LegProgress.Signed e => Leg(source, leg, "leg.signed", data => data with { Transaction = e.TxHash.ToString() }),
        LegProgress.AcceptedByNode e => Leg(source, leg, "leg.accepted-by-node", data => data with { Transaction = e.TxHash.ToString() }),
        LegProgress.Mined e => Leg(source, leg, "leg.mined", data => Notices.In(data, e.Inclusion)),
        LegProgress.Unmined e => Leg(
            source, leg, "leg.unmined", data => data with { Transaction = e.TxHash.ToString(), Block = e.LostBlock.ToString() }),
        LegProgress.Final e => Leg(source, leg, "leg.final", data => Notices.In(data, e.Inclusion)),
        LegProgress.Reverted e => Leg(source, leg, "leg.reverted", data => Notices.In(data, e.Inclusion)),
        LegProgress.Impossible e => Leg(source, leg, "leg.impossible", data => Notices.In(data, e.By)),
        LegProgress.Refused e => Leg(source, leg, "leg.refused", data => data with { Reason = e.Rejection.Code.ToString() }),
        LegProgress.Delivered => Leg(source, leg, "leg.delivered", static data => data),
        LegProgress.Paid => Leg(source, leg, "leg.paid", static data => data),
        LegProgress.Unpaid e => Leg(source, leg, "leg.unpaid", data => data with { Reason = e.Failure.ToString() }),
        LegProgress.Delayed e => Leg(source, leg, "leg.delayed", data => data with { Reason = e.Failure.ToString() }),
        LegProgress.Returned e => Leg(source, leg, "leg.returned", data => data with { Reason = e.Rejection.Code.ToString() }),
        _ => null,
    };

    private static string Ended(PacketEnd end) => end switch
    {
        PacketEnd.Settled => "packet.settled",
        PacketEnd.PartiallySettled => "packet.partially-settled",
        PacketEnd.Rejected => "packet.rejected",
        PacketEnd.Expired => "packet.expired",
        PacketEnd.Invalidated => "packet.invalidated",
        PacketEnd.Cancelled => "packet.cancelled",
        PacketEnd.Compensated => "packet.compensated",
        _ => throw new UnreachableException(),
    };

    private static Notice Packet(NoticeSource source, string type, string? reason = null) =>
        source.Tell(type, source.Subject, data => data with { Packet = source.Id, Reason = reason });

    private static Notice Leg(NoticeSource source, Name leg, string type, Func<NotificationData, NotificationData> more) =>
        source.Tell(type, $"{source.Subject}/leg/{leg}", data => more(data with { Packet = source.Id, Leg = leg.ToString() }));
}

/// <summary>What notices of several kinds say alike.</summary>
internal static class Notices
{
    /// <summary>Where a transaction is.</summary>
    public static NotificationData In(NotificationData data, Inclusion? inclusion) => inclusion is null ? data : data with
    {
        Chain = inclusion.Chain.ToString(),
        Transaction = inclusion.TxHash.ToString(),
        Block = inclusion.Block.Hash.ToString(),
        BlockNumber = inclusion.Block.Number.ToString(CultureInfo.InvariantCulture),
        Fee = inclusion.FeePaid.ToString(),
    };
}
