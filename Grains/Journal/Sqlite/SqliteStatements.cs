using Microsoft.Data.Sqlite;

namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>The writer's statements, prepared once per connection.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly List<SqliteCommand> _all = [];
    private readonly SqliteConnection _connection;

    /// <summary>Prepares them.</summary>
    public SqliteStatements(SqliteConnection connection)
    {
        _connection = connection;
        Begin = Prepare("begin immediate");
        Commit = Prepare("commit");
        Rollback = Prepare("rollback");
        Savepoint = Prepare("savepoint append");
        Release = Prepare("release append");
        Undo = Prepare("rollback to append");
        Head = Prepare("select version, hash from event where stream = $1 order by version desc limit 1", 1);
        Event = Prepare("insert into event values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", 12);
        Stream = Prepare("insert into stream values ($1, $2, $3, $4) on conflict do nothing", 4);
        Wake = Prepare(
            "insert into wake (stream, shard, due_at) values ($1, $2, $3) on conflict (stream) do update set "
            + "due_at = excluded.due_at + (excluded.due_at = due_at), attempts = 0, failures = 0, dead = 0", 3);
        ClearWake = Prepare("delete from wake where stream = $1", 1);
        Batch = Prepare("insert into batch values ($1, $2, $3, $4, $5, $6, $7, $8)", 8);
    }

    public SqliteCommand Begin { get; }

    public SqliteCommand Commit { get; }

    public SqliteCommand Rollback { get; }

    public SqliteCommand Savepoint { get; }

    public SqliteCommand Release { get; }

    public SqliteCommand Undo { get; }

    public SqliteCommand Head { get; }

    public SqliteCommand Event { get; }

    public SqliteCommand Stream { get; }

    public SqliteCommand Wake { get; }

    public SqliteCommand ClearWake { get; }

    public SqliteCommand Batch { get; }

    /// <summary>Runs a statement with its parameters in order.</summary>
    public static int Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Set(command, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Sets a statement's parameters in order.</summary>
    public static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in _all) command.Dispose();
    }

    private SqliteCommand Prepare(string sql, int parameters = 0)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= parameters; i++) command.Parameters.Add(new SqliteParameter($"${i}", null));
        _all.Add(command);
        return command;
    }
}
