using Npgsql;
using TPWallet.Grains.Journal.Postgres;
using TPWallet.Grains.Journal.Sqlite;

namespace TPWallet.Grains.Journal.Verification;

/// <summary>A journal opened for reading alone, beside the process that owns it: no lock is taken, no script applied, nothing written.</summary>
public sealed class JournalReading : IAsyncDisposable
{
    private readonly NpgsqlDataSource? _source;

    private JournalReading(SqlReader reader, NpgsqlDataSource? source) => (Reader, _source) = (reader, source);

    /// <summary>Reads it.</summary>
    public SqlReader Reader { get; }

    /// <summary>A SQLite journal by its folder.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static JournalReading OfSqlite(string folder, JournalSeal seal)
    {
        SqliteNative.EnsureLoaded();
        var file = Path.Combine(folder, SqliteJournal.FileName);
        if (!File.Exists(file)) throw new FileNotFoundException($"There is no journal at {file}.", file);
        return new(new SqliteReader(SqliteJournal.ReadOnly(file), new RowCheck(seal)), null);
    }

    /// <summary>A PostgreSQL journal by its connection string; a standby will do.</summary>
    public static JournalReading OfPostgres(PostgresJournalOptions options, JournalSeal seal)
    {
        var source = NpgsqlDataSource.Create(PostgresReader.Settings(options));
        return new(new PostgresReader(source, new RowCheck(seal)), source);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source?.DisposeAsync() ?? ValueTask.CompletedTask;
}
