namespace TPWallet.Grains.Journal.Verification;

/// <summary>
/// Checks a whole journal from its first row to its last, in pages, while it may be written: every batch of every committer (chain, MAC, Merkle root, each row there), every
/// stream (versions without a gap, hash chain, MAC, each row in the batch that it names), names, and snapshots. What is appended after the start is left to
/// the next time. A tail that is missing altogether shows only against heads that were kept elsewhere.
/// </summary>
/// <param name="reader">Reads the store.</param>
/// <param name="progress">Told of each page: what is done, and how much.</param>
public sealed class JournalVerifier(SqlReader reader, Action<string, long> progress)
{
    /// <summary>Batches of one page: each has at most <see cref="JournalLimits.MaxRowsPerAppend"/> rows.</summary>
    private const int BatchesPerPage = 16;

    private readonly List<string> _faults = [];
    private readonly SortedDictionary<int, long> _newest = [];
    private readonly SortedDictionary<int, long> _listed = [];
    private readonly SortedDictionary<int, long> _found = [];
    private long _faultCount;

    /// <summary>Walks everything once. Fails as the store does.</summary>
    /// <param name="kept">Heads that were kept elsewhere: each must be in this journal.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<JournalVerdict> RunAsync(IReadOnlyList<CommitterHead> kept, CancellationToken cancellationToken)
    {
        var heads = await reader.ReadNewestBatchesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var head in heads) _newest[head.Committer] = head.N;
        await HoldAgainstAsync(kept, heads, cancellationToken).ConfigureAwait(false);
        var batches = 0L;
        foreach (var head in heads) batches += await WalkBatchesAsync(head, batches, cancellationToken).ConfigureAwait(false);
        var (streams, events) = await WalkStreamsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (committer, listed) in _listed)
        {
            var found = _found.GetValueOrDefault(committer);
            if (found > listed) Fault($"committer {committer}: {found - listed} rows that none of its batches lists");
        }

        await WalkNamesAsync(cancellationToken).ConfigureAwait(false);
        var snapshots = await WalkSnapshotsAsync(cancellationToken).ConfigureAwait(false);
        return new(
            heads.Count, batches, _listed.Values.Sum(), streams, events, snapshots,
            [.. heads.Select(head => new CommitterHead(head.Committer, head.Incarnation, head.N, head.Hash))], _faults, _faultCount);
    }

    private async Task HoldAgainstAsync(IReadOnlyList<CommitterHead> kept, IReadOnlyList<BatchHeader> heads, CancellationToken cancellationToken)
    {
        foreach (var head in kept)
        {
            var known = heads.FirstOrDefault(batch => batch.Incarnation == head.Incarnation);
            if (known is null || known.N < head.N)
            {
                var has = known is null ? "nothing of it" : $"{known.N}";
                Fault($"committer {head.Committer} ({head.Incarnation}): batch {head.N} was there when the heads were kept, this journal has {has}: its tail is lost");
                continue;
            }

            if (await reader.ReadBatchHashAsync(known.Committer, head.N, cancellationToken).ConfigureAwait(false) is { } hash && !hash.AsSpan().SequenceEqual(head.Hash))
                Fault($"committer {known.Committer}: batch {head.N} is another one than when the heads were kept");
        }
    }

    private async Task<long> WalkBatchesAsync(BatchHeader head, long before, CancellationToken cancellationToken)
    {
        var (done, listed) = (0L, 0L);
        while (done < head.N)
        {
            var report = await reader.AuditAsync(
                head.Committer, done, (int)Math.Min(BatchesPerPage, head.N - done), cancellationToken).ConfigureAwait(false);
            foreach (var fault in report.Faults) Fault($"committer {head.Committer}: {fault.Message}");
            listed += report.Rows;
            if (report.BrokenAtN is { } broken)
            {
                Fault($"committer {head.Committer}: batch {broken} is not what was committed, or not in its place; nothing after it is proved");
                _listed.Remove(head.Committer);
                return done + report.Batches;
            }

            if (report.Batches == 0)
            {
                Fault($"committer {head.Committer}: batch {done + 1} is missing");
                return done;
            }

            done += report.Batches;
            _listed[head.Committer] = listed;
            progress("batches", before + done);
        }

        return done;
    }

    private async Task<(long Streams, long Events)> WalkStreamsAsync(CancellationToken cancellationToken)
    {
        var (streams, events) = (0L, 0L);
        (StreamId Stream, long Version, byte[] Hash)? last = null;
        var bad = default(StreamId?);
        while (true)
        {
            var page = await reader.ReadAllAsync(
                last?.Stream ?? default, last?.Version ?? 0, JournalLimits.MaxPage, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0) return (streams, events);
            foreach (var stored in page)
            {
                var row = stored.Row;
                var isFirst = last?.Stream != row.Stream;
                if (isFirst) streams++;
                events++;
                if (row.Batch <= _newest.GetValueOrDefault(row.Committer)) _found[row.Committer] = _found.GetValueOrDefault(row.Committer) + 1;

                // One fault per stream: what follows a wrong row cannot be right.
                if (bad != row.Stream && reader.Judge(stored, isFirst ? null : (last!.Value.Version, last.Value.Hash)) is { } fault)
                {
                    bad = row.Stream;
                    Fault(new StreamUnreadableException(row.Stream, row.Version, fault).Message);
                }

                last = (row.Stream, row.Version, row.Hash);
            }

            progress("events", events);
        }
    }

    private async Task WalkNamesAsync(CancellationToken cancellationToken)
    {
        var nameless = await reader.CountNamelessAsync(cancellationToken).ConfigureAwait(false);
        if (nameless > 0) Fault($"{nameless} streams without a name");
        StreamId after = default;
        while (true)
        {
            var page = await reader.ReadNamesAsync(after, JournalLimits.MaxPage, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0) return;
            foreach (var (id, name) in page)
                if (name.Id != id) Fault($"stream {id} is named {name}, which is the name of {name.Id}");
            after = page[^1].Id;
        }
    }

    private async Task<long> WalkSnapshotsAsync(CancellationToken cancellationToken)
    {
        var (count, after) = (0L, default(StreamId));
        while (true)
        {
            var page = await reader.JudgeSnapshotsAsync(after, 64, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0) return count;
            foreach (var (_, fault) in page)
                if (fault is not null) Fault($"snapshot: {fault.Message}");
            count += page.Count;
            after = page[^1].Stream;
            progress("snapshots", count);
        }
    }

    private void Fault(string what)
    {
        if (_faultCount++ < JournalVerdict.MaxFaults) _faults.Add(what);
    }
}
