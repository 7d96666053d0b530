namespace TPWallet.Grains.Journal.Sqlite;

/// <summary>
/// One process per database: an exclusive handle on a file beside it (flock on Unix). The kernel drops it with the process, however that dies, so
/// there is no stale lock to clean up.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="JournalOwnedException">Another process, or another journal of this one, holds it.</exception>
    public static OwnerLock Take(string path)
    {
        try
        {
            return new OwnerLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException inUse) when (File.Exists(path))
        {
            throw new JournalOwnedException(
                $"Another process owns the journal: {path} is locked. Stop it first; two owners would fork the money.", inUse);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
