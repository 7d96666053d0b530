namespace TPWallet.Domain.Notifications;

/// <summary>What a held payment's case tells: that it is, and how it ended. Neither reviewers, their words nor the screening's findings.</summary>
internal static class CaseNotices
{
    /// <summary>The stored types that are told, and what receivers see.</summary>
    public static ImmutableSortedDictionary<string, string> Types { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["case.opened"] = "case.opened",
        ["case.approved"] = "case.approved",
        ["case.rejected"] = "case.rejected",
        ["case.fell-due"] = "case.fell-due",
        ["case.lapsed"] = "case.lapsed",
        ["case.verdict-wanted"] = "verdict.wanted",
        ["case.closed"] = "case.closed",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static Notice Of(NoticeSource source, string type)
    {
        var (packet, number) = source.Id.LastIndexOf('/') is var slash and > 0 ? (source.Id[..slash], source.Id[(slash + 1)..]) : (source.Id, "");
        return source.Tell(Types[type], source.Subject, data => data with { Packet = packet, Case = number });
    }
}
