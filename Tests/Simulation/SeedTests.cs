namespace TPWallet.Tests.Simulation;

/// <summary>Seeds that once broke an invariant are named; what they found has a test of its own in the room where it was mended.</summary>
public sealed class SeedTests
{
    [Theory]
    [InlineData(5, "a sweeper believed a stale activation, and a packet was never woken")]
    [InlineData(8, "a durable vote, sent again, was refused by a stale activation")]
    [InlineData(27, "a lane's report was taken for old news by a stale activation of the packet")]
    [InlineData(94, "a tracker that others had overtaken told of a reorg that was none, and a deposit was lost")]
    [InlineData(143, "a reorg while no tracker lived left a payment mined in a block that was gone")]
    [InlineData(99, "a key's outcome was taken for old news by a stale activation of the lane")]
    [InlineData(2137521297, "a vote was refused as late by a silo whose clock was ahead, while another was writing it")]
    [InlineData(20017, "an activation that others had overtaken knew no account, and its key was denied for good")]
    [InlineData(20037, "a score was pushed out before it was read, and a deposit was screened for ever")]
    [InlineData(2691543139, "an activation that others had overtaken was read for hours, and its node was out of use by what it knew")]
    [InlineData(1020, "a leg of a lost tail got a higher fee before its account held it again, which the check of signatures did not know")]
    [InlineData(10531, "a version that was overtaken before the tracker knew it was watched for ever")]
    [InlineData(10745, "a deposit that was on its way back and came again by a reorg, which the check of screening did not know")]
    [InlineData(112, "a channel was refused for good because the signer's clock, behind the account's, saw its mandate's time lock running")]
    [InlineData(88, "a payment in doubt of its clock counted as told how its part ended, and waited for ever; who carries would not have been paid")]
    public void Seed_ThatOnceBrokeAnInvariant_Holds(long seed, string found) =>
        Simulation.Run((ulong)seed).Broken.Should().BeNull($"seed {seed}: {found}");

    /// <summary>What is measured counts only if a run is large enough (≥ 300 client operations, ≥ 20,000 steps).</summary>
    [Fact]
    public void Seed_IsLargeEnough()
    {
        var outcomes = Enumerable.Range(1, 6).Select(seed => Simulation.Run((ulong)seed)).ToArray();
        outcomes.Should().OnlyContain(outcome => outcome.Operations >= 300 && outcome.Steps >= 20_000);
        outcomes.Sum(static outcome => outcome.Signatures).Should().BePositive("where no leg is ever signed, nothing that follows is tried");
    }
}
