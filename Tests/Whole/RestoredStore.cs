using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using TPWallet.Benchmarks.Journal;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Sqlite;
using TPWallet.Grains.Journal.Verification;

namespace TPWallet.Tests.Whole;

/// <summary>A journal's database as its operator has it: copied while it is used, and put back. SQLite, or a PostgreSQL server by its base backup.</summary>
internal sealed class RestoredStore(PostgresCluster? server, string? database)
{
    public Task<WholeSystem> StartAsync(Anvil anvil, string? folder) =>
        database is null ? WholeSystem.StartAsync(anvil, folder) : WholeSystem.StartAsync(anvil, folder, database);

    public Task CopyAsync(string folder) => server?.BackUpAsync(CancellationToken.None) ?? CopyFileAsync(FileIn(folder));

    public async Task PutBackAsync(string folder)
    {
        if (server is not null) await server.PutBackAsync(CancellationToken.None);
        else PutFileBack(FileIn(folder));
    }

    /// <summary>Events that are stored.</summary>
    public async Task<long> EventsAsync(string folder)
    {
        await using DbConnection connection = database is null
            ? new SqliteConnection($"Data Source={FileIn(folder)};Mode=ReadOnly;Pooling=False")
            : new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from event";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public JournalReading Read(string folder, JournalSeal seal) =>
        database is null ? JournalReading.OfSqlite(Path.Combine(folder, "silo"), seal) : JournalReading.OfPostgres(new() { ConnectionString = database }, seal);

    public static string FileIn(string folder) => Path.Combine(folder, "silo", SqliteJournal.FileName);

    /// <summary>A consistent copy of a file in use, as an operator's backup makes it.</summary>
    public static async Task CopyFileAsync(string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"vacuum into '{file}.copy'";
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The copy in the place of the database, whose log goes with it.</summary>
    public static void PutFileBack(string file)
    {
        foreach (var left in new[] { "-wal", "-shm" }) File.Delete(file + left);
        File.Move(file + ".copy", file, overwrite: true);
    }
}
