using System.Collections.Concurrent;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Notifications;

/// <summary>What an account's listener finds after its position.</summary>
/// <param name="Steps">How far each committer was read.</param>
/// <param name="News">Subjects of the account with rows in between, each once.</param>
public sealed record TailPage(ImmutableArray<JournalStep> Steps, ImmutableArray<WebhookNews> News);

/// <summary>
/// The end of the journal as all listeners of a silo share it: which rows of accounts, packets and cases came after a position. Reads batch headers, which say where rows are,
/// and the names of streams that it has not met; never a row. It reads when somebody asks, so that a silo without listeners reads nothing.
/// </summary>
/// <param name="feed">The journal's database.</param>
public sealed class JournalTail(IJournal journal, IJournalFeed feed, TimeProvider time) : IDisposable
{
    /// <summary>Batches of one committer that one answer goes through.</summary>
    public const int MaxBatches = JournalLimits.MaxPage;

    /// <summary>Batches of one committer that are kept; who is further behind reads the database.</summary>
    private const int MaxKept = 4096;

    /// <summary>Streams whose names are kept.</summary>
    private const int MaxNames = 131_072;

    /// <summary>Listeners that ask together are answered by one look.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<StreamId, TailName> _names = new();
    private readonly Dictionary<int, Kept> _kept = [];
    private IReadOnlyList<BatchHeader> _heads = [];
    private long _lookedAt;
    private bool _looked;

    /// <summary>The newest batch of every committer as of now: where somebody begins who wants nothing of before.</summary>
    public async Task<ImmutableArray<JournalStep>> HeadsAsync(CancellationToken cancellationToken) =>
        [.. (await journal.ReadNewestBatchesAsync(cancellationToken)).Select(head => new JournalStep(head.Committer, 0, head.N))];

    /// <summary>The account's rows after a position; a committer that is not in it is read from its beginning.</summary>
    /// <param name="maxNews">Subjects after which no other batch is begun; the position goes no further than they do.</param>
    public async Task<TailPage> ReadAsync(string owner, IReadOnlyDictionary<int, long> after, int maxNews, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await LookAsync(cancellationToken);
            var (steps, news) = (ImmutableArray.CreateBuilder<JournalStep>(), new Dictionary<string, WebhookNews>(StringComparer.Ordinal));
            foreach (var head in _heads)
            {
                var from = after.GetValueOrDefault(head.Committer);
                if (from >= head.N) continue;
                var to = from;
                foreach (var batch in await BatchesAsync(head, from, cancellationToken))
                {
                    if (!Add(batch, owner, news, maxNews)) break;
                    to = batch.N;
                }

                if (to > from) steps.Add(new(head.Committer, from, to));

                // A stream's rows go from an older committer to a newer one: what comes later is read when all before it is.
                if (to < head.N) break;
            }

            return new(steps.ToImmutable(), [.. news.Values]);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>A batch is taken whole or not at all, but the first is taken in any case.</summary>
    private static bool Add(TailBatch batch, string owner, Dictionary<string, WebhookNews> news, int maxNews)
    {
        var mine = batch.Rows.Where(row => row.Owner == owner).ToArray();
        if (news.Count > 0 && news.Count + mine.Count(row => !news.ContainsKey(row.Subject)) > maxNews) return false;
        foreach (var row in mine)
        {
            // Rows of one stream may be in batches of several committers, which are read one after the other.
            news[row.Subject] = news.TryGetValue(row.Subject, out var known)
                ? known with { From = Math.Min(known.From, row.Version), Through = Math.Max(known.Through, row.Version) }
                : new(row.Subject, row.Version, row.Version);
        }

        return true;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (_looked && time.GetElapsedTime(_lookedAt) < Fresh) return;
        _heads = await journal.ReadNewestBatchesAsync(cancellationToken);
        (_lookedAt, _looked) = (time.GetTimestamp(), true);
    }

    /// <summary>Batches after a number: out of those that are kept, or of the database; the newest are kept.</summary>
    private async Task<IReadOnlyList<TailBatch>> BatchesAsync(BatchHeader head, long from, CancellationToken cancellationToken)
    {
        if (!_kept.TryGetValue(head.Committer, out var kept)) _kept.Add(head.Committer, kept = new());
        if (kept.Covers(from))
        {
            if (kept.Last < head.N) kept.Add(await LoadAsync(head.Committer, kept.Last, cancellationToken), MaxKept);
            return kept.After(from, MaxBatches);
        }

        var loaded = await LoadAsync(head.Committer, from, cancellationToken);
        if (loaded.Count > 0 && (kept.IsEmpty || loaded[^1].N >= head.N)) kept.Begin(from, loaded);
        return loaded;
    }

    private async Task<IReadOnlyList<TailBatch>> LoadAsync(int committer, long from, CancellationToken cancellationToken)
    {
        var headers = await feed.ReadHeadersAsync(committer, from, MaxBatches, cancellationToken);
        var unknown = new HashSet<StreamId>();
        foreach (var header in headers)
            for (var i = 0; i < header.Count; i++)
                if (header.Key(i).Stream is var stream && !_names.ContainsKey(stream)) unknown.Add(stream);
        if (_names.Count + unknown.Count > MaxNames)
        {
            _names.Clear();
            foreach (var header in headers)
                for (var i = 0; i < header.Count; i++) unknown.Add(header.Key(i).Stream);
        }

        foreach (var name in await feed.FindStreamsAsync(unknown, cancellationToken))
            _names[name.Id] = WebhookSubject.Of(name.Kind, name.Key) is { } known ? new(known.Owner, known.Subject) : TailName.Nobody;
        return [.. headers.Select(BatchOf)];
    }

    private TailBatch BatchOf(BatchHeader header)
    {
        var rows = new List<TailRow>();
        for (var i = 0; i < header.Count; i++)
        {
            var (stream, version) = header.Key(i);
            if (!_names.TryGetValue(stream, out var name)) throw new IOException($"Stream {stream} has rows and no name.");
            if (name.Owner.Length > 0) rows.Add(new(name.Owner, name.Subject, version));
        }

        return new(header.N, [.. rows]);
    }

    private readonly record struct TailName(string Owner, string Subject)
    {
        /// <summary>A stream that nobody is told of.</summary>
        public static TailName Nobody { get; } = new("", "");
    }

    private readonly record struct TailRow(string Owner, string Subject, long Version);

    private sealed record TailBatch(long N, TailRow[] Rows);

    /// <summary>One committer's newest batches, without a gap.</summary>
    private sealed class Kept
    {
        private readonly List<TailBatch> _batches = [];
        private long _before;

        public bool IsEmpty => _batches.Count == 0;

        public long Last => _batches.Count == 0 ? _before : _batches[^1].N;

        public bool Covers(long from) => _batches.Count > 0 && from >= _before && from <= Last;

        public void Begin(long before, IReadOnlyList<TailBatch> batches)
        {
            _batches.Clear();
            _before = before;
            _batches.AddRange(batches);
        }

        public void Add(IReadOnlyList<TailBatch> batches, int most)
        {
            _batches.AddRange(batches);
            if (_batches.Count <= most) return;
            var gone = _batches.Count - most;
            _before = _batches[gone - 1].N;
            _batches.RemoveRange(0, gone);
        }

        /// <summary>Numbers have no gap, so a batch's place follows from its number.</summary>
        public List<TailBatch> After(long from, int max)
        {
            var first = (int)(from - _before);
            return _batches.GetRange(first, Math.Min(max, _batches.Count - first));
        }
    }
}
