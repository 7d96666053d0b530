using Npgsql;

namespace TPWallet.Grains.Journal.Postgres;

/// <summary>How the PostgreSQL journal is opened.</summary>
public sealed record PostgresJournalOptions
{
    /// <summary>Npgsql connection string. Config key <c>Journal:Postgres:ConnectionString</c>; a secret, it has no default.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>
    /// Whether this process is the database's only owner (the embedded runtime) or one silo of a cluster. An owner and a cluster never share a
    /// database. Config key <c>Journal:Postgres:Exclusive</c>, default true.
    /// </summary>
    public bool Exclusive { get; init; } = true;

    /// <summary>Committers of this process, each with a connection of its own. Config key <c>Journal:Postgres:Committers</c>, default 2.</summary>
    public int Committers { get; init; } = 2;

    /// <summary>Age at which an append is answered Unknown. Config key <c>Journal:AppendDeadlineMs</c>, default 10,000.</summary>
    public TimeSpan AppendDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Newest rows audited at start, of all committers together; 0: none.</summary>
    public int AuditedRowsAtStart { get; init; } = JournalLimits.AuditedRowsAtStart;

    /// <summary>
    /// The connection settings, with statements that are planned once: with the committers' many arrays, or a read's 32 partitions, PostgreSQL would
    /// otherwise plan each use anew, a quarter of a commit's time and most of a read's. Options that are set already stay.
    /// </summary>
    internal NpgsqlConnectionStringBuilder PlannedOnce()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        settings.Options = $"{settings.Options} -c plan_cache_mode=force_generic_plan".TrimStart();
        return settings;
    }
}
