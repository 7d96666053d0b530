using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>What silos read, in the same file; one thread writes, so one announcement comes after the other.</summary>
public sealed partial class SqliteJournal : IEventGenerations
{
    /// <inheritdoc/>
    public Task<int> AnnounceAsync(Guid silo, int reads, TimeSpan silence, CancellationToken cancellationToken) =>
        _writer.RunAsync(connection => Announce(connection, silo.ToByteArray(bigEndian: true), reads, silence)).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task LeaveAsync(Guid silo, CancellationToken cancellationToken) => _writer
        .RunAsync(connection => SqliteSchema.Run(connection, "delete from silo_reads where silo = $1", silo.ToByteArray(bigEndian: true)))
        .WaitAsync(cancellationToken);

    private int Announce(SqliteConnection connection, byte[] silo, int reads, TimeSpan silence)
    {
        using var transaction = connection.BeginTransaction();
        var written = Written(connection);
        if (written > reads) throw new EventsTooNewException(written, reads);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        SqliteSchema.Run(connection, "insert or replace into silo_reads values ($1, $2, $3)", silo, reads, now);
        SqliteSchema.Run(connection, "delete from silo_reads where silo <> $1 and seen_at < $2", silo, now - (long)silence.TotalMilliseconds);
        SqliteSchema.Run(connection, "update event_generation set written = max(written, (select min(reads) from silo_reads))");
        written = Written(connection);
        transaction.Commit();
        return written;
    }

    private static int Written(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select written from event_generation";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
