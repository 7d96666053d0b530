using Xunit.Abstractions;

namespace TPWallet.Tests.Histories;

/// <summary>A few scripted histories on real nodes; <c>./tpw histories</c> runs a thousand.</summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    private const int Count = 8;

    [Fact]
    public Task Histories_OfKnownSeeds_AreToldAndBookedAsTheyWere() => RunAsync(1);

    [Fact]
    public Task Histories_OfNewSeeds_AreToldAndBookedAsTheyWere() => RunAsync((ulong)Random.Shared.NextInt64(1, int.MaxValue));

    private async Task RunAsync(ulong seed)
    {
        output.WriteLine($"first seed {seed}");
        var campaign = new HistoryCampaign(seed, Count);
        await campaign.RunAsync(output.WriteLine);
        foreach (var line in campaign.Report()) output.WriteLine(line);
        campaign.Faults.Should().BeEmpty();
    }
}
