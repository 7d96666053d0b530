using Npgsql;
using NpgsqlTypes;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>
/// The hot path: one prepared autocommit statement writes a whole batch, or nothing and says which streams are in its way. Head check, rows, batch
/// header, names and wakes share one snapshot and one transaction, in one round trip. A second form is for batches whose heads are all known
/// (<see cref="KnownHeads"/>): looking into 32 partitions is a third of what a small commit costs the server beside its flush, and a quarter of each row.
/// </summary>
internal sealed class CommitStatement : IAsyncDisposable
{
    // The head is found by a scalar subquery: with EXISTS the planner hashes the whole table until statistics exist.
    private const string AskedHeads = """
        select f.stream from unnest($11::uuid[], $12::bigint[], $13::bytea[]) as f(stream, version, prev)
        where not coalesce(
            (select e.version = f.version and e.hash = f.prev from event e where e.stream = f.stream order by e.version desc limit 1),
            f.version = 0)
        """;

    private const string NoHeads = "select null::uuid as stream where false";

    // There is no ON CONFLICT DO NOTHING on event: a race would skip version 5 and put version 6 on a foreign 5; a race must be error 23505.
    private static string Sql(string heads) => $"""
        with d as materialized (
            select * from unnest(
                $1::uuid[], $2::bigint[], $3::text[], $4::int[], $5::bytea[], $6::uuid[], $7::bytea[], $8::bigint[], $9::bytea[], $10::bytea[])
                as r(stream, version, type, schema, payload, command, fingerprint, at, hash, mac)
        ), bad as materialized (
            {heads}
        ), go as materialized (
            select not exists (select 1 from bad) as ok
        ), rows as (
            insert into event (stream, version, type, schema, payload, command, fingerprint, at, committer, batch, hash, mac)
            select stream, version, type, schema, payload, command, fingerprint, at, $14, $15, hash, mac from d where (select ok from go)
        ), header as (
            insert into batch (committer, n, keys, root, prev, hash, mac, at)
            select $14, $15, $16, $17, $18, $19, $20, (extract(epoch from clock_timestamp()) * 1000)::bigint where (select ok from go)
        ), names as (
            insert into stream
            select * from unnest($21::uuid[], $22::text[], $23::text[], $24::text[]) where (select ok from go)
            on conflict do nothing
        ), wakes as (
            insert into wake (stream, shard, due_at)
            select * from unnest($25::uuid[], $26::smallint[], $27::bigint[]) where (select ok from go)
            on conflict (stream) do update set
                due_at = excluded.due_at + (excluded.due_at = wake.due_at)::int, attempts = 0, failures = 0, dead = false
        ), cleared as (
            delete from wake where stream = any($28) and (select ok from go)
        )
        select (extract(epoch from clock_timestamp()) * 1000)::bigint, (select array_agg(stream) from bad)
        """;

    private static readonly NpgsqlDbType[] Types =
    [
        NpgsqlDbType.Array | NpgsqlDbType.Uuid, NpgsqlDbType.Array | NpgsqlDbType.Bigint, NpgsqlDbType.Array | NpgsqlDbType.Text,
        NpgsqlDbType.Array | NpgsqlDbType.Integer, NpgsqlDbType.Array | NpgsqlDbType.Bytea, NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        NpgsqlDbType.Array | NpgsqlDbType.Bytea, NpgsqlDbType.Array | NpgsqlDbType.Bigint, NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        NpgsqlDbType.Array | NpgsqlDbType.Uuid, NpgsqlDbType.Array | NpgsqlDbType.Bigint, NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        NpgsqlDbType.Integer, NpgsqlDbType.Bigint, NpgsqlDbType.Bytea, NpgsqlDbType.Bytea, NpgsqlDbType.Bytea, NpgsqlDbType.Bytea, NpgsqlDbType.Bytea,
        NpgsqlDbType.Array | NpgsqlDbType.Uuid, NpgsqlDbType.Array | NpgsqlDbType.Text, NpgsqlDbType.Array | NpgsqlDbType.Text,
        NpgsqlDbType.Array | NpgsqlDbType.Text,
        NpgsqlDbType.Array | NpgsqlDbType.Uuid, NpgsqlDbType.Array | NpgsqlDbType.Smallint, NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        NpgsqlDbType.Array | NpgsqlDbType.Uuid,
    ];

    private readonly NpgsqlCommand _asking;
    private readonly NpgsqlCommand _knowing;
    private readonly KnownHeads _heads;

    private CommitStatement(NpgsqlCommand asking, NpgsqlCommand knowing, KnownHeads heads) => (_asking, _knowing, _heads) = (asking, knowing, heads);

    /// <summary>Prepares the statement on a connection.</summary>
    public static async Task<CommitStatement> PrepareAsync(NpgsqlConnection connection, KnownHeads heads, CancellationToken cancellationToken) =>
        new(
            await PrepareAsync(connection, AskedHeads, cancellationToken).ConfigureAwait(false),
            await PrepareAsync(connection, NoHeads, cancellationToken).ConfigureAwait(false),
            heads);

    /// <summary>Writes a batch.</summary>
    /// <param name="appends">Its appends, sorted by stream: every committer locks in one order.</param>
    /// <param name="header">Its header, over the rows in that order.</param>
    /// <param name="mac">The header's MAC.</param>
    /// <param name="cancellationToken">Breaks the wait and asks the server to stop; the outcome is then unknown.</param>
    /// <returns>The database's clock, and the streams whose head is another: if there is one, nothing was written.</returns>
    public async Task<(long AtUnixMs, Guid[] Conflicts)> ExecuteAsync(
        IReadOnlyList<PendingAppend> appends, BatchHeader header, byte[] mac, CancellationToken cancellationToken)
    {
        var asked = appends.Where(append => !_heads.Has(append)).ToArray();
        var command = asked.Length == 0 ? _knowing : _asking;
        Bind(command, appends, asked, header, mac);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var owned = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? [] : reader.GetFieldValue<Guid[]>(1));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _asking.DisposeAsync().ConfigureAwait(false);
        await _knowing.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<NpgsqlCommand> PrepareAsync(NpgsqlConnection connection, string heads, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(Sql(heads), connection);
        foreach (var type in Types) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return command;
    }

    private static void Bind(NpgsqlCommand command, IReadOnlyList<PendingAppend> appends, PendingAppend[] asked, BatchHeader header, byte[] mac)
    {
        var rows = appends.SelectMany(append => append.Rows).ToArray();
        var named = appends.Where(append => append.Append.ExpectedVersion == 0).ToArray();
        var waking = appends.Where(append => append.Append.WakeAtUnixMs is not null).ToArray();
        var next = 0;
        void Set(object value) => command.Parameters[next++].Value = value;

        Set(Array.ConvertAll(rows, row => row.Stream.Value));
        Set(Array.ConvertAll(rows, row => row.Version));
        Set(Array.ConvertAll(rows, row => row.Content.Type));
        Set(Array.ConvertAll(rows, row => row.Content.Schema));
        Set(Array.ConvertAll(rows, row => row.Content.Payload));
        Set(Array.ConvertAll(rows, row => row.Content.CommandId));
        Set(Array.ConvertAll(rows, row => row.Content.CommandId is null ? (ReadOnlyMemory<byte>?)null : row.Content.Fingerprint));
        Set(Array.ConvertAll(rows, row => row.Content.AtUnixMs));
        Set(Array.ConvertAll(rows, row => row.Hash));
        Set(Array.ConvertAll(rows, row => row.Mac));
        Set(Array.ConvertAll(asked, append => append.Stream.Value));
        Set(Array.ConvertAll(asked, append => append.Append.ExpectedVersion));
        Set(Array.ConvertAll(asked, append => append.Append.PreviousHash));
        Set(header.Committer);
        Set(header.N);
        Set(header.Keys);
        Set(header.Root);
        Set(header.Previous);
        Set(header.Hash);
        Set(mac);
        Set(Array.ConvertAll(named, append => append.Stream.Value));
        Set(Array.ConvertAll(named, append => append.Append.Stream.Tenant));
        Set(Array.ConvertAll(named, append => append.Append.Stream.Kind));
        Set(Array.ConvertAll(named, append => append.Append.Stream.Key));
        Set(Array.ConvertAll(waking, append => append.Stream.Value));
        Set(Array.ConvertAll(waking, append => (short)append.Stream.Shard));
        Set(Array.ConvertAll(waking, append => append.Append.WakeAtUnixMs!.Value));
        Set(appends.Where(append => append.Append.ClearWake).Select(append => append.Stream.Value).ToArray());
    }
}
