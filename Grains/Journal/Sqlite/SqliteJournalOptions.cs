namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>How the SQLite journal is opened.</summary>
public sealed record SqliteJournalOptions
{
    /// <summary>Folder of the database; made if it is missing. Config key <c>Journal:Sqlite:Directory</c>, default <c>data</c>.</summary>
    public string Directory { get; init; } = "data";

    /// <summary>False lets another journal on the same file, for tests of the fence that the owner lock otherwise keeps from ever being needed.</summary>
    internal bool Exclusive { get; init; } = true;

    /// <summary>Age at which an append is answered Unknown. Config key <c>Journal:AppendDeadlineMs</c>, default 10,000.</summary>
    public TimeSpan AppendDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Newest rows audited at start, of all committers together; 0: none.</summary>
    public int AuditedRowsAtStart { get; init; } = JournalLimits.AuditedRowsAtStart;
}
