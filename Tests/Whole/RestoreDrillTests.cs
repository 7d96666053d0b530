using Xunit.Abstractions;

namespace TPWallet.Tests.Whole;

/// <summary>The short form of <c>./tpw chaos --restore</c>.</summary>
public sealed class RestoreDrillTests(ITestOutputHelper output)
{
    [Fact]
    public Task Journal_PutBackUnderLoad_PaysNothingTwice() => RestoreDrill.RunAsync(600, output.WriteLine, CancellationToken.None);
}
