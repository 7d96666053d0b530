using Xunit.Abstractions;

[assembly: TestCollectionOrderer("TPWallet.Tests.LongestFirst", "TPWallet.Tests")]

namespace TPWallet.Tests;

/// <summary>
/// The order in which collections begin: those that take longest first, so that none of them goes on alone at the end while the other threads have nothing
/// left. A collection that is not listed here comes after them; nothing else depends on the list.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] _longest =
    [
        typeof(Whole.ProcessKillTests), typeof(PostgresCollection), typeof(Signer.TamperedBundleTests), typeof(Domain.Authority.VoteFuzzTests),
        typeof(Simulation.TraceTests), typeof(Shell.IdempotencyTests), typeof(Simulation.SeedTests), typeof(Domain.Channels.ChannelFuzzTests),
        typeof(Whole.RestoreDrillTests), typeof(Chains.Bitcoin.BitcoinDifferentialTests), typeof(Gateway.RequestBodyFuzzTests), typeof(Client.ChangeCommandTests),
        typeof(Signer.SignerProcessTests), typeof(Gateway.WebhookRouteTests), typeof(Client.CommandLineTests),
    ];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    /// <summary>A class in no collection is one by itself, and only its name says which.</summary>
    private static int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(_longest, type => type.FullName == collection.CollectionDefinition?.Name
            || collection.DisplayName.EndsWith($" {type.FullName}", StringComparison.Ordinal));
        return place < 0 ? _longest.Length : place;
    }
}
