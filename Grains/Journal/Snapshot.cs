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
