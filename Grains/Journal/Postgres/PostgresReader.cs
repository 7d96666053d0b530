using System.Data.Common;
using Npgsql;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>Reads on pooled connections of the primary: money is never decided on a replica.</summary>
internal sealed class PostgresReader(NpgsqlDataSource source, RowCheck check) : SqlReader(check)
{
    /// <summary>Statements that a connection keeps prepared: more than there are different ones.</summary>
    private const int MaxPrepared = 64;

    /// <summary>
    /// How the pooled connections are set up: each statement is prepared at its first use. Nothing needs to be reset when a connection goes back: the
    /// only state of a session that is ever changed is the lock of the scripts, which whoever took it gives back.
    /// </summary>
    public static string Settings(PostgresJournalOptions options)
    {
        var settings = options.PlannedOnce();
        settings.MaxAutoPrepare = MaxPrepared;
        settings.AutoPrepareMinUsages = 1;
        settings.NoResetOnClose = true;
        return settings.ToString();
    }

    /// <inheritdoc/>
    protected override string Alive => "not w.dead";

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    protected override object IdOf(Guid id) => id;

    /// <inheritdoc/>
    protected override Guid ReadId(DbDataReader reader, int column) => reader.GetGuid(column);

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<LinkedRow?>> RowsOfAsync(
        DbConnection connection, BatchHeader batch, CancellationToken cancellationToken)
    {
        var keys = Enumerable.Range(0, batch.Count).Select(batch.Key).ToArray();
        var command = connection.CreateCommand();
        await using var ownedCommand = command.ConfigureAwait(false);
        command.CommandText =
            $"select {LinkedColumns}, k.i from unnest(@streams, @versions) with ordinality k(stream, version, i) "
            + "join event e on e.stream = k.stream and e.version = k.version";
        Bind(command, "@streams", keys.Select(key => key.Stream.Value).ToArray());
        Bind(command, "@versions", keys.Select(key => key.Version).ToArray());
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ownedReader = reader.ConfigureAwait(false);
        var rows = new LinkedRow?[batch.Count];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows[reader.GetInt64(13) - 1] = ReadLinked(reader);
        return rows;
    }

    /// <summary>The database's clock, milliseconds since 1970.</summary>
    public async Task<long> TimeAsync(CancellationToken cancellationToken)
    {
        var command = source.CreateCommand("select (extract(epoch from clock_timestamp()) * 1000)::bigint");
        await using var owned = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
