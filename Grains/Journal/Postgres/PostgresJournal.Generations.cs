using Npgsql;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>What silos read, in the same database and by its clock.</summary>
public sealed partial class PostgresJournal : IEventGenerations
{
    /// <inheritdoc/>
    public async Task<int> AnnounceAsync(Guid silo, int reads, TimeSpan silence, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

        // The row's lock is held to the end: two silos come, or raise, one after the other.
        var written = await ReadAsync(connection, "select written from event_generation for update", cancellationToken).ConfigureAwait(false);
        if (written > reads) throw new EventsTooNewException(written, reads);
        await PostgresSchema.RunAsync(
            connection,
            "insert into silo_reads values ($1, $2, clock_timestamp()) on conflict (silo) do update set reads = excluded.reads, seen_at = excluded.seen_at",
            cancellationToken,
            silo,
            reads).ConfigureAwait(false);
        await PostgresSchema.RunAsync(
            connection,
            "delete from silo_reads where silo <> $1 and seen_at < clock_timestamp() - make_interval(secs => $2)",
            cancellationToken,
            silo,
            silence.TotalSeconds).ConfigureAwait(false);
        written = await ReadAsync(
            connection,
            "update event_generation set written = greatest(written, (select min(reads) from silo_reads)) returning written",
            cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return written;
    }

    /// <inheritdoc/>
    public Task LeaveAsync(Guid silo, CancellationToken cancellationToken) =>
        RunAsync("delete from silo_reads where silo = $1", cancellationToken, silo);

    private static async Task<int> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
