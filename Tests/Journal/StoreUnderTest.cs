using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>One database of one kind: opened, closed and opened again by the specification, and tampered with behind the journal's back.</summary>
public interface IStoreUnderTest : IAsyncDisposable
{
    /// <summary>Opens a journal on the database.</summary>
    Task<IJournal> OpenAsync(JournalSeal seal);

    /// <summary>Replaces a row's payload.</summary>
    Task AlterPayloadAsync(StreamId stream, long version, byte[] payload);

    /// <summary>Replaces a row's hash.</summary>
    Task AlterHashAsync(StreamId stream, long version, byte[] hash);

    /// <summary>Lets two rows change places.</summary>
    Task SwapAsync(StreamId stream, long first, long second);

    /// <summary>Deletes the rows from a version on.</summary>
    Task DeleteFromAsync(StreamId stream, long version);

    /// <summary>Replaces a snapshot's state.</summary>
    Task AlterSnapshotAsync(StreamId stream, byte[] state);

    /// <summary>Replaces a batch's root.</summary>
    Task AlterBatchRootAsync(int committer, long n, byte[] root);
}
