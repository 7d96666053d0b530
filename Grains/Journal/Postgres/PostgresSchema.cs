using Npgsql;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>Brings a database to this build's schema, and checks that it keeps what it says it has committed.</summary>
internal static class PostgresSchema
{
    /// <summary>First half of every advisory lock key of the journal ("tpwj").</summary>
    public const int LockClass = 0x7470776A;

    private const int MigrationLock = -1;

    /// <summary>Applies the missing scripts, one process at a time, each in its own transaction.</summary>
    /// <exception cref="InvalidOperationException">Other scripts, or a newer build, made the database; or it does not commit durably.</exception>
    public static async Task ApplyAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var owned = connection.ConfigureAwait(false);
        await CheckDurabilityAsync(connection, cancellationToken).ConfigureAwait(false);
        await RunAsync(connection, $"select pg_advisory_lock({LockClass}, {MigrationLock})", cancellationToken).ConfigureAwait(false);
        try
        {
            await RunAsync(
                connection,
                "create table if not exists journal_script (number integer primary key, name text not null, checksum text not null, "
                + "applied_at timestamptz not null default now())",
                cancellationToken).ConfigureAwait(false);
            var applied = await AppliedAsync(connection, cancellationToken).ConfigureAwait(false);
            foreach (var script in Script.Missing(Script.Of("Postgres"), applied))
                await ApplyAsync(connection, script, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await RunAsync(connection, $"select pg_advisory_unlock({LockClass}, {MigrationLock})", CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses a server or session that answers a commit before it is on disk.</summary>
    /// <exception cref="InvalidOperationException">It does.</exception>
    public static async Task CheckDurabilityAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            "select current_setting('synchronous_commit'), current_setting('fsync'), pg_is_in_recovery()::text", connection);
        await using var ownedCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedReader = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var (commit, fsync, standby) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
        if (commit is not ("on" or "remote_apply") || fsync != "on")
            throw new InvalidOperationException(
                $"PostgreSQL must run with synchronous_commit=on and fsync=on, not {commit} and {fsync}: answered money would be lost.");
        if (standby != "false") throw new InvalidOperationException("This PostgreSQL is a standby: the journal decides on the primary only.");
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Script script, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var owned = transaction.ConfigureAwait(false);
        await RunAsync(connection, script.Sql, cancellationToken).ConfigureAwait(false);
        await RunAsync(
            connection, "insert into journal_script (number, name, checksum) values ($1, $2, $3)", cancellationToken,
            script.Number, script.Name, script.Checksum).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs one statement with positional parameters; returns the rows changed.</summary>
    public static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var owned = command.ConfigureAwait(false);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Dictionary<int, string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("select number, checksum from journal_script", connection);
        await using var ownedCommand = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedReader = reader.ConfigureAwait(false);
        var applied = new Dictionary<int, string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) applied.Add(reader.GetInt32(0), reader.GetString(1));
        return applied;
    }
}
