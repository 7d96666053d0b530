using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>Brings a database to this build's schema and settings.</summary>
internal static class SqliteSchema
{
    /// <summary>Sets durability and applies the missing scripts, each in its own transaction.</summary>
    /// <exception cref="InvalidOperationException">The file cannot be in WAL mode, or other scripts made it.</exception>
    public static void Apply(SqliteConnection connection, TimeProvider time)
    {
        var mode = Scalar(connection, "pragma journal_mode = wal");
        if (mode != "wal") throw new InvalidOperationException($"SQLite keeps its journal in mode {mode}; the file system must allow WAL.");
        // FULL: each commit is on disk before it is answered. NORMAL could lose answered commits when power fails.
        Run(connection, "pragma synchronous = full");
        Run(connection, "pragma foreign_keys = on");
        Run(connection, "pragma cache_size = -65536");
        Run(
            connection,
            "create table if not exists journal_script (number integer primary key, name text, checksum text, applied_at integer) strict");
        foreach (var script in Script.Missing(Script.Of("Sqlite"), Applied(connection)))
        {
            using var transaction = connection.BeginTransaction();
            Run(connection, script.Sql);
            Run(connection, "insert into journal_script values ($1, $2, $3, $4)",
                script.Number, script.Name, script.Checksum, time.GetUtcNow().ToUnixTimeMilliseconds());
            transaction.Commit();
        }
    }

    /// <summary>Registers a committer incarnation and returns its small id.</summary>
    public static int AddCommitter(SqliteConnection connection, Guid incarnation, TimeProvider time)
    {
        Run(connection, "insert into committer (incarnation, started_at) values ($1, $2)",
            incarnation.ToByteArray(bigEndian: true), time.GetUtcNow().ToUnixTimeMilliseconds());
        return int.Parse(Scalar(connection, "select last_insert_rowid()"), CultureInfo.InvariantCulture);
    }

    /// <summary>Runs one statement with positional parameters; returns the rows changed.</summary>
    public static int Run(SqliteConnection connection, string sql, params object[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        return command.ExecuteNonQuery();
    }

    private static string Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    private static Dictionary<int, string> Applied(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select number, checksum from journal_script";
        using var reader = command.ExecuteReader();
        var applied = new Dictionary<int, string>();
        while (reader.Read()) applied.Add(reader.GetInt32(0), reader.GetString(1));
        return applied;
    }
}
