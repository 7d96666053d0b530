using TPWallet.Benchmarks.Journal;

namespace TPWallet.Tests;

/// <summary>
/// One PostgreSQL cluster for the whole test run, started by the first test that needs it and stopped at the end; a database per test.
/// </summary>
public sealed class Postgres : IAsyncLifetime
{
    private static int _databases;
    private PostgresCluster? _cluster;

    /// <summary>An empty database; the connection string reaches it.</summary>
    public Task<string> CreateDatabaseAsync() => _cluster!.CreateDatabaseAsync($"test_{Interlocked.Increment(ref _databases)}", CancellationToken.None);

    public async Task InitializeAsync() => _cluster = await PostgresCluster.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }
}

/// <summary>Tests that use PostgreSQL share its fixture.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<Postgres>
{
    public const string Name = "PostgreSQL";
}
