using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.Store;

/// <summary>
/// The signer's memory: one append-only table of facts in SQLite (WAL, synchronous=FULL), owned by one process. Each row carries a keyed hash
/// over its content and the row before it; at start the whole chain is recomputed, so that a changed, inserted or missing row stops the
/// signer. A copy put back from a backup is a valid chain: it is noticed by <see cref="HeadFile"/> where only the database was put back, and
/// by callers that keep the highest <see cref="SignerHead.Facts"/> they saw where the whole folder was.
/// </summary>
internal sealed class SignerStore : IFactStore
{
    private const string Schema = """
        create table if not exists fact (
            n integer primary key, at integer not null, kind text not null, account text not null,
            subject text, leg text, request text, body blob not null, mac blob not null) strict;
        create index if not exists fact_account on fact (account, kind);
        create index if not exists fact_subject on fact (subject, kind) where subject is not null;
        create index if not exists fact_leg on fact (leg) where leg is not null;
        create unique index if not exists fact_request on fact (request) where request is not null;
        create unique index if not exists fact_once on fact (kind, subject) where kind in ('key', 'seen');
        create unique index if not exists fact_channel on fact (subject) where kind = 'channel';
        create unique index if not exists fact_coin_channel on fact (subject) where kind = 'coin-channel';
        create trigger if not exists fact_no_update before update on fact begin select raise(abort, 'facts are append only'); end;
        create trigger if not exists fact_no_delete before delete on fact begin select raise(abort, 'facts are append only'); end;
        """;

    private const string Columns = "n, at, body";

    /// <summary>Versions kept in memory; beyond this all are dropped and read again as needed.</summary>
    private const int MaxVersions = 200_000;

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly FileStream _owner;
    private readonly FactChain _chain;
    private readonly HeadFile _headFile;
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    // Nobody else writes: what was read of an account stands until a fact of it is appended here. A cache.
    private readonly Dictionary<AccountId, long> _versions = [];
    private Instant _lastAt;

    private SignerStore(SqliteConnection connection, FileStream owner, FactChain chain, HeadFile headFile) =>
        (_connection, _owner, _chain, _headFile) = (connection, owner, chain, headFile);

    /// <inheritdoc/>
    public SignerHead Head
    {
        get
        {
            lock (_gate) return _chain.Head;
        }
    }

    /// <summary>Opens or makes the store and checks it from the first fact to the last.</summary>
    /// <param name="macKey">32 bytes derived from the master key.</param>
    /// <exception cref="StoreDamagedException">Rows were changed or lost, or the store was put back to an older copy.</exception>
    /// <exception cref="IOException">Another process owns it.</exception>
    public static SignerStore Open(string folder, byte[] macKey)
    {
        SqliteNative.EnsureLoaded();
        var owner = new FileStream(Path.Combine(folder, "store.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        SqliteConnection? connection = null;
        try
        {
            var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "store.db"), Pooling = false, DefaultTimeout = 5 };
            connection = new SqliteConnection(source.ToString());
            connection.Open();
            // FULL: what was signed is on disk before the signature leaves, also when power fails.
            Execute(connection, "pragma journal_mode = wal; pragma synchronous = full;");
            Execute(connection, Schema);
            var store = new SignerStore(connection, owner, new FactChain(macKey), new HeadFile(Path.Combine(folder, "store.head")));
            store.Verify();
            return store;
        }
        catch
        {
            connection?.Dispose();
            owner.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Instant Newest
    {
        get
        {
            lock (_gate) return _lastAt;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredFact> OfAccount(AccountId account, string kind, long after = 0) =>
        Read("account = $1 and kind = $2 and n > $3", "n", account.ToString(), kind, after);

    /// <inheritdoc/>
    public IReadOnlyList<StoredFact> OfSubject(string kind, string subject) => Read("subject = $1 and kind = $2", "n", subject, kind);

    /// <inheritdoc/>
    /// <remarks>Legs are stored as "packet/leg", names hold no slash, and '0' follows '/'.</remarks>
    public IReadOnlyList<StoredFact> OfPacket(PacketRef packet) => Read("leg > $1 and leg < $2", "n", packet.Key + "/", packet.Key + "0");

    /// <inheritdoc/>
    public StoredFact? OfRequest(Guid request) => Read("request = $1", "n", request.ToString()).SingleOrDefault();

    /// <inheritdoc/>
    /// <remarks>Subjects are stored as "chain/address/nonce"; an address holds no slash, and '0' follows '/'.</remarks>
    public IReadOnlyList<StoredFact> Signed(string? lane, long before, int max) => lane is null
        ? Read("kind = 'signed' and n < $1", "n desc limit $2", before, max)
        : Read("kind = 'signed' and n < $1 and subject > $3 and subject < $4", "n desc limit $2", before, max, lane + "/", lane + "0");

    /// <inheritdoc/>
    public long VersionOf(AccountId account)
    {
        lock (_gate) return VersionLocked(account);
    }

    /// <inheritdoc/>
    public bool TryAppend(AccountId account, long expected, Instant at, IReadOnlyList<Fact> facts)
    {
        lock (_gate)
        {
            if (VersionLocked(account) != expected) return false;
            if (at < _lastAt) at = _lastAt;
            var head = _chain.Head;
            using (var transaction = _connection.BeginTransaction())
            {
                foreach (var fact in facts) head = Insert(transaction, head, at, fact);
                transaction.Commit();
            }

            (_lastAt, _chain.Head) = (at, head);
            _versions[account] = head.Facts;
            _headFile.Write(head);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var command in _commands.Values) command.Dispose();
            _connection.Dispose();
            _owner.Dispose();
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SignerHead Insert(SqliteTransaction transaction, SignerHead head, Instant at, Fact fact)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(fact, FactJson.Default.Fact);
        var columns = fact.Columns();
        var next = _chain.Next(head, at, columns, body);
        var command = Prepared(
            "insert into fact values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            next.Facts, at.UnixMs, columns.Kind, columns.Account, columns.Subject, columns.Leg, columns.Request, body, next.Mac);
        command.Transaction = transaction;
        command.ExecuteNonQuery();
        return next;
    }

    private long VersionLocked(AccountId account)
    {
        if (_versions.TryGetValue(account, out var known)) return known;
        var command = Prepared("select coalesce(max(n), 0) from fact where account = $1", account.ToString());
        if (_versions.Count >= MaxVersions) _versions.Clear();
        return _versions[account] = Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private List<StoredFact> Read(string where, string order, params object?[] values)
    {
        lock (_gate)
        {
            using var reader = Prepared($"select {Columns} from fact where {where} order by {order}", values).ExecuteReader();
            var facts = new List<StoredFact>();
            while (reader.Read())
            {
                var fact = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(2), FactJson.Default.Fact)
                    ?? throw new StoreDamagedException("A fact is null.");
                facts.Add(new(reader.GetInt64(0), new(reader.GetInt64(1)), fact));
            }

            return facts;
        }
    }

    private void Verify()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "select n, at, kind, account, subject, leg, request, body, mac from fact order by n";
        using var reader = command.ExecuteReader();
        var before = _headFile.Read();
        while (reader.Read())
        {
            var columns = new FactColumns(reader.GetString(2), reader.GetString(3), Text(reader, 4), Text(reader, 5), Text(reader, 6));
            _lastAt = new(reader.GetInt64(1));
            var next = _chain.Next(_chain.Head, _lastAt, columns, reader.GetFieldValue<byte[]>(7));
            if (reader.GetInt64(0) != next.Facts || !next.Mac.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(8)))
                throw new StoreDamagedException($"Fact {next.Facts} of the signer's store was changed, or another master key wrote it.");
            _chain.Head = next;
            if (before?.Facts == next.Facts && !before.Mac.AsSpan().SequenceEqual(next.Mac))
                throw new StoreDamagedException("The signer's store is another one than the head file names.");
        }

        if (before is not null && before.Facts > _chain.Head.Facts)
            throw new StoreDamagedException($"The signer's store was put back: it has {_chain.Head.Facts} facts, it once had {before.Facts}.");
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A command whose text SQLite compiles once. Only under the gate, and each is done with before the next.</summary>
    private SqliteCommand Prepared(string sql, params object?[] values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }

        command.Parameters.Clear();
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i] ?? DBNull.Value);
        return command;
    }
}
