namespace TPWallet.Grains.Journal;

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
