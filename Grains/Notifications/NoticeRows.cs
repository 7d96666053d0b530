using System.Text.Json;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Notifications;

/// <summary>A row that is told.</summary>
public sealed record ToldRow(StreamId Stream, long Version, Instant At, Notice Notice);

/// <summary>Reads an account's subjects out of the journal, each row proved, as receivers are told of them.</summary>
public sealed class NoticeRows(IJournal journal)
{
    /// <summary>Rows that one look goes through.</summary>
    public const int MaxRows = 256;

    /// <summary>The told rows of a subject in a range, oldest first, out of at most <see cref="MaxRows"/> rows; and the version after the last row that was looked at.</summary>
    /// <param name="types">Which types; none: all.</param>
    /// <exception cref="StreamUnreadableException">The rows do not prove themselves, or do not read.</exception>
    public async Task<(IReadOnlyList<ToldRow> Told, long Next)> ReadAsync(
        string tenant, string owner, string subject, long from, long through, ImmutableArray<string> types, CancellationToken cancellationToken)
    {
        var (kind, key) = WebhookSubject.StreamOf(owner, subject);
        var stream = StreamId.Of(tenant, kind, key);
        var told = new List<ToldRow>();
        var rows = await journal.ReadAsync(stream, from, (int)Math.Min(through - from + 1, MaxRows), cancellationToken);
        foreach (var row in rows)
            if (NoticeOf(owner, subject, row) is { } notice && Notice.IsWanted(types, notice.Type)) told.Add(new(stream, row.Version, new(row.AtUnixMs), notice));

        // A batch that was read names these rows: they are there, or the journal was put back from a copy that does not have them.
        return (told, rows.Count == 0 ? through + 1 : rows[^1].Version + 1);
    }

    private static Notice? NoticeOf(string owner, string subject, JournalRow row)
    {
        try
        {
            return NoticeReader.Read(new(owner, subject, row.Version), row.Type, row.Payload.Span);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new StreamUnreadableException(row.Stream, row.Version, StreamFault.Undecodable);
        }
    }
}
