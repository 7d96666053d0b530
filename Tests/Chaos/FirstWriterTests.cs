namespace TPWallet.Tests.Chaos;

/// <summary>The short form of ./tpw chaos --first-writers.</summary>
[Collection(PostgresCollection.Name)]
public sealed class FirstWriterTests(Postgres postgres)
{
    private const int Tries = 3_000;

    [Fact]
    public async Task TwoFirstWritersAtOnce_OnPostgres_ExactlyOneWins() =>
        ShouldBeWonOnce(await FirstWriters.OnPostgresAsync(await postgres.CreateDatabaseAsync(), Tries, CancellationToken.None));

    [Fact]
    public async Task TwoFirstWritersAtOnce_OnSqlite_ExactlyOneWins() => ShouldBeWonOnce(await FirstWriters.OnSqliteAsync(Tries, CancellationToken.None));

    private static void ShouldBeWonOnce(FirstWriters writers)
    {
        writers.Broken.Should().Be(0);
        writers.WonByOne.Should().BePositive("both were really writing");
        writers.WonByTwo.Should().BePositive("both were really writing");
    }
}
