using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Gossip;

/// <summary>
/// What an operator that is asked for words has told so far. One that tells much that is refused is left alone for a while: it costs what it told, and nobody else anything. Not journalled:
/// what it told that was not true is of no use later.
/// </summary>
/// <param name="Next">The number to ask after next.</param>
/// <param name="Words">Words that it told.</param>
/// <param name="Taken">Those that were new and true.</param>
/// <param name="Refused">The others, by the reason.</param>
/// <param name="Last">Why the newest of them was refused.</param>
/// <param name="AskedAt">When it was asked last.</param>
/// <param name="WholeAt">When it was asked for all last.</param>
/// <param name="Trouble">Why it did not answer.</param>
/// <param name="PausedUntil">It is not asked before.</param>
public sealed record TellerStanding(
    long Next, long Words, long Taken, ImmutableSortedDictionary<RejectionCode, long> Refused, Rejection? Last, Instant? AskedAt, Instant? WholeAt, string? Trouble, Instant? PausedUntil)
{
    /// <summary>Most refused words of one answer, which may have several pages, before it is left alone.</summary>
    public const int MostRefused = 16;

    /// <summary>How long it is left alone.</summary>
    public static readonly Span Pause = Span.Seconds(600);

    /// <summary>All is asked for again so often: a word that could not be checked may be true by now.</summary>
    public static readonly Span Whole = Span.Seconds(600);

    /// <summary>It was not asked yet.</summary>
    public static TellerStanding New { get; } = new(0, 0, 0, ImmutableSortedDictionary<RejectionCode, long>.Empty, null, null, null, null, null);

    /// <summary>Whether it is to be asked.</summary>
    /// <param name="every">How often one is asked.</param>
    public bool IsDue(Instant now, Span every) => (AskedAt is not { } at || at + every <= now) && (PausedUntil is not { } until || until <= now);

    /// <summary>It is being asked.</summary>
    public TellerStanding Asked(Instant now) => WholeAt is { } at && now < at + Whole
        ? this with { AskedAt = now }
        : this with { AskedAt = now, WholeAt = now, Next = 0 };

    /// <summary>With what it told.</summary>
    public TellerStanding With(TellingReport report, Instant now)
    {
        ArgumentNullException.ThrowIfNull(report);
        var refused = Refused;
        foreach (var reason in report.Refused) refused = refused.SetItem(reason.Code, refused.GetValueOrDefault(reason.Code) + 1);
        var told = this with
        {
            Next = report.Next,
            Words = Words + report.Words,
            Taken = Taken + report.Taken,
            Refused = refused,
            Last = report.Refused is [.., var last] ? last : Last,
            Trouble = report.Trouble,
        };
        return report.Refused.Length < MostRefused
            ? told
            : told with
            {
                PausedUntil = now + Pause,
                Refused = refused.SetItem(RejectionCode.QuotaExceeded, refused.GetValueOrDefault(RejectionCode.QuotaExceeded) + 1),
                Last = new(RejectionCode.QuotaExceeded, $"fewer than {MostRefused} refused words in one answer", $"{report.Refused.Length}, the last: {told.Last}"),
            };
    }

    /// <summary>What this operator sees of it.</summary>
    /// <param name="sides">Known from it.</param>
    public TellerLine LineOf(Name name, int sides) =>
        new(name, sides, Words, Taken, [.. Refused.Select(static refused => new RefusedCount(refused.Key, refused.Value))], Last, AskedAt, Trouble, PausedUntil);
}
