using System.Data.Common;

namespace TPWallet.Grains.Journal;

/// <summary>What readers of the whole journal need, in both stores.</summary>
public abstract partial class SqlReader
{
    /// <summary>Names of one query. Shorter lists are filled up with their last id, so that there is one statement to prepare.</summary>
    private const int NamesAtOnce = 32;

    private static readonly string _namesSql =
        $"select tenant, kind, key from stream where stream in ({string.Join(", ", Enumerable.Range(0, NamesAtOnce).Select(i => $"@s{i}"))})";

    /// <summary>See <see cref="IJournalFeed.ReadHeadersAsync"/>.</summary>
    public async Task<IReadOnlyList<BatchHeader>> ReadHeadersAsync(int committer, long afterN, int max, CancellationToken cancellationToken)
    {
        var headers = await HeadersAsync(committer, afterN, Page(max), cancellationToken).ConfigureAwait(false);
        return [.. headers.Select(header => header.Header)];
    }

    /// <summary>See <see cref="IJournalFeed.FindStreamsAsync"/>.</summary>
    public async Task<IReadOnlyList<StreamName>> FindStreamsAsync(IReadOnlyCollection<StreamId> streams, CancellationToken cancellationToken)
    {
        var found = new List<StreamName>(streams.Count);
        foreach (var some in streams.Chunk(NamesAtOnce))
        {
            var values = new (string, object)[NamesAtOnce];
            for (var i = 0; i < NamesAtOnce; i++) values[i] = ($"@s{i}", IdOf(some[Math.Min(i, some.Length - 1)].Value));
            found.AddRange(await QueryAsync(_namesSql, ReadName, cancellationToken, values).ConfigureAwait(false));
        }

        return found;
    }

    /// <summary>See <see cref="IJournalFeed.ReadWakingAsync"/>.</summary>
    public async Task<IReadOnlyList<StreamName>> ReadWakingAsync(string kind, StreamId after, int max, CancellationToken cancellationToken) => await QueryAsync(
        "select s.tenant, s.kind, s.key from wake w join stream s on s.stream = w.stream "
        + $"where {Alive} and s.kind = @kind and w.stream > @after order by w.stream limit @max",
        ReadName, cancellationToken, ("@kind", kind), ("@after", IdOf(after.Value)), ("@max", Page(max))).ConfigureAwait(false);

    private static StreamName ReadName(DbDataReader reader) => new(reader.GetString(0), reader.GetString(1), reader.GetString(2));
}
