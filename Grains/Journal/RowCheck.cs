using System.Collections.Concurrent;

namespace TPWallet.Grains.Journal;

/// <summary>A row as it lies in a store.</summary>
/// <param name="Row">The row.</param>
/// <param name="Mac">Its stored MAC.</param>
public readonly record struct StoredRow(JournalRow Row, byte[] Mac);

/// <summary>Decides whether stored rows are believed, and remembers streams that are not.</summary>
public sealed class RowCheck(JournalSeal seal)
{
    private readonly ConcurrentDictionary<StreamId, StreamUnreadableException> _unreadable = new();

    /// <summary>Stops a stream until the process ends.</summary>
    public void Condemn(StreamUnreadableException fault) => _unreadable.TryAdd(fault.Stream, fault);

    /// <summary>Refuses a stream that an audit found wanting.</summary>
    /// <exception cref="StreamUnreadableException">It was condemned.</exception>
    public void ThrowIfCondemned(StreamId stream)
    {
        if (_unreadable.TryGetValue(stream, out var fault)) throw new StreamUnreadableException(stream, fault.Version, fault.Fault);
    }

    /// <summary>
    /// Checks rows of one stream that were read from <paramref name="fromVersion"/> − 1 on and returns those from <paramref name="fromVersion"/> on.
    /// The row before is believed by its MAC; every further one by the chain; the last one's MAC covers all of them.
    /// </summary>
    /// <exception cref="StreamUnreadableException">They do not prove themselves.</exception>
    public IReadOnlyList<JournalRow> Believe(StreamId stream, long fromVersion, IReadOnlyList<StoredRow> stored)
    {
        ReadOnlySpan<byte> previous = [];
        var expected = Math.Max(1, fromVersion - 1);
        var rows = new List<JournalRow>(stored.Count);
        for (var i = 0; i < stored.Count; i++, expected++)
        {
            var (row, mac) = stored[i];
            if (row.Version != expected) throw new StreamUnreadableException(stream, expected, StreamFault.Gap);
            var isBase = expected < fromVersion;
            if (!isBase && !HashChain.Next(row, previous).AsSpan().SequenceEqual(row.Hash))
                throw new StreamUnreadableException(stream, row.Version, StreamFault.HashMismatch);
            if ((isBase || i == stored.Count - 1) && !JournalSeal.Same(seal.Row(row.Hash), mac))
                throw new StreamUnreadableException(stream, row.Version, StreamFault.MacMismatch);
            previous = row.Hash;
            if (!isBase) rows.Add(row);
        }

        return rows;
    }

    /// <summary>Checks one row that was read with its predecessor's hash.</summary>
    /// <exception cref="StreamUnreadableException">It does not prove itself.</exception>
    public JournalRow Believe(StoredRow stored, byte[]? previous) =>
        FaultOf(stored, previous) is { } fault ? throw new StreamUnreadableException(stored.Row.Stream, stored.Row.Version, fault) : stored.Row;

    /// <summary>Checks a snapshot against the row it stands on.</summary>
    /// <param name="stream">Its stream.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="mac">Its stored MAC.</param>
    /// <param name="rowHash">Hash of the row at its version; null when there is none.</param>
    /// <exception cref="StreamUnreadableException">It does not prove itself.</exception>
    public Snapshot Believe(StreamId stream, Snapshot snapshot, byte[] mac, byte[]? rowHash)
    {
        if (!JournalSeal.Same(seal.Snapshot(stream, snapshot), mac))
            throw new StreamUnreadableException(stream, snapshot.Version, StreamFault.MacMismatch);
        if (rowHash is null) throw new StreamUnreadableException(stream, snapshot.Version, StreamFault.TailMissing);
        return rowHash.AsSpan().SequenceEqual(snapshot.HeadHash)
            ? snapshot
            : throw new StreamUnreadableException(stream, snapshot.Version, StreamFault.HashMismatch);
    }

    /// <summary>Checks consecutive batches of one committer with the rows that could be found.</summary>
    /// <param name="before">The batch before the first; null when the first is batch 1.</param>
    /// <param name="batches">Header, its stored MAC, and the rows found, in the order of the keys, null where a row is missing.</param>
    /// <param name="afterN">Number of the batch before the first.</param>
    public AuditReport Audit(BatchHeader? before, IReadOnlyList<AuditedBatch> batches, long afterN)
    {
        var faults = new List<StreamUnreadableException>();
        var previous = before?.Hash ?? [];
        var n = afterN;
        foreach (var batch in batches)
        {
            n++;
            var header = batch.Header;
            var hash = BatchHeader.HashOf(header.Incarnation, header.N, header.Keys, header.Root, header.Previous);
            var chained = header.N == n && header.Previous.AsSpan().SequenceEqual(previous) && hash.AsSpan().SequenceEqual(header.Hash);
            if (!chained || !JournalSeal.Same(seal.Batch(header.Hash), batch.Mac) || !RowsHold(batch, faults))
                return Condemned(new AuditReport((int)(n - afterN), n, faults, n));
            previous = header.Hash;
        }

        return Condemned(new AuditReport(batches.Count, n, faults, null) { Rows = batches.Sum(static batch => batch.Header.Count) });
    }

    private AuditReport Condemned(AuditReport report)
    {
        foreach (var fault in report.Faults) Condemn(fault);
        return report;
    }

    // False when no single row is to blame: every row proves itself, but together they are not what the batch committed.
    private bool RowsHold(AuditedBatch batch, List<StreamUnreadableException> faults)
    {
        var leaves = new byte[batch.Header.Count][];
        var before = faults.Count;
        for (var i = 0; i < leaves.Length; i++)
        {
            var (stream, version) = batch.Header.Key(i);
            if (batch.Rows[i] is not { } found)
            {
                faults.Add(new StreamUnreadableException(stream, version, StreamFault.TailMissing));
                continue;
            }

            if (FaultOf(found.Row, found.Previous) is { } fault) faults.Add(new StreamUnreadableException(stream, version, fault));
            leaves[i] = MerkleTree.LeafHash(found.Row.Row.Hash);
        }

        return faults.Count > before || MerkleTree.Root(leaves).AsSpan().SequenceEqual(batch.Header.Root);
    }

    /// <summary>What is wrong with a row that was read with its predecessor's hash; null for nothing.</summary>
    internal StreamFault? FaultOf(StoredRow stored, byte[]? previous)
    {
        var row = stored.Row;
        if (row.Version > 1 && previous is null) return StreamFault.Gap;
        if (!HashChain.Next(row, previous ?? []).AsSpan().SequenceEqual(row.Hash)) return StreamFault.HashMismatch;
        return JournalSeal.Same(seal.Row(row.Hash), stored.Mac) ? null : StreamFault.MacMismatch;
    }
}

/// <summary>A stored row with its predecessor's stored hash.</summary>
/// <param name="Row">The row.</param>
/// <param name="Previous">Hash of the row before it, or null.</param>
public readonly record struct LinkedRow(StoredRow Row, byte[]? Previous);

/// <summary>A batch with what an audit needs.</summary>
/// <param name="Header">The header.</param>
/// <param name="Mac">Its stored MAC.</param>
/// <param name="Rows">One entry per key; null where the row is gone.</param>
public sealed record AuditedBatch(BatchHeader Header, byte[] Mac, IReadOnlyList<LinkedRow?> Rows);
