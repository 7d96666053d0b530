namespace TPWallet.Grains.Journal;

/// <summary>A restore of the journal's database from a copy that may have lost its tail.</summary>
/// <param name="BeganAtUnixMs">When it was noticed, by the database's clock, milliseconds since 1970. Names it, and rises from one to the next.</param>
/// <param name="SignedUpTo">Signatures of the signer up to this number that the journal does not know are explained by it.</param>
/// <param name="Reason">How it was noticed.</param>
/// <param name="RousedAtUnixMs">When every lane had heard of it; null before.</param>
/// <param name="EndedAtUnixMs">When limit windows began to count again; null before.</param>
/// <param name="EndedBecause">Who or what ended it.</param>
public sealed record RecoveryEpoch(
    long BeganAtUnixMs, long SignedUpTo, string Reason, long? RousedAtUnixMs = null, long? EndedAtUnixMs = null, string? EndedBecause = null)
{
    /// <summary>UTF-8 bytes of a reason that are kept.</summary>
    public const int MaxReason = 512;
}

/// <summary>
/// The restores that a journal's database went through. Kept in the database itself, so that neither a restart nor another silo forgets one: it ends by what is
/// said here alone. A restore of an older copy takes rows away, too; then the signer tells of it again.
/// </summary>
public interface IRecoveryStore
{
    /// <summary>The newest, whether or not it has ended; null if there never was one.</summary>
    Task<RecoveryEpoch?> ReadRecoveryAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a new one, later than all before it.</summary>
    Task<RecoveryEpoch> BeginRecoveryAsync(string reason, long signedUpTo, CancellationToken cancellationToken);

    /// <summary>Notes that every lane has heard of it.</summary>
    Task NoteRousedAsync(long beganAtUnixMs, CancellationToken cancellationToken);

    /// <summary>Ends it. False if it has ended, or never was.</summary>
    Task<bool> EndRecoveryAsync(long beganAtUnixMs, string because, CancellationToken cancellationToken);

    /// <summary>Streams of a kind in the order of their ids, after one; default for the first page.</summary>
    Task<IReadOnlyList<StreamName>> ReadStreamsAsync(string kind, StreamId after, int max, CancellationToken cancellationToken);
}
