using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Sqlite;

namespace TPWallet.Demo.Proof;

/// <summary>What a stopped silo left in its folder.</summary>
internal static class StoppedSilo
{
    private const string JournalKey = "journal.key";

    /// <summary>Its journal, every row checked by its hash chain and MACs.</summary>
    public static async Task<IJournal> OpenJournalAsync(string folder, CancellationToken cancellationToken)
    {
        var seal = new JournalSeal(await File.ReadAllBytesAsync(Path.Combine(folder, JournalKey), cancellationToken));
        return await SqliteJournal.OpenAsync(new SqliteJournalOptions { Directory = folder }, seal, TimeProvider.System, cancellationToken);
    }
}
