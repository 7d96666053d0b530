using TPWallet.Benchmarks.Channels;
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

    /// <summary>That the signer is busy with others of the account when it is asked to take a channel refuses none: each is open in the end.</summary>
    [Fact]
    public async Task Open_ManyChannelsOfOneAccountAtOnce_AreAllOpen_AndPay()
    {
        const int many = 40;
        var data = Directory.CreateTempSubdirectory("tpw-bench-");
        try
        {
            await using var silo = await ChannelSilo.StartAsync(await postgres.CreateDatabaseAsync(), data.FullName, CancellationToken.None);
            var sides = await silo.OpenAsync(many, CancellationToken.None);
            var before = silo.Updates;

            foreach (var payer in new[] { sides[0], sides[1].Peer, sides[0] }) await silo.UpdateAsync(payer, CancellationToken.None);

            sides.Should().OnlyHaveUniqueItems().And.HaveCount(many);
            (silo.Updates - before).Should().Be(3);
            (await silo.SettledAsync(sides[0], CancellationToken.None)).Nonce.Should().Be(3, "the deposits' state and one for each payment");

            // At once: the signer is asked for several states together, and each side gets the signature of its own.
            await Task.WhenAll(sides.Select(side => silo.UpdateAsync(side, CancellationToken.None)));
            foreach (var side in sides.Skip(2)) (await silo.SettledAsync(side, CancellationToken.None)).Nonce.Should().Be(2);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
