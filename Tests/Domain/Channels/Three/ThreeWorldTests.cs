namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>The short form; <c>./tpw channels</c> runs a million actions.</summary>
public sealed class ThreeWorldTests
{
    private const int Worlds = 24;
    private const int Actions = 500;

    [Fact]
    public void Actions_ChosenAtRandom_CostNobodyWhatIsTheirs()
    {
        var figures = new ThreeFigures();
        for (var seed = 1; seed <= Worlds; seed++) ThreeRun.RunSeed(seed, Actions, figures).Should().BeNull();
        figures.Counts.Should().ContainKeys(["offered", "fulfilled", "paid", "reorg", "Close", "Settle", "Resolve", "Pull", "Challenge", "Register", "settled", "ended together", "lying node", "waits for its tower"], "the worlds must get that far");
    }
}
