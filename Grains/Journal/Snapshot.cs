namespace TPWallet.Grains.Journal;

/// <summary>
/// A machine's state at a version, so that a load need not replay from the first event. A cache: it may always be thrown away.
/// </summary>
/// <param name="Version">The version whose state this is.</param>
/// <param name="Code">Version of the machine's code that wrote it; another code replays from the events instead.</param>
/// <param name="HeadHash">Hash of the row at <paramref name="Version"/>.</param>
/// <param name="State">The serialised state.</param>
public sealed record Snapshot(long Version, string Code, byte[] HeadHash, ReadOnlyMemory<byte> State)
{
    /// <summary>Checks the snapshot's size and fields.</summary>
    /// <exception cref="ArgumentException">It is too large, or of no version.</exception>
    public void Validate()
    {
        if (State.Length > JournalLimits.MaxSnapshotBytes)
            throw new ArgumentException($"A snapshot is at most {JournalLimits.MaxSnapshotBytes} bytes.");
        if (Version < 1 || HeadHash.Length != HashChain.Size) throw new ArgumentException("A snapshot stands on a row.");
    }
}

/// <summary>A stream whose wake is due.</summary>
/// <param name="Stream">Whom to call.</param>
/// <param name="DueAtUnixMs">When it became due, milliseconds since 1970; name it when clearing or postponing.</param>
/// <param name="Attempts">How many times it was postponed since the append that set it.</param>
/// <param name="Failures">How many of the newest of those were calls that failed.</param>
public sealed record DueWake(StreamName Stream, long DueAtUnixMs, int Attempts, int Failures);

/// <summary>How the call that a wake led to ended, where the row stays.</summary>
public enum WakeResult
{
    /// <summary>The grain is awake and still owes something, or waits for a deadline.</summary>
    Owing,

    /// <summary>The call failed.</summary>
    Failed,

    /// <summary>It failed too often: the row rests as a dead letter until an operator, or an append of the stream, sets it again.</summary>
    GivenUp,
}
