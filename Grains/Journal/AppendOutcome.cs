namespace TPWallet.Grains.Journal;

/// <summary>How an append ended.</summary>
public abstract record AppendOutcome
{
    private AppendOutcome()
    {
    }

    /// <summary>Every row is on disk.</summary>
    /// <param name="Version">Version of the stream's last row.</param>
    /// <param name="HeadHash">Hash of that row.</param>
    /// <param name="DatabaseTimeUnixMs">The database's clock when the batch was written, milliseconds since 1970.</param>
    public sealed record Durable(long Version, byte[] HeadHash, long DatabaseTimeUnixMs) : AppendOutcome;

    /// <summary>The stream's head is not the expected one: another activation wrote. Nothing was written.</summary>
    public sealed record Conflict : AppendOutcome;

    /// <summary>
    /// The stream already remembers this command (or the append names it twice). Nothing was written. A conflict is reported before it.
    /// </summary>
    /// <param name="CommandId">The command that is already there.</param>
    public sealed record DuplicateCommand(Guid CommandId) : AppendOutcome;

    /// <summary>Proven not written, and never will be: the same append may be made again.</summary>
    /// <param name="Reason">For the log.</param>
    public sealed record NotWritten(string Reason) : AppendOutcome;

    /// <summary>Written or not: read the head and look the command up before anything else.</summary>
    /// <param name="Reason">For the log.</param>
    public sealed record Unknown(string Reason) : AppendOutcome;
}
