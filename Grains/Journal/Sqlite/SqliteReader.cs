using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>Reads on pooled connections beside the writer: WAL readers do not wait for it.</summary>
internal sealed class SqliteReader(string connectionString, RowCheck check) : SqlReader(check)
{
    /// <inheritdoc/>
    protected override string Alive => "w.dead = 0";

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return connection;
    }

    /// <inheritdoc/>
    protected override object IdOf(Guid id) => id.ToByteArray(bigEndian: true);

    /// <inheritdoc/>
    protected override Guid ReadId(DbDataReader reader, int column) => new(Bytes(reader, column), bigEndian: true);

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<LinkedRow?>> RowsOfAsync(
        DbConnection connection, BatchHeader batch, CancellationToken cancellationToken)
    {
        var rows = new LinkedRow?[batch.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var (stream, version) = batch.Key(i);
            var command = connection.CreateCommand();
            await using var owned = command.ConfigureAwait(false);
            command.CommandText = $"select {LinkedColumns} from event e where e.stream = @stream and e.version = @version";
            Bind(command, "@stream", IdOf(stream.Value));
            Bind(command, "@version", version);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ownedReader = reader.ConfigureAwait(false);
            if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows[i] = ReadLinked(reader);
        }

        return rows;
    }
}
