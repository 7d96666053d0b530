using Npgsql;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Postgres;

namespace TPWallet.Tests.Journal;

/// <summary>A database of the run's PostgreSQL under the specification.</summary>
internal sealed class PostgresStoreUnderTest(string connectionString, TimeProvider time, int committers = 2) : IStoreUnderTest
{
    public string ConnectionString => connectionString;

    public async Task<IJournal> OpenAsync(JournalSeal seal) =>
        await PostgresJournal.OpenAsync(
            new PostgresJournalOptions { ConnectionString = connectionString, Committers = committers }, seal, time, CancellationToken.None);

    public Task AlterPayloadAsync(StreamId stream, long version, byte[] payload) =>
        Run("update event set payload = $3 where stream = $1 and version = $2", stream.Value, version, payload);

    public Task AlterHashAsync(StreamId stream, long version, byte[] hash) =>
        Run("update event set hash = $3 where stream = $1 and version = $2", stream.Value, version, hash);

    public async Task SwapAsync(StreamId stream, long first, long second)
    {
        await Run("update event set version = -1 where stream = $1 and version = $2", stream.Value, first);
        await Run("update event set version = $3 where stream = $1 and version = $2", stream.Value, second, first);
        await Run("update event set version = $2 where stream = $1 and version = -1", stream.Value, second);
    }

    public Task DeleteFromAsync(StreamId stream, long version) => Run("delete from event where stream = $1 and version >= $2", stream.Value, version);

    public Task AlterSnapshotAsync(StreamId stream, byte[] state) => Run("update snapshot set state = $2 where stream = $1", stream.Value, state);

    public Task AlterBatchRootAsync(int committer, long n, byte[] root) =>
        Run("update batch set root = $3 where committer = $1 and n = $2", committer, n, root);

    public async Task Run(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        (await command.ExecuteNonQueryAsync()).Should().NotBe(0);
    }

    public ValueTask DisposeAsync()
    {
        using var pooled = new NpgsqlConnection(connectionString);
        NpgsqlConnection.ClearPool(pooled);
        return ValueTask.CompletedTask;
    }
}
