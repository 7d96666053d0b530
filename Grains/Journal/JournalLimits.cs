namespace TPWallet.Grains.Journal;

/// <summary>The named maxima of the journal. A request beyond one is a bug of the caller and throws before anything is queued.</summary>
public static class JournalLimits
{
    /// <summary>Bytes of one event's payload.</summary>
    public const int MaxPayloadBytes = 1024 * 1024;

    /// <summary>Events of one append.</summary>
    public const int MaxRowsPerAppend = 4096;

    /// <summary>Payload bytes of one append. Above <see cref="MaxPayloadBytes"/>, so that the largest event always fits.</summary>
    public const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>UTF-8 bytes of an event's type name.</summary>
    public const int MaxTypeBytes = 128;

    /// <summary>Bytes of a command's fingerprint (a hash).</summary>
    public const int MaxFingerprintBytes = 64;

    /// <summary>UTF-8 bytes of a tenant, kind or key.</summary>
    public const int MaxNameBytes = 512;

    /// <summary>Bytes of one snapshot.</summary>
    public const int MaxSnapshotBytes = 16 * 1024 * 1024;

    /// <summary>Rows that one commit takes, unless its first append alone holds more.</summary>
    public const int MaxRowsPerCommit = 512;

    /// <summary>Payload bytes that one commit takes, unless its first append alone holds more.</summary>
    public const int MaxBytesPerCommit = 1024 * 1024;

    /// <summary>Waiting appends from which a further committer commits beside one that is under way.</summary>
    public const int WorthASecondCommit = 32;

    /// <summary>Appends that may wait for the committers. Beyond it an append is answered NotWritten at once.</summary>
    public const int MaxQueuedAppends = 65_536;

    /// <summary>Rows, batches or wakes that one read returns.</summary>
    public const int MaxPage = 1024;

    /// <summary>Newest rows that are checked when a journal is opened, of all committers together.</summary>
    public const int AuditedRowsAtStart = 1024;

    /// <summary>Committers whose newest batches are checked when a journal is opened: those that wrote last.</summary>
    public const int AuditedCommittersAtStart = 16;

    /// <summary>Shards of the wake table.</summary>
    public const int WakeShards = 64;
}
