namespace TPWallet.Grains.Journal;

/// <summary>Reading all of a journal in order, for its verification; nothing here is believed before it is judged.</summary>
public abstract partial class SqlReader
{
    /// <summary>Rows of all streams in the order of stream and version, after one.</summary>
    internal async Task<IReadOnlyList<StoredRow>> ReadAllAsync(StreamId stream, long version, int max, CancellationToken cancellationToken) =>
        await QueryAsync(
            $"select {RowColumns} from event e where (e.stream, e.version) > (@stream, @version) order by e.stream, e.version limit @max",
            ReadRow, cancellationToken, ("@stream", IdOf(stream.Value)), ("@version", version), ("@max", Page(max))).ConfigureAwait(false);

    /// <summary>What is wrong with a row, given the one that is stored before it in its stream; null for nothing.</summary>
    internal StreamFault? Judge(StoredRow stored, (long Version, byte[] Hash)? previous) =>
        stored.Row.Version != (previous?.Version ?? 0) + 1 ? StreamFault.Gap : check.FaultOf(stored, previous?.Hash);

    /// <summary>The hash of one batch, or null.</summary>
    internal async Task<byte[]?> ReadBatchHashAsync(int committer, long n, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            "select hash from batch where committer = @committer and n = @n",
            static reader => Bytes(reader, 0), cancellationToken, ("@committer", committer), ("@n", n)).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Streams that have rows and no name.</summary>
    internal async Task<long> CountNamelessAsync(CancellationToken cancellationToken) => (await QueryAsync(
        "select count(*) from event e left join stream s on s.stream = e.stream where e.version = 1 and s.stream is null",
        static reader => reader.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Stored ids with the names that are stored for them, in the order of the ids.</summary>
    internal async Task<IReadOnlyList<(StreamId Id, StreamName Name)>> ReadNamesAsync(StreamId after, int max, CancellationToken cancellationToken) =>
        await QueryAsync(
            "select stream, tenant, kind, key from stream where stream > @after order by stream limit @max",
            reader => (new StreamId(ReadId(reader, 0)), new StreamName(reader.GetString(1), reader.GetString(2), reader.GetString(3))),
            cancellationToken, ("@after", IdOf(after.Value)), ("@max", Page(max))).ConfigureAwait(false);

    /// <summary>Snapshots in the order of their streams, each with what is wrong with it.</summary>
    internal async Task<IReadOnlyList<(StreamId Stream, StreamUnreadableException? Fault)>> JudgeSnapshotsAsync(
        StreamId after, int max, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            "select s.stream, s.version, s.code, s.hash, s.state, s.mac, (select e.hash from event e where e.stream = s.stream and e.version = s.version) "
            + "from snapshot s where s.stream > @after order by s.stream limit @max",
            reader => (
                Stream: new StreamId(ReadId(reader, 0)),
                Snapshot: new Snapshot(reader.GetInt64(1), reader.GetString(2), Bytes(reader, 3), Bytes(reader, 4)),
                Mac: Bytes(reader, 5),
                RowHash: reader.IsDBNull(6) ? null : Bytes(reader, 6)),
            cancellationToken, ("@after", IdOf(after.Value)), ("@max", Page(max))).ConfigureAwait(false);
        return [.. found.Select(one => (one.Stream, JudgeSnapshot(one.Stream, one.Snapshot, one.Mac, one.RowHash)))];
    }

    private StreamUnreadableException? JudgeSnapshot(StreamId stream, Snapshot snapshot, byte[] mac, byte[]? rowHash)
    {
        try
        {
            check.Believe(stream, snapshot, mac, rowHash);
            return null;
        }
        catch (StreamUnreadableException fault)
        {
            return fault;
        }
    }
}
