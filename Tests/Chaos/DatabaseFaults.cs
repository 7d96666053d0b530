using Npgsql;
using TPWallet.Benchmarks.Journal;

namespace TPWallet.Tests.Chaos;

/// <summary>
/// What is done to the database. A full disk is a trigger that refuses each write of an event with the server's own SQLSTATE 53100: a file system of its own
/// would take a mount, PostgreSQL pads its log files to their size beforehand, and a limit on file size (ulimit -f) is another error, EFBIG. What differs from
/// a really full disk, a server that stops because its log cannot grow, is the fault <see cref="ChaosFault.DatabaseKilled"/>.
/// </summary>
internal sealed class DatabaseFaults(PostgresCluster cluster, string connectionString)
{
    private const int CutsInARow = 5;

    /// <summary>Orleans' SiloStatus.Dead.</summary>
    private const int DeadStatus = 6;

    private static readonly TimeSpan BetweenCuts = TimeSpan.FromMilliseconds(150);

    public async Task KillAsync(TimeSpan down, CancellationToken cancellationToken)
    {
        await cluster.CrashAsync(cancellationToken);
        await PlanClock.AfterAsync(down, cancellationToken);
        await cluster.RestartAsync(cancellationToken);
    }

    public async Task CutAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < CutsInARow; i++)
        {
            await RunAsync(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", cancellationToken);
            await PlanClock.AfterAsync(BetweenCuts, cancellationToken);
        }
    }

    public async Task FillDiskAsync(TimeSpan full, CancellationToken cancellationToken)
    {
        await RunAsync(
            """
            create or replace function chaos_disk_full() returns trigger language plpgsql as
            $$ begin raise exception 'could not extend file "base/1": No space left on device' using errcode = 'disk_full'; end $$;
            create trigger chaos_disk_full before insert on event for each statement execute function chaos_disk_full()
            """,
            cancellationToken);
        await PlanClock.AfterAsync(full, cancellationToken);
        await RunAsync("drop trigger chaos_disk_full on event", cancellationToken);
    }

    /// <summary>How many batches were ever committed: it stands still when nothing is written any more.</summary>
    public async Task<long> BatchesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select coalesce(sum(n), 0)::bigint from (select max(n) as n from batch group by committer) c", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Whether the silo of this port counts as dead in Orleans' table of members.</summary>
    public async Task<bool> IsTakenForDeadAsync(int siloPort, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select Status from OrleansMembershipTable where Port = @port order by Generation desc limit 1", connection);
        command.Parameters.AddWithValue("port", siloPort);
        return await command.ExecuteScalarAsync(cancellationToken) is DeadStatus;
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
