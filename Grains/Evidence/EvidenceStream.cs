using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Evidence;

/// <summary>A stream of the journal as a pack carries it.</summary>
public static class EvidenceStream
{
    /// <summary>Characters of JSON that a row takes besides twice its bytes.</summary>
    private const int RowOverhead = 512;

    /// <summary>All rows of one stream, oldest first; null if their JSON would be longer than <paramref name="maxChars"/>.</summary>
    /// <exception cref="StreamUnreadableException">The rows do not prove themselves.</exception>
    public static async Task<EvidenceJournal?> ReadAsync(IJournal journal, StreamName name, long maxChars, CancellationToken cancellationToken)
    {
        var rows = ImmutableArray.CreateBuilder<EvidenceRow>();
        long chars = 0;
        for (var from = 1L; from <= EvidencePack.MaxRows;)
        {
            var page = await journal.ReadAsync(name.Id, from, JournalLimits.MaxPage, cancellationToken);
            if (page.Count == 0) return new(name.Tenant, name.Kind, name.Key, rows.ToImmutable());
            foreach (var row in page)
            {
                chars += RowOverhead + (2L * (row.Payload.Length + row.Fingerprint.Length));
                rows.Add(Row(row));
            }

            if (chars > maxChars) return null;
            from = page[^1].Version + 1;
        }

        return null;
    }

    private static EvidenceRow Row(JournalRow row) => new(
        row.Version,
        row.Type,
        row.Schema,
        HexBytes.From(row.Payload.Span),
        row.CommandId,
        HexBytes.From(row.Fingerprint.Span),
        new(row.AtUnixMs),
        Bytes32.From(row.Hash));
}
