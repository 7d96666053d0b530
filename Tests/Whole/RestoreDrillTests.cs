using TPWallet.Benchmarks.Journal;
using Xunit.Abstractions;

namespace TPWallet.Tests.Whole;

/// <summary>The short form of <c>./tpw chaos --restore</c>.</summary>
public sealed class RestoreDrillTests(ITestOutputHelper output)
{
    private const int Events = 400;

    [Fact]
    public Task SqliteJournal_PutBackUnderLoad_PaysNothingTwice() => RestoreDrill.RunAsync(Events, null, output.WriteLine, CancellationToken.None);

    [Fact]
    public async Task PostgresJournal_PutBackToItsBaseBackupUnderLoad_PaysNothingTwice()
    {
        await using var server = await PostgresCluster.StartAsync(CancellationToken.None);
        await RestoreDrill.RunAsync(Events, server, output.WriteLine, CancellationToken.None);
    }
}
