namespace TPWallet.Grains.Journal.Verification;

/// <summary>What a verification found.</summary>
/// <param name="Committers">Committer incarnations.</param>
/// <param name="Batches">Batches whose chain, MAC and root were checked.</param>
/// <param name="Rows">Rows that these batches list.</param>
/// <param name="Streams">Streams that were walked from their first row to their last.</param>
/// <param name="Events">Rows in them.</param>
/// <param name="Snapshots">Snapshots that were checked with the row they stand on.</param>
/// <param name="Heads">Newest batch of every committer, as the verification found them when it began.</param>
/// <param name="Faults">What is wrong, at most <see cref="MaxFaults"/>.</param>
/// <param name="FaultCount">How many there are.</param>
public sealed record JournalVerdict(
    int Committers,
    long Batches,
    long Rows,
    long Streams,
    long Events,
    long Snapshots,
    IReadOnlyList<CommitterHead> Heads,
    IReadOnlyList<string> Faults,
    long FaultCount)
{
    /// <summary>Faults that are named; further ones are counted.</summary>
    public const int MaxFaults = 100;

    /// <summary>Whether all of it proves itself.</summary>
    public bool IsClean => FaultCount == 0;
}
