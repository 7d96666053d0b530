using Microsoft.Data.Sqlite;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Sqlite;

namespace TPWallet.Tests.Journal;

/// <summary>A SQLite file in a temporary folder under the specification.</summary>
internal sealed class SqliteStoreUnderTest(TimeProvider time) : IStoreUnderTest
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("tpw-journal-").FullName;

    public async Task<IJournal> OpenAsync(JournalSeal seal) =>
        await SqliteJournal.OpenAsync(new SqliteJournalOptions { Directory = Folder }, seal, time, CancellationToken.None);

    public Task AlterPayloadAsync(StreamId stream, long version, byte[] payload) =>
        Run("update event set payload = $3 where stream = $1 and version = $2", stream.ToBytes(), version, payload);

    public Task AlterHashAsync(StreamId stream, long version, byte[] hash) =>
        Run("update event set hash = $3 where stream = $1 and version = $2", stream.ToBytes(), version, hash);

    public async Task SwapAsync(StreamId stream, long first, long second)
    {
        await Run("update event set version = -1 where stream = $1 and version = $2", stream.ToBytes(), first);
        await Run("update event set version = $3 where stream = $1 and version = $2", stream.ToBytes(), second, first);
        await Run("update event set version = $2 where stream = $1 and version = -1", stream.ToBytes(), second);
    }

    public Task DeleteFromAsync(StreamId stream, long version) =>
        Run("delete from event where stream = $1 and version >= $2", stream.ToBytes(), version);

    public Task AlterSnapshotAsync(StreamId stream, byte[] state) => Run("update snapshot set state = $2 where stream = $1", stream.ToBytes(), state);

    public Task AlterBatchRootAsync(int committer, long n, byte[] root) =>
        Run("update batch set root = $3 where committer = $1 and n = $2", committer, n, root);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task Run(string sql, params object[] values)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "journal.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i + 1}", values[i]);
        (await command.ExecuteNonQueryAsync()).Should().BePositive();
    }
}
