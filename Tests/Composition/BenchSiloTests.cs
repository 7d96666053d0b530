using TPWallet.Benchmarks.Journal;

namespace TPWallet.Tests.Composition;

/// <summary>The silo that the benchmarks measure is composed beside production's; it must start and pay as that does.</summary>
[Collection(PostgresCollection.Name)]
public sealed class BenchSiloTests(Postgres postgres)
{
    [Fact]
    public async Task Transfer_SiloOfTheBenchmarks_Pays()
    {
        var data = Directory.CreateTempSubdirectory("tpw-bench-");
        try
        {
            await using var path = await AccountTransferPath.OpenAsync(await postgres.CreateDatabaseAsync(), data.FullName, 2, CancellationToken.None);
            await path.PrepareAsync(2, null, CancellationToken.None);

            await path.TransferAsync(0, 0, CancellationToken.None);
            await path.ClosedAloneAsync(1);

            path.Completed.Should().Be(1);
            (await path.PayingAsync()).Should().Be(0);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
