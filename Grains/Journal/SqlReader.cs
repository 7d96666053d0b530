using System.Data.Common;

namespace TPWallet.Grains.Journal;

/// <summary>
/// The reading half of both SQL stores: the same queries, checked the same way. A store says how it opens a connection and how it writes a stream id.
/// </summary>
public abstract partial class SqlReader(RowCheck check)
{
    /// <summary>Postpones a wake: stream, due as read, next due, whether the grain was awake, whether it is given up.</summary>
    internal const string PostponeSql = "update wake set due_at = $3, attempts = attempts + 1, failures = case when $4 then 0 else failures + 1 end, "
        + "dead = $5 where stream = $1 and due_at = $2";

    private const string RowColumns =
        "e.stream, e.version, e.type, e.schema, e.payload, e.command, e.fingerprint, e.at, e.hash, e.committer, e.batch, e.mac";

    /// <summary>Columns of a row, then the hash of its predecessor.</summary>
    protected const string LinkedColumns =
        RowColumns + ", (select p.hash from event p where p.stream = e.stream and p.version = e.version - 1)";

    private const string BatchColumns = "b.committer, c.incarnation, b.n, b.keys, b.root, b.prev, b.hash, b.mac";

    /// <summary>Opens a connection for one read; the caller disposes it.</summary>
    protected abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The stored form of an id.</summary>
    protected abstract object IdOf(Guid id);

    /// <summary>Reads a stored id.</summary>
    protected abstract Guid ReadId(DbDataReader reader, int column);

    /// <summary>The rows that a batch names, in its order; null where one is missing.</summary>
    protected abstract Task<IReadOnlyList<LinkedRow?>> RowsOfAsync(DbConnection connection, BatchHeader batch, CancellationToken cancellationToken);

    /// <summary>See <see cref="IJournal.ReadAsync"/>.</summary>
    public async Task<IReadOnlyList<JournalRow>> ReadAsync(StreamId stream, long fromVersion, int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromVersion, 1);
        check.ThrowIfCondemned(stream);
        var limit = Page(max) + (fromVersion > 1 ? 1 : 0);
        var stored = await QueryAsync(
            $"select {RowColumns} from event e where e.stream = @stream and e.version >= @first order by e.version limit @max",
            reader => ReadRow(reader), cancellationToken,
            ("@stream", IdOf(stream.Value)), ("@first", Math.Max(1, fromVersion - 1)), ("@max", limit)).ConfigureAwait(false);
        // Nothing at and after the version: there is nothing to believe yet.
        return stored.Count == 0 || stored[^1].Row.Version < fromVersion ? [] : check.Believe(stream, fromVersion, stored);
    }

    /// <summary>See <see cref="IJournal.ReadHeadAsync"/>.</summary>
    public async Task<StreamHead> ReadHeadAsync(StreamId stream, CancellationToken cancellationToken)
    {
        check.ThrowIfCondemned(stream);
        var last = await QueryAsync(
            $"select {LinkedColumns} from event e where e.stream = @stream order by e.version desc limit 1",
            ReadLinked, cancellationToken, ("@stream", IdOf(stream.Value))).ConfigureAwait(false);
        if (last.Count == 0) return StreamHead.Empty;
        var row = check.Believe(last[0].Row, last[0].Previous);
        return new StreamHead(row.Version, row.Hash);
    }

    /// <summary>See <see cref="IJournal.FindCommandAsync"/>.</summary>
    public async Task<JournalRow?> FindCommandAsync(StreamId stream, Guid commandId, CancellationToken cancellationToken)
    {
        check.ThrowIfCondemned(stream);
        var found = await QueryAsync(
            $"select {LinkedColumns} from event e where e.stream = @stream and e.command = @command",
            ReadLinked, cancellationToken, ("@stream", IdOf(stream.Value)), ("@command", IdOf(commandId))).ConfigureAwait(false);
        return found.Count == 0 ? null : check.Believe(found[0].Row, found[0].Previous);
    }

    /// <summary>See <see cref="IJournal.FindStreamAsync"/>.</summary>
    public async Task<StreamName?> FindStreamAsync(StreamId stream, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            "select tenant, kind, key from stream where stream = @stream",
            reader => new StreamName(reader.GetString(0), reader.GetString(1), reader.GetString(2)),
            cancellationToken, ("@stream", IdOf(stream.Value))).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>See <see cref="IAnswerStore.KeepAnswerAsync"/>: command, fingerprint, instant, reply.</summary>
    public const string KeepAnswerSql =
        "insert into answer values ($1, $2, $3, $4) on conflict (command) do update set "
        + "fingerprint = excluded.fingerprint, at = excluded.at, reply = excluded.reply";

    /// <summary>See <see cref="IAnswerStore.ForgetAnswersAsync"/>: the instant, and how many newer ones may stay.</summary>
    public const string ForgetAnswersSql =
        "delete from answer where at < $1 or command in (select command from answer order by at desc, command limit 1000000000 offset $2)";

    /// <summary>See <see cref="ITenantAccounts.TryAddAsync"/>: tenant, most. One row changed, or none.</summary>
    internal const string AddAccountSql =
        "insert into tenant_accounts values ($1, 1) on conflict (tenant) do update set accounts = tenant_accounts.accounts + 1 "
        + "where tenant_accounts.accounts < $2";

    /// <summary>See <see cref="ITenantAccounts.RemoveAsync"/>: tenant.</summary>
    internal const string RemoveAccountSql = "update tenant_accounts set accounts = accounts - 1 where tenant = $1 and accounts > 0";

    /// <summary>See <see cref="IAnswerStore.FindAnswerAsync"/>.</summary>
    public async Task<KeptAnswer?> FindAnswerAsync(Guid commandId, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            "select fingerprint, at, reply from answer where command = @command",
            reader => new KeptAnswer(commandId, Bytes(reader, 0), reader.GetInt64(1), Bytes(reader, 2)),
            cancellationToken, ("@command", IdOf(commandId))).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>See <see cref="IJournal.LoadSnapshotAsync"/>.</summary>
    public async Task<Snapshot?> LoadSnapshotAsync(StreamId stream, string code, CancellationToken cancellationToken)
    {
        check.ThrowIfCondemned(stream);
        var found = await QueryAsync(
            "select s.version, s.hash, s.state, s.mac, (select e.hash from event e where e.stream = s.stream and e.version = s.version) "
            + "from snapshot s where s.stream = @stream and s.code = @code",
            reader => (
                Snapshot: new Snapshot(reader.GetInt64(0), code, Bytes(reader, 1), Bytes(reader, 2)),
                Mac: Bytes(reader, 3),
                RowHash: reader.IsDBNull(4) ? null : Bytes(reader, 4)),
            cancellationToken, ("@stream", IdOf(stream.Value)), ("@code", code)).ConfigureAwait(false);
        return found.Count == 0 ? null : check.Believe(stream, found[0].Snapshot, found[0].Mac, found[0].RowHash);
    }

    /// <summary>See <see cref="IJournal.ReadDueAsync"/>.</summary>
    public async Task<IReadOnlyList<DueWake>> ReadDueAsync(int shard, long nowUnixMs, int max, CancellationToken cancellationToken) =>
        await QueryAsync(
            "select s.tenant, s.kind, s.key, w.due_at, w.attempts, w.failures from wake w join stream s on s.stream = w.stream "
            + $"where {Alive} and w.shard = @shard and w.due_at <= @now order by w.due_at limit @max",
            ReadWake, cancellationToken, ("@shard", shard), ("@now", nowUnixMs), ("@max", Page(max))).ConfigureAwait(false);

    /// <summary>See <see cref="IJournal.ReadDeadWakesAsync"/>.</summary>
    public async Task<IReadOnlyList<DueWake>> ReadDeadWakesAsync(StreamId after, int max, CancellationToken cancellationToken) =>
        await QueryAsync(
            "select s.tenant, s.kind, s.key, w.due_at, w.attempts, w.failures from wake w join stream s on s.stream = w.stream "
            + $"where not ({Alive}) and w.stream > @after order by w.stream limit @max",
            ReadWake, cancellationToken, ("@after", IdOf(after.Value)), ("@max", Page(max))).ConfigureAwait(false);

    /// <summary>See <see cref="IJournal.ReadNewestBatchesAsync"/>.</summary>
    public async Task<IReadOnlyList<BatchHeader>> ReadNewestBatchesAsync(CancellationToken cancellationToken)
    {
        var newest = await QueryAsync(
            $"select {BatchColumns} from committer c join batch b on b.committer = c.id "
            + "and b.n = (select max(m.n) from batch m where m.committer = c.id) order by c.id",
            ReadBatch, cancellationToken).ConfigureAwait(false);
        return [.. newest.Select(batch => batch.Header)];
    }

    /// <summary>See <see cref="IJournal.ReadBatchesAsync"/>.</summary>
    public async Task<IReadOnlyList<BatchRows>> ReadBatchesAsync(int committer, long afterN, int max, CancellationToken cancellationToken)
    {
        var headers = await HeadersAsync(committer, afterN, Page(max), cancellationToken).ConfigureAwait(false);
        var audited = await WithRowsAsync(headers, cancellationToken).ConfigureAwait(false);
        return [.. audited.Select(batch => new BatchRows(batch.Header, [.. batch.Rows.Select((row, i) => Present(batch.Header, i, row))]))];
    }

    /// <summary>See <see cref="IJournal.AuditAsync"/>.</summary>
    public async Task<AuditReport> AuditAsync(int committer, long afterN, int max, CancellationToken cancellationToken)
    {
        var from = Math.Max(0, afterN - 1);
        var headers = await HeadersAsync(committer, from, Page(max) + (int)(afterN - from), cancellationToken).ConfigureAwait(false);
        var before = afterN > 0 && headers.Count > 0 && headers[0].Header.N == afterN ? headers[0].Header : null;
        var batches = await WithRowsAsync(before is null ? headers : headers[1..], cancellationToken).ConfigureAwait(false);
        return check.Audit(before, batches, afterN);
    }

    /// <summary>
    /// Audits what was committed last, however many committers there ever were: what a start can afford. At most so many rows, shared among the committers
    /// that wrote last, at least one batch of each.
    /// </summary>
    public async Task<IReadOnlyList<AuditReport>> AuditNewestAsync(int rows, CancellationToken cancellationToken)
    {
        var newest = await QueryAsync(
            "select b.committer, b.n from committer c join batch b on b.committer = c.id "
            + "and b.n = (select max(m.n) from batch m where m.committer = c.id) order by b.at desc, c.id desc limit @max",
            reader => (Committer: reader.GetInt32(0), N: reader.GetInt64(1)), cancellationToken,
            ("@max", JournalLimits.AuditedCommittersAtStart)).ConfigureAwait(false);
        var reports = new List<AuditReport>();
        foreach (var (committer, n) in newest)
        {
            var count = await NewestWithinAsync(committer, rows / newest.Count, cancellationToken).ConfigureAwait(false);
            reports.Add(await AuditAsync(committer, n - count, count, cancellationToken).ConfigureAwait(false));
        }

        return reports;
    }

    /// <summary>How many of a committer's newest batches hold at most so many rows together; at least one.</summary>
    private async Task<int> NewestWithinAsync(int committer, int rows, CancellationToken cancellationToken)
    {
        var sizes = await QueryAsync(
            "select length(keys) from batch where committer = @committer order by n desc limit @max",
            reader => reader.GetInt32(0) / BatchHeader.KeyBytes, cancellationToken,
            ("@committer", committer), ("@max", JournalLimits.MaxPage)).ConfigureAwait(false);
        var (count, sum) = (1, sizes[0]);
        while (count < sizes.Count && sum + sizes[count] <= rows) sum += sizes[count++];
        return count;
    }

    /// <summary>See <see cref="IJournal.ReadCheckpointAsync"/>.</summary>
    public async Task<Checkpoint?> ReadCheckpointAsync(CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            "select number, at, heads, root, prev, signature from checkpoint order by number desc limit 1",
            reader => new Checkpoint(
                reader.GetInt64(0), reader.GetInt64(1), [.. Bytes(reader, 2).Chunk(CommitterHead.Size).Select(head => CommitterHead.FromBytes(head))],
                Bytes(reader, 3), Bytes(reader, 4), Bytes(reader, 5)),
            cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Condition that a wake is not a dead letter.</summary>
    protected abstract string Alive { get; }

    /// <summary>Reads <see cref="LinkedColumns"/>.</summary>
    protected LinkedRow ReadLinked(DbDataReader reader) => new(ReadRow(reader), reader.IsDBNull(12) ? null : Bytes(reader, 12));

    /// <summary>The blob of a column.</summary>
    protected static byte[] Bytes(DbDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    /// <summary>Adds a parameter.</summary>
    protected static void Bind(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static int Page(int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, JournalLimits.MaxPage);
        return max;
    }

    private JournalRow Present(BatchHeader header, int index, LinkedRow? row)
    {
        var (stream, version) = header.Key(index);
        return row is { } found
            ? check.Believe(found.Row, found.Previous)
            : throw new StreamUnreadableException(stream, version, StreamFault.TailMissing);
    }

    private Task<List<(BatchHeader Header, byte[] Mac)>> HeadersAsync(int committer, long afterN, int max, CancellationToken cancellationToken) => QueryAsync(
        $"select {BatchColumns} from batch b join committer c on c.id = b.committer "
        + "where b.committer = @committer and b.n > @after order by b.n limit @max",
        ReadBatch, cancellationToken, ("@committer", committer), ("@after", afterN), ("@max", max));

    private async Task<List<AuditedBatch>> WithRowsAsync(List<(BatchHeader Header, byte[] Mac)> headers, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var owned = connection.ConfigureAwait(false);
        var batches = new List<AuditedBatch>(headers.Count);
        foreach (var (header, mac) in headers)
            batches.Add(new AuditedBatch(header, mac, await RowsOfAsync(connection, header, cancellationToken).ConfigureAwait(false)));
        return batches;
    }

    private async Task<List<T>> QueryAsync<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedConnection = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var ownedCommand = command.ConfigureAwait(false);
        command.CommandText = sql;
        foreach (var (name, value) in parameters) Bind(command, name, value);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedReader = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    }

    private StoredRow ReadRow(DbDataReader reader) => new(
        new JournalRow(
            new StreamId(ReadId(reader, 0)), reader.GetInt64(1), reader.GetString(2), reader.GetInt32(3), Bytes(reader, 4),
            reader.IsDBNull(5) ? null : ReadId(reader, 5), reader.IsDBNull(6) ? [] : Bytes(reader, 6), reader.GetInt64(7), Bytes(reader, 8),
            reader.GetInt32(9), reader.GetInt64(10)),
        Bytes(reader, 11));

    private (BatchHeader Header, byte[] Mac) ReadBatch(DbDataReader reader) => (
        new BatchHeader(
            reader.GetInt32(0), ReadId(reader, 1), reader.GetInt64(2), Bytes(reader, 3), Bytes(reader, 4), Bytes(reader, 5), Bytes(reader, 6)),
        Bytes(reader, 7));

    private static DueWake ReadWake(DbDataReader reader) => new(
        new StreamName(reader.GetString(0), reader.GetString(1), reader.GetString(2)), reader.GetInt64(3), reader.GetInt32(4), reader.GetInt32(5));
}
