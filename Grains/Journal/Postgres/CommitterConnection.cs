using Npgsql;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>
/// The connection of one committer. It writes only while this very session holds the owner's advisory lock: a lock lost with the connection is taken
/// again before the next write, or the write does not happen.
/// </summary>
internal sealed class CommitterConnection : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private CommitterConnection(NpgsqlConnection connection, CommitStatement commit) => (_connection, Commit) = (connection, commit);

    /// <summary>The prepared hot path.</summary>
    public CommitStatement Commit { get; }

    /// <summary>Connects, ends what an earlier connection of this committer may still have running, and takes the lock.</summary>
    /// <param name="options">Where and as what.</param>
    /// <param name="index">Which committer of the process.</param>
    /// <param name="application">Name of the session, of this committer only.</param>
    /// <param name="heads">What is known of the streams' heads: nothing any more, of a server that was connected to before.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="JournalOwnedException">Another process owns the database.</exception>
    public static async Task<CommitterConnection> OpenAsync(
        PostgresJournalOptions options, int index, string application, KnownHeads heads, CancellationToken cancellationToken)
    {
        var settings = options.PlannedOnce();
        // A dedicated session: the lock and the prepared statement are its own. Multiplexing or pooling would hand it around.
        settings.Pooling = false;
        settings.ApplicationName = application;
        settings.KeepAlive = 5;
        settings.Timeout = 5;
        settings.CommandTimeout = 0;
        settings.CancellationTimeout = 1000;
        var connection = new NpgsqlConnection(settings.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            await PostgresSchema.CheckDurabilityAsync(connection, cancellationToken).ConfigureAwait(false);
            await EndEarlierAsync(connection, application, cancellationToken).ConfigureAwait(false);
            await LockAsync(connection, options.Exclusive, index, cancellationToken).ConfigureAwait(false);
            heads.Forget();
            return new CommitterConnection(connection, await CommitStatement.PrepareAsync(connection, heads, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Registers an incarnation and returns its small id.</summary>
    public async Task<int> AddCommitterAsync(Guid incarnation, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            "insert into committer (incarnation, started_at) values ($1, "
            + "(extract(epoch from clock_timestamp()) * 1000)::bigint) returning id", _connection);
        await using var owned = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = incarnation });
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>When a batch was committed, or null when it was not (yet).</summary>
    public async Task<long?> CommittedAtAsync(BatchHeader header, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("select at from batch where committer = $1 and n = $2 and hash = $3", _connection);
        await using var owned = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = header.Committer });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = header.N });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = header.Hash });
        return (long?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The commands of these appends that their streams already remember.</summary>
    public async Task<HashSet<(Guid Stream, Guid Command)>> KnownCommandsAsync(
        IEnumerable<PendingAppend> appends, CancellationToken cancellationToken)
    {
        var asked = appends.SelectMany(append => append.Rows).Where(row => row.Content.CommandId is not null).ToArray();
        var command = new NpgsqlCommand(
            "select e.stream, e.command from unnest($1::uuid[], $2::uuid[]) as c(stream, command) "
            + "join event e on e.stream = c.stream and e.command = c.command", _connection);
        await using var ownedCommand = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(asked, row => row.Stream.Value) });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(asked, row => row.Content.CommandId!.Value) });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedReader = reader.ConfigureAwait(false);
        var known = new HashSet<(Guid, Guid)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) known.Add((reader.GetGuid(0), reader.GetGuid(1)));
        return known;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Commit.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    // The server may not have noticed yet that the old connection is gone; its session still holds the lock and may still be writing.
    private static Task<int> EndEarlierAsync(NpgsqlConnection connection, string application, CancellationToken cancellationToken) =>
        PostgresSchema.RunAsync(
            connection,
            "select pg_terminate_backend(pid, 2000) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()",
            cancellationToken, application);

    // An exclusive owner holds each key alone; silos of a cluster share them. So an owner meets neither a second owner nor a silo.
    private static async Task LockAsync(NpgsqlConnection connection, bool exclusive, int index, CancellationToken cancellationToken)
    {
        var function = exclusive ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared";
        var command = new NpgsqlCommand($"select {function}({PostgresSchema.LockClass}, {index})", connection);
        await using var owned = command.ConfigureAwait(false);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
            throw new JournalOwnedException(
                "Another process owns the journal in this PostgreSQL database. Stop it first; two owners would fork the money.");
    }
}
